# SPDX-License-Identifier: Apache-2.0
# Two copies: whatever becomes of one server, no session is lost, no request
# fails, and no session comes back that has ended.
use strict;
use warnings;
use NP::Fault;
use NP::FaultSite ();
use NP::Run qw(wait_until work_dir);
use NP::Visitor ();
use Test::More;
use Time::HiRes qw(sleep);

# What a server has lost is given to it again when somebody uses it: in so long
# each session was used.
use constant { VISITORS => 6, ROUNDS => 500, ALL_USED => 5 };

plan tests => 2 * 5 + 2 + 2 * 4 + 2 * 3 + 3;

my $site = NP::FaultSite->new(servers => 3, named => [0, 1], copies => 2, timeout => 0.5);
my $url = $site->url;
# With two processors under full load a server may be too late by itself, and then
# two are in trouble at once: that is for the soak to find.
my $load = start_load($site, -w => 12000);

sub fault {
    my ($name, %option) = @_;
    my $forgets = delete $option{forgets};
    scenario($name, site => $site, load => $load, fails => 0, %option);
    sleep ALL_USED if $forgets;
    return;
}

for my $n (0, 1) {
    my ($relay, $memcached) = ($site->relay($n), $site->memcached($n));
    fault("server $n refuses", begin => sub { $relay->tell('refuse') },
        end => sub { $relay->tell('pass') });
    fault("server $n is cut off", begin => sub { $relay->tell('drop') },
        end => sub { $relay->tell('pass') });
    fault("server $n is stopped", begin => sub { $memcached->pause },
        end => sub { $memcached->resume });
    fault("server $n is killed, and starts again, empty", forgets => 1,
        begin => sub { $memcached->stop('KILL') }, end => sub { $memcached->restart });
    fault("server $n is wiped", forgets => 1, begin => sub { $memcached->flush }, end => sub { });
}
fault('a server is added', waits => 1, end => sub { },
    begin => sub { $site->name_servers(0, 1, 2)->httpd->graceful });
fault('a server is removed', waits => 1, end => sub { },
    begin => sub { $site->name_servers(1, 2)->httpd->graceful });
$load->stop;
undef $load;
undef $site;

$site = NP::FaultSite->new(servers => 2, copies => 2);
$url = $site->url;
returns($_) for 0, 1;
late($_) for 0, 1;
race();

sub live_visitors {
    my ($where) = @_;
    my @visitors = map { NP::Visitor->new($where) } 1 .. VISITORS;
    for my $visitor (@visitors) {
        wait_until(10, sub { $visitor->login; $visitor->is_live });
    }
    return @visitors;
}

sub living { return join ' ', map { $_->user } grep { $_->is_live_anyhow } @_ }

# A server that was cut off comes back with what has ended meanwhile
sub returns {
    my ($n) = @_;
    my @visitors = live_visitors($url);
    $site->relay($n)->tell('drop');
    is scalar(grep { $_->logout_at_last } @visitors), VISITORS,
        "server $n is away: all log out";
    is living(@visitors), '', '  and are out';
    $site->relay($n)->tell('pass');
    is living(@visitors), '', '  it comes back with what it had';
    $site->relay(1 - $n)->tell('drop');
    is living(@visitors), '', '  and is not believed when it is the only one';
    $site->relay(1 - $n)->tell('pass');
    settle();
    return;
}

# Until both are used again
sub settle {
    my $visitor = NP::Visitor->new($url);
    wait_until(10, sub { !grep { $visitor->login; !$visitor->is_live } 1 .. 8 });
    return;
}

# A last interaction reaches one of the two after the logout
sub late {
    my ($n) = @_;
    my ($visitor) = live_visitors("$url/race");
    $site->relay($n)->tell('hold replace s-');
    ok wait_until(10, sub {
        $visitor->login if !$visitor->is_live;
        sleep 0.25;
        $visitor->is_live;
        return $site->relay($n)->tell('held');
    }), "server $n: a last interaction is held back";
    $visitor->logout_at_last;
    $site->relay($n)->tell('release');
    is living($visitor), '', '  it arrives after the logout';
    $site->relay(1 - $n)->tell('refuse');
    is living($visitor), '', '  and the other one goes away';
    $site->relay(1 - $n)->tell('pass');
    settle();
    return;
}

# (so many requests at once may take long, which is not what this is about)
sub race {
    undef $site;
    $site = NP::FaultSite->new(servers => 2, copies => 2, timeout => 2);
    my $said = qx(@{[work_dir()]}/programs/np_race -p @{[$site->port]} -x /race -n @{[ROUNDS]} -a 8 -w 210000);
    my %count = map { split /=/ } split ' ', $said;
    is $count{revived}, 0, 'a race with the logout: the session is over';
    is $count{broken}, 0, 'and every request is answered';
    cmp_ok $count{logouts}, '>', ROUNDS * 0.9, 'the logout was done';
    return;
}
