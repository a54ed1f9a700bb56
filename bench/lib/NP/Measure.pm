# SPDX-License-Identifier: Apache-2.0
# One round: wrk against one contender, and what it cost whom.
package NP::Measure;
use strict;
use warnings;
use Exporter 'import';
use NP::Curl qw(curl);
use NP::Run qw(work_dir slurp wait_until);
use POSIX qw(ceil);
use Time::HiRes qw(sleep);

our @EXPORT_OK = qw(measure load in_turn set_cookies);

# Files of processes' threads; one that has just ended has none
sub _of_threads {
    my ($name, @pids) = @_;
    return map { my $text = eval { slurp($_) }; defined $text ? $text : () }
        map { glob "/proc/$_/task/*/$name" } @pids;
}

# Microseconds that processes and their threads have spent. The kernel keeps
# them to the nanosecond in schedstat, where it keeps them; else in ticks.
sub cpu_time {
    my $spent = 0;
    for my $pid (@_) {
        my @threads = _of_threads('schedstat', $pid);
        if (@threads) {
            $spent += (split)[0] / 1000 for @threads;
            next;
        }
        my ($fields) = slurp("/proc/$pid/stat") =~ /\) (.*)/;
        $spent += ((split ' ', $fields)[11] + (split ' ', $fields)[12]) * 10_000;
    }
    return $spent;
}

# Until the last requests are over. They are to be counted; and a httpd that is
# stopped in the middle of one crashes now and then, bare as it is.
sub come_to_rest {
    my @pids = @_;
    wait_until(30, sub {
        my $before = cpu_time(@pids);
        sleep 0.01;
        my @want_to_run = grep { /\) R / } _of_threads('stat', @pids);
        return !@want_to_run && cpu_time(@pids) == $before;
    }) or die "httpd does not come to rest\n";
    return;
}

# requests, seconds, p50, p99 (microseconds), errors
sub wrk {
    my ($contender, $connections, $seconds) = @_;
    my $random = $contender->{random} || {};
    local @ENV{qw(NP_HEADER NP_PREFIX NP_VALUES)} = @$random{qw(header prefix values)};
    my $script = %$random ? 'random.lua' : 'report.lua';
    my $whole = ceil($seconds);
    my @command = ('wrk', '-t', 1, '-c', $connections, '-d', "${whole}s",
                   '--timeout', '30s',
                   '-s', work_dir() . "/bench/$script");
    push @command, '-H', 'Cookie: ' . $contender->cookie if defined $contender->cookie;
    push @command, '-H', "Host: $contender->{host}" if defined $contender->{host};
    # wrk knows whole seconds only. It ends and reports when it is interrupted. As
    # long as it does not run yet, it ignores that, and takes its whole seconds.
    my ($pid, $pipe);
    {
        local $SIG{INT} = 'IGNORE';
        $pid = open $pipe, '-|', @command, $contender->url($contender->{path})
            or die "wrk: $!\n";
    }
    if ($whole > $seconds) {
        sleep $seconds;
        kill INT => $pid;
    }
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

# Nobody counts what a httpd does once: connections to its stores, memory of its
# threads.
sub warm_up {
    my ($contender, $connections) = @_;
    wrk($contender, $connections, 0.2);
    come_to_rest($contender->httpd->children);
    return;
}

# A round of a contender with a new session: see load(), and set_cookies of a
# request besides
sub measure {
    my ($contender, $connections, $seconds) = @_;
    $contender->log_in;
    warm_up($contender, $connections);
    my $set_cookies = set_cookies($contender, 3);
    return { %{ load(@_) }, set_cookies => $set_cookies };
}

# A round under load: requests, failed, gets and writes as many as there were;
# seconds; rate, p50, p99; cpu of a request, and store_cpu, what the stores spent
# on it. On a machine that is very busy with others it may take longer until
# anything is answered.
sub load {
    my ($contender, $connections, $seconds) = @_;
    my $round;
    for my $long ($seconds, 2, 10) {
        $round = _load($contender, $connections, $long);
        last if $round->{requests};
    }
    return $round;
}

sub _load {
    my ($contender, $connections, $seconds) = @_;
    my @children = $contender->httpd->children;
    my @stores = map { $_->pid } @{ $contender->{stores} };
    my %before = $contender->asked;
    my ($cpu, $store_cpu) = (cpu_time(@children), cpu_time(@stores));
    my ($requests, $took, $p50, $p99, $failed) = wrk($contender, $connections, $seconds);
    come_to_rest(@children);
    ($cpu, $store_cpu) = (cpu_time(@children) - $cpu, cpu_time(@stores) - $store_cpu);
    my %after = $contender->asked;
    my $sure = $requests || 1;
    return { requests => $requests, failed => $failed,
             seconds => $took / 1e6, rate => $requests / ($took / 1e6), p50 => $p50, p99 => $p99,
             cpu => $cpu / $sure, store_cpu => $store_cpu / $sure, gets => $after{get} - $before{get},
             writes => $after{write} - $before{write} };
}

# One of $first, then by turns one of each of the others and one of $first: each
# of the others gets the two of $first that are beside it, as {beside}, and those
# of $first get themselves. $round is sub ($contender): a round of it.
sub in_turn {
    my ($round, $first, @others) = @_;
    my @firsts = ($round->($first));
    my @rounds;
    for my $contender (@others) {
        push @rounds, $round->($contender);
        push @firsts, $round->($first);
        $rounds[-1]{beside} = { map { ($_ => ($firsts[-2]{$_} + $firsts[-1]{$_}) / 2) }
                                qw(rate cpu) };
    }
    $_->{beside} = { rate => $_->{rate}, cpu => $_->{cpu} } for @firsts;
    return (\@firsts, @rounds);
}

1;
