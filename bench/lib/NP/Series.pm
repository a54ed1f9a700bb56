# SPDX-License-Identifier: Apache-2.0
# What many rounds say. A machine is faster at one moment than at another: so a
# round is compared with those right beside it, and of all rounds the middle
# counts.
package NP::Series;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(median quartiles middle added to_beside cpu_to_beside per_request);

# The number at $part (0 to 1) of the way from the least to the greatest
sub _at {
    my ($part, @sorted) = @_;
    return undef if !@sorted;
    my $place = $part * $#sorted;
    my $below = int $place;
    my $above = $below < $#sorted ? $below + 1 : $below;
    return $sorted[$below] + ($place - $below) * ($sorted[$above] - $sorted[$below]);
}

sub median { return _at(0.5, sort { $a <=> $b } @_) }

# Between these two lies the middle half
sub quartiles {
    my @sorted = sort { $a <=> $b } @_;
    return (_at(0.25, @sorted), _at(0.75, @sorted));
}

sub middle { my ($what, $rounds) = @_; return median(map { $_->{$what} } @$rounds) }

# Of each round: what CPU a request takes more than beside it, in us
sub added { my ($rounds) = @_; return map { $_->{cpu} - $_->{beside}{cpu} } @$rounds }

sub _ratios {
    my ($what, $rounds) = @_;
    return map { $_->{$what} / ($_->{beside}{$what} || 1) } @$rounds;
}

# Of each round: requests per second, CPU of a request, by those beside it
sub to_beside     { return _ratios('rate', @_) }
sub cpu_to_beside { return _ratios('cpu', @_) }

sub per_request {
    my ($what, $rounds) = @_;
    my ($sum, $requests) = (0, 0);
    $sum += $_->{$what}, $requests += $_->{requests} for @$rounds;
    return $requests ? $sum / $requests : 0;
}

1;
