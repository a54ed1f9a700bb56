#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Everybody in turn, round after round; prints tables. It fails if something does
# not work, or asks the store too often, and never for a time.
#   --short         about a minute
#   --rounds N      --seconds N       of each contender in a round
#   --only a,b      ids of bench/lib/NP/Contenders.pm, besides bare and floor
use strict;
use warnings;
use Getopt::Long qw(GetOptions);
use NP::Contenders qw(contenders);
use NP::Measure qw(measure);
use NP::Report qw(table machine);
use NP::Run qw(take_ports spew);

my %asked = (short => 0, only => '');
GetOptions(\%asked, 'short', 'rounds=i', 'seconds=i', 'only=s') && !@ARGV
    or die "usage: run [--short] [--rounds N] [--seconds N] [--only a,b]\n";
my $rounds = $asked{rounds} || ($asked{short} ? 1 : 15);
my $seconds = $asked{seconds} || ($asked{short} ? 1 : 4);
my @connections = (1, 32);
$| = 1;
my (undef, $block) = take_ports();
mkdir "$ENV{NP_WORK}/t/logs" or die "t/logs: $!\n";

my @only = $asked{only} ? (qw(bare floor), split /,/, $asked{only}) : ();
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
    my $by_clock = 5 + 5 * $seconds;
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

for my $connections (@connections) {
    for my $n (1 .. $rounds) {
        for my $contender (@contenders) {
            my $round = measure($contender, $connections, $seconds);
            check_round($contender, $connections, $round);
            push @{ $result{$connections}{ $contender->{id} } }, $round;
        }
        printf STDERR "%d connections: round %d of %d\n", $connections, $n, $rounds;
    }
}

my $report = machine() . "- $rounds rounds of $seconds s for each, one after the other; "
    . "ratios and CPU are medians over rounds\n";
for my $connections (@connections) {
    $report .= "\n### $connections connection" . ($connections == 1 ? '' : 's') . "\n\n"
        . table($result{$connections}, @contenders);
}
print "\n$report\n";
print "failed: $_" for @problems;
spew($ENV{NP_COUNTS}, join(' ', $passed{yes} || 0, $passed{no} || 0, 0) . "\n")
    if $ENV{NP_COUNTS};
print @problems ? "Result: FAIL\n" : "Result: PASS\n";
exit(@problems ? 1 : 0);
