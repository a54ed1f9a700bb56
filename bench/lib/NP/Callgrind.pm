# SPDX-License-Identifier: Apache-2.0
# What a contender's httpd does for a request, by callgrind: the difference of
# two runs, one with few requests and one with many. (valgrind 3.19 cannot be
# asked about a process that was forked, so its start is counted, too.)
package NP::Callgrind;
use strict;
use warnings;
use Exporter 'import';
use NP::Modules qw(has_module);
use NP::Report qw(row);
use NP::Run qw(slurp wait_until);

our @EXPORT_OK = qw(count functions);

# Instructions by function in the child of a httpd that lives as long as
# $requests need, and their sum under the name of none
sub _run {
    my ($contender, $requests, $ask) = @_;
    my $out = "$ENV{NP_WORK}/run/callgrind.$contender->{id}.$requests";
    has_module('dir', 'apache2-bin'); # asks httpd, not yet the wrapper
    # each thread has things to do for the first time
    $contender->{threads} = 4;
    {
        local $ENV{NP_CALLGRIND_OUT} = $out;
        local $ENV{HTTPD} = "$ENV{NP_WORK}/bench/httpd-callgrind";
        $contender->start;
    }
    my $child;
    wait_until(30, sub { ($child) = $contender->httpd->children })
        or die $contender->name . ": no child\n";
    $contender->log_in;
    $ask->($contender, $requests);
    $contender->httpd->stop;
    my ($total) = slurp("$out.$child") =~ /^(?:totals|summary): (\d+)/m
        or die $contender->name . ": $out.$child tells nothing\n";
    return { total => $total, file => "$out.$child" };
}

# Two runs, and between them so many requests more
sub count {
    my ($contender, $requests, $ask) = @_;
    my ($few, $many) = map { _run($contender, $_, $ask) } 50, 50 + $requests;
    return { few => $few, many => $many, requests => $requests,
             each => ($many->{total} - $few->{total}) / $requests };
}

sub _by_function {
    my ($file, $inclusive) = @_;
    my %cost;
    for (qx(callgrind_annotate --threshold=100 --auto=no --inclusive=$inclusive $file)) {
        my ($cost, $source, $name) = /^\s*([\d,]+) (?:\([^)]*\))?\s*(\S*):(\S+)/ or next;
        $cost =~ tr/,//d;
        $name =~ s/'.*//;
        $cost{"$name " . ($source =~ m{(src/\S+)} ? $1 : '')} += $cost;
    }
    return %cost;
}

# The most expensive functions, this module's own or those of all, as a table
sub _table {
    my ($count, $title, $inclusive, $whose, $top) = @_;
    my %few = _by_function($count->{few}{file}, $inclusive);
    my %many = _by_function($count->{many}{file}, $inclusive);
    my %each = map { ($_ => ($many{$_} - ($few{$_} || 0)) / $count->{requests}) }
        grep { /$whose/ } keys %many;
    my @names = (sort { $each{$b} <=> $each{$a} } keys %each)[0 .. $top - 1];
    return "\n" . row($title, 'file', 'instructions') . row('---', '---', '---:')
        . join '', map { my ($name, $file) = split / /, $_, 2;
                         row($name, $file, sprintf '%.0f', $each{$_}) } grep { defined } @names;
}

sub functions {
    my ($count, $top) = @_;
    my $ours = qr{ src/};
    return _table($count, 'ours, each by itself', 'no', $ours, $top)
        . _table($count, 'ours, with all they call', 'yes', $ours, $top)
        . _table($count, 'of all, each by itself', 'no', qr/./, $top);
}

1;
