# SPDX-License-Identifier: Apache-2.0
# One round: wrk against one contender, and what it cost whom.
package NP::Measure;
use strict;
use warnings;
use Exporter 'import';
use NP::Curl qw(curl);
use NP::Run qw(work_dir slurp);

our @EXPORT_OK = qw(measure load median set_cookies);

sub median {
    my @sorted = sort { $a <=> $b } @_;
    my $middle = int(@sorted / 2);
    return undef if !@sorted;
    return @sorted % 2 ? $sorted[$middle] : ($sorted[$middle - 1] + $sorted[$middle]) / 2;
}

# Microseconds that processes and their threads have spent. The kernel keeps
# them to the nanosecond in schedstat, where it keeps them; else in ticks.
sub cpu_time {
    my $spent = 0;
    for my $pid (@_) {
        my @threads = glob "/proc/$pid/task/*/schedstat";
        if (@threads) {
            $spent += (split ' ', slurp($_))[0] / 1000 for @threads;
            next;
        }
        my ($fields) = slurp("/proc/$pid/stat") =~ /\) (.*)/;
        $spent += ((split ' ', $fields)[11] + (split ' ', $fields)[12]) * 10_000;
    }
    return $spent;
}

# requests, seconds, p50, p99 (microseconds), errors
sub wrk {
    my ($contender, $connections, $seconds) = @_;
    my $random = $contender->{random} || {};
    local @ENV{qw(NP_HEADER NP_PREFIX NP_VALUES)} = @$random{qw(header prefix values)};
    my $script = %$random ? 'random.lua' : 'report.lua';
    my @command = ('wrk', '-t', 1, '-c', $connections, '-d', "${seconds}s",
                   '--timeout', '30s',
                   '-s', work_dir() . "/bench/$script");
    push @command, '-H', 'Cookie: ' . $contender->cookie if defined $contender->cookie;
    open my $pipe, '-|', @command, $contender->url($contender->{path}) or die "wrk: $!\n";
    my $said = do { local $/; <$pipe> };
    close $pipe;
    my @numbers = $said =~ /^np (\d+) (\d+) (\d+) (\d+) (\d+)$/m
        or die "wrk: $said\n";
    return @numbers;
}

# How many of some ordinary answers set a cookie
sub set_cookies {
    my ($contender, $requests) = @_;
    my $count = 0;
    for (1 .. $requests) {
        my $answer = curl($contender->url, cookie => $contender->cookie);
        die $contender->name . ': ' . $answer->status . "\n" if $answer->status != 200;
        $count += () = $answer->all('Set-Cookie');
    }
    return $count / $requests;
}

# A round of a contender with a new session: see load(), and set_cookies of a
# request besides
sub measure {
    my ($contender, $connections, $seconds) = @_;
    $contender->log_in;
    my $set_cookies = set_cookies($contender, 3);
    return { %{ load(@_) }, set_cookies => $set_cookies };
}

# A round under load: requests, failed, gets and writes as many as there were;
# rate, p50, p99; cpu of a request
sub load {
    my ($contender, $connections, $seconds) = @_;
    my @children = $contender->httpd->children;
    my %before = $contender->asked;
    my $cpu = cpu_time(@children);
    my ($requests, $took, $p50, $p99, $failed) = wrk($contender, $connections, $seconds);
    $cpu = cpu_time(@children) - $cpu;
    my %after = $contender->asked;
    my $sure = $requests || 1;
    return { requests => $requests, failed => $failed,
             rate => $requests / ($took / 1e6), p50 => $p50, p99 => $p99,
             cpu => $cpu / $sure, gets => $after{get} - $before{get},
             writes => $after{write} - $before{write} };
}

1;
