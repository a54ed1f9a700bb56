#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Everybody in turn, round after round; prints tables. It fails if something does
# not work, or asks the store too often, and never for a time.
#   --short         about a minute
#   --rounds N      --seconds S       of each contender in a round
#   --only a,b      ids of bench/lib/NP/Contenders.pm, besides bare and floor
#   --shared        httpd, load and stores share all processors
use strict;
use warnings;
use Getopt::Long qw(GetOptions);
use List::Util qw(shuffle);
use NP::Contenders qw(contenders);
use NP::Measure qw(measure in_turn);
use NP::Processors qw(divide_processors);
use NP::Report qw(table machine);
use NP::Run qw(take_ports spew);
use NP::Targets qw(targets);

my %asked = (short => 0, only => '', shared => 0);
GetOptions(\%asked, 'short', 'rounds=i', 'seconds=f', 'only=s', 'shared') && !@ARGV
    or die "usage: run [--short] [--rounds N] [--seconds S] [--only a,b] [--shared]\n";
my $rounds = $asked{rounds} || ($asked{short} ? 1 : 12);
my $seconds = $asked{seconds} || ($asked{short} ? 0.3 : 0.5);
my @connections = (1, 32);
$| = 1;
my (undef, $block) = take_ports();
mkdir "$ENV{NP_WORK}/t/logs" or die "t/logs: $!\n";

divide_processors() if !$asked{shared};
my @only = $asked{only} ? (qw(bare again floor), split /,/, $asked{only}) : ();
my @contenders = contenders(short => $asked{short}, only => \@only);
my (%passed, @problems, %result);

# What has to hold whatever the machine does: each is a test
sub check {
    my ($contender, $connections, $holds, $what, $value) = @_;
    $passed{ $holds ? 'yes' : 'no' }++;
    push @problems, $contender->name . ", $connections connections: $what: $value\n" if !$holds;
    return;
}

sub check_round {
    my ($contender, $connections, $round) = @_;
    my @who = ($contender, $connections);
    check(@who, $round->{requests} > 0, 'requests', $round->{requests});
    check(@who, !$round->{failed}, 'failed requests', $round->{failed});
    # wrk ends in the middle of requests, one for each connection; and a child
    # may ask something by the clock, which is no request's
    my $by_clock = 5 + 5 * $round->{seconds};
    my $least = $contender->{reads} * $round->{requests};
    my $most = $least + $contender->{reads} * $connections + $by_clock;
    my $gets = $round->{gets};
    check(@who, $gets >= $least && $gets <= $most, "gets of $round->{requests}", $gets);
    # copies have notes, which are written so
    my $writes = $contender->{id} eq 'copies' ? $by_clock : 0;
    check(@who, $round->{writes} <= $writes, 'writes', $round->{writes});
    my $ours = grep { $_ eq 'session_np' } @{ $contender->{modules} };
    return if !$ours;
    check(@who, $round->{set_cookies} == 0, 'Set-Cookie', $round->{set_cookies});
    return;
}

# Each once, in an order by chance, and bare httpd between any two of them
sub go_round {
    my ($connections) = @_;
    my ($bare, @others) = @contenders;
    @others = shuffle @others;
    my ($bares, @rounds) = in_turn(sub {
        my ($contender) = @_;
        my $round = measure($contender, $connections, $seconds);
        check_round($contender, $connections, $round);
        return $round;
    }, $bare, @others);
    push @{ $result{$connections}{ $bare->{id} } }, @$bares;
    push @{ $result{$connections}{ $_->{id} } }, shift @rounds for @others;
    return;
}

for my $n (1 .. $rounds) {
    $_->restart for $n > 1 ? @contenders : ();
    go_round($_) for @connections;
    print STDERR "round $n of $rounds\n";
}

my $report = machine() . "- $rounds rounds of $seconds s, each between two of bare httpd, in a "
    . "new order every time;\n  ratios and CPU are to those two, and medians over the "
    . "rounds; half of the rounds\n  lie in the range that is given\n";
for my $connections (@connections) {
    $report .= "\n### $connections connection" . ($connections == 1 ? '' : 's') . "\n\n"
        . table($result{$connections}, @contenders);
}
$report .= "\n### Targets\n\n" . targets(\%result);
print "\n$report\n";
print "failed: $_" for @problems;
spew($ENV{NP_COUNTS}, join(' ', $passed{yes} || 0, $passed{no} || 0, 0) . "\n")
    if $ENV{NP_COUNTS};
print @problems ? "Result: FAIL\n" : "Result: PASS\n";
exit(@problems ? 1 : 0);
