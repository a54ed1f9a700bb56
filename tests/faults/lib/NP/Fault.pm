# SPDX-License-Identifier: Apache-2.0
# One fault under load: what the requests got while it lasted, and afterwards.
package NP::Fault;
use strict;
use warnings;
use Exporter 'import';
use NP::FaultSite qw(HANG);
use NP::Load ();
use NP::Run qw(wait_until);
use NP::Waits ();
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(scenario start_load);

# How long a fault lasts, and what is seen of its end; from when on nobody waits
# for a server that is known to be away, and what is no waiting. While one waits
# for a server that has just gone, another may find the session locked: so often,
# and no more, for a lock that is left behind is met again and again.
use constant { LASTS => 1.5, AFTER => 1.8, SETTLED => 0.7, SHORT => 0.1,
               RECOVERY => 1, STILL => 0.08, BUSY => 3 };
# How many browsers a load has; each has logged in within so many seconds, on any machine.
use constant { BROWSERS => 300, PATIENCE => 60 };

# Enough of it for two processors that others use, too.
sub start_load {
    my ($site, %option) = @_;
    my $load = NP::Load->start(-p => $site->port, -c => 32, -s => BROWSERS,
        -w => 4000, %option);
    my $logins = 0;
    wait_until(PATIENCE, sub { ($logins = { $load->report }->{logins}) >= BROWSERS })
        or die "only $logins logins in @{[PATIENCE]} s\n";
    return $load;
}

# site, load
# begin, end => what makes the fault, and what mends it
# fails      => 1: some requests have to fail, 0: none may, undef: either
# loses      => 1: sessions may be lost when it ends (a memcached that is empty)
# waits      => 1: requests may wait again and again
# A slow machine, where both servers are late by themselves, gets other chances; but
# a hang is a hang.
sub scenario {
    my ($name, %option) = @_;
    my (@problems, $too_late);
    for my $attempt (1 .. 4) {
        _await_rest($option{site}) if $attempt > 1;
        ($too_late, @problems) = _run(%option);
        last if !@problems || grep { /hang|revived|wrong|broken/ } @problems;
        # where the machine stood still, or the other copy did not answer either, both
        # servers may have been too late
        last if !$too_late && grep { /lost/ } @problems;
        diag "$name, attempt $attempt: $_" for @problems;
    }
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok !@problems, $name or diag map { "  $_\n" } @problems;
    return;
}

# Until nobody waits for long though there is no fault, if the machine has such a time
sub _await_rest {
    my ($site) = @_;
    my $waits = $site->waits;
    wait_until(60, sub {
        my $late = 0;
        sleep LASTS;
        $waits->each_new(sub { $late++ if $_[0]{failed} || $_[0]{took} > SHORT });
        return !$late;
    });
    return;
}

sub _run {
    my (%option) = @_;
    my ($site, $load) = @option{qw(site load)};
    my $waits = $site->waits;
    my %before = $load->report;
    my $began = time;
    $option{begin}->();
    my $is_on = time;
    sleep LASTS;
    my %during = $load->report;
    my $ended = time;
    $option{end}->();
    my $is_off = time;
    sleep AFTER;
    my %after = $load->report;
    my @stalls = $load->stalls;
    my (%seen, @late);
    $waits->each_new(sub {
        my ($wait) = @_;
        my $done = $wait->{begin} + $wait->{took};
        push @late, $wait if $wait->{took} > SHORT;
        $seen{longest} = $wait->{took} if $wait->{took} > ($seen{longest} || 0);
        return if !$wait->{failed};
        $seen{last}{ $wait->{pid} } = $done;
    });
    my $both_late = $site->servers > 1 && $seen{last} && !($option{fails} // 1);
    return ($both_late || scalar(grep { $_->[0] + $_->[1] > $began && $_->[1] > STILL } @stalls),
            _judge_waits($site, \@late, \@stalls, $is_on, $ended, $option{waits}),
            _judge_recovery(\%seen, $is_off, \@stalls),
            _judge_truth(\%before, \%during, \%after, \%option));
}

sub _judge_waits {
    my ($site, $late, $stalls, $is_on, $ended, $may_wait) = @_;
    my @problems;
    for my $wait (@$late) {
        my $line = $wait->{line};
        chomp $line;
        push @problems, "a hang: $line" if NP::Waits::excess($wait, HANG, @$stalls);
        my $excess = NP::Waits::excess($wait, $site->bound, @$stalls);
        push @problems, sprintf 'longer than it may be by %d ms: %s', $excess * 1000, $line
            if $excess;
        push @problems, "waited for a server that is known to be away: $line"
            if !$may_wait && $wait->{begin} > $is_on + SETTLED
            && $wait->{begin} + $wait->{took} < $ended
            && NP::Waits::excess($wait, SHORT, @$stalls);
    }
    splice @problems, 5, @problems, 'and more' if @problems > 6;
    return @problems;
}

# In every child process the store is used again
sub _judge_recovery {
    my ($seen, $is_off, $stalls) = @_;
    my $slow = 0;
    $slow += $_->[1] for grep { $_->[0] > $is_off } @$stalls;
    return map {
        my $took = $seen->{last}{$_} - $is_off;
        $took > RECOVERY + $slow ? sprintf 'process %d: not back for %.1f s', $_, $took : ();
    } sort keys %{ $seen->{last} };
}

sub _judge_truth {
    my ($before, $during, $after, $option) = @_;
    my @problems;
    for my $kind (qw(revived wrong_user wrong broken)) {
        push @problems, "$kind: " . ($after->{$kind} - $before->{$kind})
            if $after->{$kind} > $before->{$kind};
    }
    for my $kind (qw(lost lost_data)) {
        push @problems, "$kind while it lasted" if $during->{$kind} > $before->{$kind};
        push @problems, "$kind after it" if $after->{$kind} > $during->{$kind} && !$option->{loses};
    }
    push @problems, 'nothing failed'
        if $option->{fails} && $during->{failed} == $before->{failed};
    push @problems, 'sessions were locked for too long'
        if defined $option->{fails} && !$option->{fails}
        && $after->{busy} > $before->{busy} + BUSY;
    my $failed = $after->{failed} - $before->{failed};
    push @problems, "$failed requests failed"
        if defined $option->{fails} && !$option->{fails} && $failed;
    push @problems, 'no load' if $after->{requests} - $during->{requests} < 100;
    return @problems;
}

1;
