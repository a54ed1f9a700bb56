# SPDX-License-Identifier: Apache-2.0
# Both limits end a session, in both modes; a closing browser ends one.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;
use NP::Site;
use List::Util qw(max);
use Time::HiRes qw(sleep time);

my @modes = qw(persistent non-persistent);
plan tests => 11 * @modes + 4, need need_module('session_np');

my $memcached = start_memcached();
my $tenants = join '', map { <<"CONF" } @modes;
<SessionNPTenant $_-idle>
  SessionNPMode $_
  SessionNPInactivityTimeout 2s
  SessionNPCookieName session $_-idle
</SessionNPTenant>
<SessionNPTenant $_-life>
  SessionNPMode $_
  SessionNPRequireLoginAfter 10s
  SessionNPCookieName session $_-life
</SessionNPTenant>
<Location /basic/$_-idle>
  SessionNPTenant $_-idle
</Location>
<Location /basic/$_-life>
  SessionNPTenant $_-life
</Location>
<Location /env/$_-idle>
  SessionNPTenant $_-idle
</Location>
<Location /env/$_-life>
  SessionNPTenant $_-life
</Location>
CONF
my $server = site(store => 'memcache:' . $memcached->address, more => $tenants,
    files => { map { ("basic/$_-idle/index.html" => 'x', "basic/$_-life/index.html" => 'x') } @modes });
my $url = $server->url;
my (%jar, %cookie);

sub log_in {
    my ($name) = @_;
    $jar{$name} = cookie_jar();
    my $answer = curl("$url/basic/$name/", user => 'alice:secret', jar => $jar{$name});
    $cookie{$name} = "$name=" . $answer->cookie($name)->{value};
    return $answer->status;
}

# By a browser that keeps its cookies longer than it should
sub status { return curl("$url/basic/$_[0]/", cookie => $cookie{ $_[0] })->status }

sub state {
    my ($name) = @_;
    my ($state) = curl("$url/env/$name", cookie => $cookie{$name})->body =~ /^SESSION_NP_STATE=(\w+)/m;
    return $state;
}

# Busy for longer than the inactivity timeout. Where the machine was so slow that
# requests came after a limit, once more: (statuses of those and of the others,
# when the last of the others logged in)
sub be_busy {
    for (1 .. 10) {
        $server->log->mark;
        my $began = time;
        log_in("$_-life") for @modes;
        my $since = time;
        my ($longest, %last, @found) = (0);
        for my $mode (@modes) {
            $last{$mode} = time;
            log_in("$mode-idle");
        }
        for my $mode ((@modes) x 4) {
            sleep 0.35;
            my $now = time;
            push @found, status("$mode-idle");
            $longest = max($longest, time - $last{$mode});
            $last{$mode} = $now;
        }
        my @lives = map { status("$_-life") } @modes;
        return (\@found, \@lives, $since) if $longest < 1.8 && time - $began < 9;
    }
    die "this machine was never fast enough\n";
}

for my $mode (@modes) {
    is log_in("$mode-idle"), 200, "$mode: login";
    is log_in("$mode-life"), 200, "$mode: login with the other limit";
    is curl("$url/basic/$mode-life/", jar => $jar{"$mode-life"}, closed => 1)->status,
        $mode eq 'persistent' ? 200 : 401, "$mode: when the browser closes";
}
# At the end the other limit rules.
my ($busy, $lives, $since) = be_busy();
for my $n (0 .. $#modes) {
    is join(' ', map { $busy->[@modes * $_ + $n] } 0 .. 3), '200 200 200 200', "$modes[$n]: who is busy stays";
    is $lives->[$n], 200, "$modes[$n]: so far";
}
sleep max(2.2, $since + 10.2 - time);
for my $mode (@modes) {
    is state("$mode-idle"), 'idle', "$mode: who is not, does not";
    is status("$mode-idle"), 401, "$mode: and is refused";
    is state("$mode-life"), 'expired', "$mode: nor who was long here";
    is status("$mode-life"), 401, "$mode: and is refused";
    is scalar($server->log->lines(qr/NP0103.*"$mode-idle"/)), 1, "$mode: logged once";
    is scalar($server->log->lines(qr/NP0104.*"$mode-life"/)), 1, "$mode: logged once";
}

# 40 days: beyond 30, memcached takes relative times for dates of 1970.
my $long = site(store => 'memcache:' . $memcached->address, tenant => <<'CONF');
SessionNPMode persistent
SessionNPInactivityTimeout 40d
SessionNPRequireLoginAfter 40d
CONF
$memcached->flush;
my $jar = cookie_jar();
my $answer = curl($long->url . '/basic/', user => 'alice:secret', jar => $jar);
is $answer->cookie('auth0')->{attr}{'max-age'}, 40 * 86400, 'a cookie for 40 days';
is curl($long->url . '/app/', jar => $jar)->status, 200, 'is good';
my %expiry = $memcached->expiries;
my @sessions = grep { /^s-/ } keys %expiry;
is scalar(@sessions), 1, 'there is one record of a session';
cmp_ok $expiry{ $sessions[0] }, '>', time + 40 * 86400, 'that is kept as long';
