#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Full load on memcached servers, each record on two of them, one of which at a
# time is killed, stopped, wiped or cut off. Says what came of it.
#   --minutes N (10)  --servers N (2)  --connections N (16)  --seed N
use strict;
use warnings;
use Getopt::Long qw(GetOptions);
use NP::FaultSite ();
use NP::Load ();
use NP::Run qw(take_ports);
use NP::Waits ();
use Time::HiRes qw(sleep time);

# A fault lasts so long; and then all sessions are used, which mends the copies.
use constant { LASTS_MIN => 0.5, LASTS_MAX => 5, PAUSE => 6 };

my %asked = (minutes => 10, servers => 2, connections => 16, seed => time % 1_000_000);
GetOptions(\%asked, 'minutes=f', 'servers=i', 'connections=i', 'seed=i') && !@ARGV
    && $asked{servers} >= 2 && $asked{minutes} > 0
    or die "usage: soak [--minutes N] [--servers N] [--connections N] [--seed N]\n";
$asked{seed} = int $asked{seed};
$| = 1;
srand $asked{seed};
my (undef, $block) = take_ports();
mkdir "$ENV{NP_WORK}/t/logs" or die "t/logs: $!\n";

my %begin = (killed => sub { $_[0]->memcached($_[1])->stop('KILL') },
             stopped => sub { $_[0]->memcached($_[1])->pause },
             wiped => sub { $_[0]->memcached($_[1])->flush },
             partitioned => sub { $_[0]->relay($_[1])->tell('drop') });
my %end = (killed => sub { $_[0]->memcached($_[1])->restart },
           stopped => sub { $_[0]->memcached($_[1])->resume },
           wiped => sub { },
           partitioned => sub { $_[0]->relay($_[1])->tell('pass') });

my $site = NP::FaultSite->new(servers => $asked{servers}, copies => 2);
my $waits = $site->waits;
my $load = NP::Load->start(-p => $site->port, -c => $asked{connections}, -s => 300, -r => $asked{seed});
print "soak: $asked{minutes} minutes, $asked{servers} servers, 2 copies, "
    . "$asked{connections} connections, seed $asked{seed}\n";

# What the processors did since the machine began: all, and nothing
sub jiffies {
    open my $file, '<', '/proc/stat' or return (0, 0);
    my (undef, @spent) = split ' ', readline $file;
    my $all = 0;
    $all += $_ for @spent[0 .. 7];
    return ($all, $spent[3] + $spent[4]);
}

my (%injected, @late);
my $longest = 0;
sub look {
    $waits->each_new(sub {
        my ($wait) = @_;
        $longest = $wait->{took} if $wait->{took} > $longest;
        push @late, $wait if $wait->{took} > $site->bound;
    });
    return;
}

sleep 3;
my @before = jiffies();
my $until = time + 60 * $asked{minutes};
while (time < $until) {
    my $kind = (sort keys %begin)[rand keys %begin];
    my $server = int rand $asked{servers};
    my $lasts = LASTS_MIN + rand LASTS_MAX - LASTS_MIN;
    $begin{$kind}->($site, $server);
    sleep $lasts;
    $end{$kind}->($site, $server);
    sleep PAUSE;
    $injected{$kind}++;
    look();
    my %count = $load->report;
    printf "%4d s left: server %d %s for %.1f s; %d requests, %d lost, %d revived, %d failed\n",
        $until - time, $server, $kind, $lasts, @count{qw(requests lost revived failed)};
}
my @after = jiffies();
my %count = $load->stop;
$site->httpd->stop;                       # so that its log is whole
look();

my @stalls = $load->stalls;
my $stalled = 0;
$stalled = $_ > $stalled ? $_ : $stalled for map { $_->[1] } @stalls;
my @too_late = grep { NP::Waits::excess($_, $site->bound, @stalls) } @late;

print "\n";
printf "%-26s %.0f %%\n", 'processors busy', 100 - 100 * ($after[1] - $before[1]) / ($after[0] - $before[0])
    if $after[0] > $before[0];
printf "%-26s %d\n", @$_ for
    ['requests', $count{requests}], ['logins', $count{logins}],
    ['step-ups', $count{step_ups}], ['data stored', $count{saves}],
    ['logouts', $count{logouts}], ['ended sessions looked for', $count{probes}],
    map({ ["servers $_", $injected{$_}] } sort keys %injected),
    ['sessions lost', $count{lost}], ['ended sessions revived', $count{revived}],
    ['wrong users', $count{wrong_user}], ['data lost', $count{lost_data}],
    ['wrong answers', $count{wrong}], ['failed requests', $count{failed} + $count{broken}],
    ['unavailable, of the past', $count{unknown}],
    ['locked too long', $count{busy}];
printf "%-26s %.0f ms (bound: %.0f + %.0f ms)\n", 'longest wait', $longest * 1000,
    $site->timeout * 1000, ($site->bound - $site->timeout) * 1000;
printf "%-26s %d, of them %d without a stall of the machine (up to %.0f ms)\n",
    'waits beyond the bound', scalar @late, scalar @too_late, $stalled * 1000;
my $late = @too_late;
my $faults = 0;
$faults += $_ for values %injected;
print "  $_->{line}" for splice @too_late, 0, 10;
my $broken = grep { $_ } @count{qw(lost revived wrong_user lost_data wrong failed broken)},
    $late, $count{busy} > $faults;
print $broken ? "Result: FAIL\n" : "Result: PASS\n";
exit($broken ? 1 : 0);
