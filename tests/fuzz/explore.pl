#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Looks for new inputs of each fuzz target with libFuzzer: a test each, passed
# if none of them crashes it, reads outside or takes long. The number of runs is
# given, so that a slow machine does not test less; there is a limit all the same.
# New inputs that reach other code are kept below tests/fuzz/found, where the
# next run begins; `make fuzz-merge` adds the best of them to the corpus.
# FUZZ_RUNS=10000000 for a long one, FUZZ_SECONDS for another limit.
use strict;
use warnings;
use Cwd qw(getcwd);
use File::Path qw(make_path);
use Test::More;

my $runs    = $ENV{FUZZ_RUNS}    || 200_000;
my $seconds = $ENV{FUZZ_SECONDS} || ($runs > 200_000 ? 0 : 60);
my @replays = split ' ', $ENV{NP_REPLAYS} || '';
my $at_once = 2;
# octets of an input: many lines of cookies take long, and say no more than some
my %longest = (set_cookie => 256);

plan tests => scalar @replays;

my (@results, %running);
for my $replay (@replays) {
    finish() while keys %running >= $at_once;
    my ($target) = $replay =~ m{replay_(\w+)$};
    my $found = "tests/fuzz/found/$target";
    make_path($found, 'tests/fuzz/crash');
    my @command = ("./$replay", "-runs=$runs", "-max_total_time=$seconds",
        '-timeout=20', '-max_len=' . ($longest{$target} || 1024),
        '-print_final_stats=1',
        "-artifact_prefix=tests/fuzz/crash/$target-", $found,
        "$ENV{NP_CORPUS}/$target");
    defined(my $pid = fork) or die "fork: $!\n";
    if (!$pid) {
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>', "$found.log" or die "$found.log: $!\n";
        open STDERR, '>&', \*STDOUT;
        exec @command or die "$command[0]: $!\n";
    }
    $running{$pid} = [$replay, $target, "$found.log"];
}
finish() while %running;

sub finish {
    my $pid = wait;
    my $status = $?;
    my ($replay, $target, $log) = @{ delete $running{$pid} };
    open my $fh, '<', $log or die "$log: $!\n";
    my $said = do { local $/; <$fh> };
    my ($done) = $said =~ /stat::number_of_executed_units: (\d+)/;
    my $number = defined $done ? "$done runs" : 'no number of runs';
    ok $status == 0 && $done, "$target: $number" or tell_why($replay, $said);
    return;
}

sub tell_why {
    my ($replay, $said) = @_;
    my ($input) = $said =~ /Test unit written to (\S+)/;
    diag join "\n", (split /\n/, $said)[-60 .. -1] if $said =~ tr/\n// >= 60;
    diag $said if $said =~ tr/\n// < 60;
    diag 'once more: ' . getcwd() . "/$replay " . getcwd() . "/$input\n"
        . 'and when it is mended, keep that file in tests/fuzz/corpus'
        if $input;
    return;
}
