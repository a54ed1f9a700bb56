# SPDX-License-Identifier: Apache-2.0
# A logout is the end: whatever was on its way to the store arrives after it,
# and whoever does what at the same moment.
use strict;
use warnings;
use NP::FaultSite ();
use NP::Run qw(wait_until work_dir);
use NP::Visitor ();
use Test::More;
use Time::HiRes qw(sleep);

my @late = (
    # what is held back => what causes it, and what it is
    ['replace s-', sub { sleep 0.3; $_[0]->state }, 'a last interaction'],
    ['replace s-', sub { $_[0]->save(2) }, 'data'],
    ['add s-', sub { $_[0]->step_up }, 'the record of a new id'],
    ['add xs-', sub { $_[0]->step_up }, 'the headstone of an old id'],
    ['delete s-', sub { $_[0]->step_up }, 'the removal of an old id'],
    ['add xs-', sub { $_[0]->logout }, 'the headstone of a logout'],
    ['delete s-', sub { $_[0]->logout }, 'the removal by a logout'],
);
my $rounds = 1000;

plan tests => 3 * 2 * @late + 7 + 5;

my $site = NP::FaultSite->new;
my ($relay, $url) = ($site->relay, $site->url);

for my $hold (qw(hold hold-answer)) {
    late($hold, @$_) for @late;
}
outage();
race();

sub late {
    my ($hold, $what, $cause, $name) = @_;
    $name .= $hold eq 'hold' ? ', arriving late' : ', done, but nobody is told';
    # (a machine that is too slow lets the session end, or the request, before)
    my $visitor;
    for (1 .. 3) {
        $relay->tell('release');
        $visitor = live_visitor();
        $relay->tell("$hold $what");
        $cause->($visitor);
        last if $relay->tell('held');
    }
    is $relay->tell('held'), 1, "$name: it is held back";
    ok $visitor->logout_at_last, '  meanwhile he logs out';
    $relay->tell('release');
    # (obeyed when what was held has been sent)
    $relay->tell('held');
    ok !$visitor->is_live_anyhow, '  the session is over';
    return;
}

# One that has data
sub live_visitor {
    my $visitor = NP::Visitor->new("$url/race");
    wait_until(10, sub { $visitor->login; $visitor->is_live });
    wait_until(5, sub { $visitor->save(1)->body =~ /SUCCESS/ });
    return $visitor;
}

# What a logout says when it cannot be done
sub outage {
    my $visitor = NP::Visitor->new($url);
    wait_until(10, sub { $visitor->login; $visitor->is_live });
    $relay->tell('refuse');
    is $visitor->logout, 503, 'a logout in an outage says so';
    is $visitor->state, 'unavailable', 'nothing is known of the session';
    is $visitor->ask('/closed')->status, 503, 'and its place says the same';
    $relay->tell('pass');
    ok wait_until(20, sub { $visitor->is_live }), 'afterwards it is live';
    ok $visitor->logout_at_last, 'he logs out again';
    ok !$visitor->is_live_anyhow, 'and that is the end';
    isnt $visitor->state, 'live', 'for good';
    return;
}

# (so many requests at once may take long, which is not what this is about)
sub race {
    undef $site;
    $site = NP::FaultSite->new(timeout => 2);
    my $said = qx(@{[work_dir()]}/programs/np_race -p @{[$site->port]} -x /race -n $rounds -a 8 -w 210000);
    my %count = map { split /=/ } split ' ', $said;
    is $count{revived}, 0, 'a race with the logout: the session is over';
    is $count{broken}, 0, 'and every request is answered';
    cmp_ok $count{logouts}, '>', $rounds * 0.9, 'the logout was done';
    cmp_ok $count{step_ups}, '>', 0, 'some got a new id before';
    cmp_ok $count{saves}, '>', 0, 'some stored data';
    return;
}
