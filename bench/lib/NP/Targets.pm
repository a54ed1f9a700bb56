# SPDX-License-Identifier: Apache-2.0
# What the project wants to reach, and whether it does. Nothing fails by it: it
# is said of the machine at hand, and that may be busy.
package NP::Targets;
use strict;
use warnings;
use Exporter 'import';
use NP::Report qw(row);
use NP::Series qw(median added to_beside);

our @EXPORT_OK = qw(targets verdict);

# 'met' or 'not met'; undef where nothing was measured
sub verdict {
    my ($is, $how, $limit) = @_;
    return undef if !defined $is;
    my $met = $how eq '<' ? $is < $limit : $how eq '<=' ? $is <= $limit : $is >= $limit;
    return $met ? 'met' : 'not met';
}

sub _cpu {
    my ($id) = @_;
    return sub { median(added($_[0]{$id})) };
}

sub _to_floor {
    my ($what) = @_;
    return sub { median($what->($_[0]{tcp})) / (median($what->($_[0]{floor})) || 1) };
}

my @targets = (
    ['memcached, TCP: CPU added, to the floor (the aim is 1.15)', [qw(tcp floor)], '<=', 1.25,
        '%.2f', _to_floor(\&added)],
    ['memcached, TCP: requests/s, to the floor', [qw(tcp floor)], '>=', 0.95,
        '%.2f', _to_floor(\&to_beside)],
    ['shmcb: CPU us added', ['shmcb'], '<=', 10, '%.1f', _cpu('shmcb')],
    ['near cache: CPU us added', ['near'], '<=', 6, '%.1f', _cpu('near')],
    ['Off: CPU us added', ['off'], '<=', 1, '%.1f', _cpu('off')],
    ['On, no cookie: CPU us added', ['none'], '<=', 2, '%.1f', _cpu('none')],
    ['On, forged cookie: CPU us added', ['forged'], '<=', 3, '%.1f', _cpu('forged')],
);

# Rows of the table: $result is { connections => { id => [rounds] } }
sub _target {
    my ($result, $target) = @_;
    my ($name, $ids, $how, $limit, $format, $figure) = @$target;
    my @cells;
    for my $connections (sort { $a <=> $b } keys %$result) {
        my $rounds = $result->{$connections};
        my $is = (grep { !$rounds->{$_} } @$ids) ? undef : $figure->($rounds);
        push @cells, defined $is
            ? (sprintf($format, $is), verdict($is, $how, $limit)) : ('not measured', '');
    }
    return row($name, "$how $limit", @cells);
}

sub targets {
    my ($result) = @_;
    my @connections = sort { $a <=> $b } keys %$result;
    return row('target', '', map { ("$_ connection" . ($_ == 1 ? '' : 's'), '') } @connections)
        . row('---', '---:', ('---:', '---') x @connections)
        . join '', map { _target($result, $_) } @targets;
}

1;
