# SPDX-License-Identifier: Apache-2.0
# The near cache: the store is not asked, and whoever logs out, is revoked or
# changes something by way of this httpd is not believed for a moment longer.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Api;
use NP::App;
use NP::Metrics;
use NP::Run qw(spawn slurp);
use NP::Site;
use NP::Test;
use Time::HiRes qw(sleep time);

use constant { CLIENTS => 6, EACH => 10 };
plan tests => 72, need need_module('session_np', 'socache_shmcb');

# Two httpds with one store and one key: two machines. The virtual host at
# @port3@ has no near cache, the one at @port4@ believes for a second.
my $key = work_dir() . "/run/near.$$.key";
spew($key, ('5a' x 32) . "\n");
chmod 0600, $key or die "$key: $!\n";
my $file = token_file();
my $token = token($file, 'all');
my $memcached = start_memcached();
my %option = (store => 'memcache:' . $memcached->address,
    tenants => { idle => 'SessionNPInactivityTimeout 2s', life => 'SessionNPRequireLoginAfter 3s' },
    more => <<'CONF' . app_conf('/trusted') . api_place($file));
<Location /trusted>
  SessionNP On
  SessionNPTrustBackend On
</Location>
<Location /metrics>
  SetHandler session-np-metrics
</Location>
CustomLog @root@/logs/pids "%P"
Listen 127.0.0.1:@port3@
<VirtualHost 127.0.0.1:@port3@>
  ServerName localhost
  SessionNPNearCache off
</VirtualHost>
Listen 127.0.0.1:@port4@
<VirtualHost 127.0.0.1:@port4@>
  ServerName localhost
  SessionNPNearCache 1s
</VirtualHost>
CONF
my $keys = "SessionNPKeyFile $key";
my $here = site(%option, server => "$keys\nSessionNPNearCache 60s");
my $there = site(%option, server => $keys);
my ($url, $log) = ($here->url, $here->log);

# (answer, jar, the cookie as it is now)
sub log_in {
    my (%in) = @_;
    my $jar = cookie_jar();
    my $answer = curl(($in{at} || $url) . '/basic/' . ($in{place} || ''), user => 'alice:secret', jar => $jar);
    my $name = $in{place} || 'auth0';
    return ($answer, $jar, "$name=" . ($answer->cookie($name) || { value => '' })->{value});
}

sub state_of {
    my ($cookie, %in) = @_;
    my ($state) = curl(($in{at} || $url) . '/status' . ($in{place} ? "/$in{place}" : ''), cookie => $cookie)->body
        =~ /"state":"(\w+)"/;
    return $state;
}

# The application says something: the cookie after that
sub speaks {
    my ($header, $cookie) = @_;
    my $new = curl("$url/trusted/cgi" . speak(say => [$header]), cookie => $cookie)->cookie('auth0');
    return 'auth0=' . ($new || { value => '' })->{value};
}

# Many at once, to all children: how often there was which status
sub everywhere {
    my ($cookie) = @_;
    my $out = work_dir() . "/run/near.$$.out";
    spew($out, '');
    my @pids = map { spawn($out, command => ['curl', '-sS', '--noproxy', '*', '-o', '/dev/null', '-w', '%{http_code}\n',
        '-H', "Cookie: $cookie", "$url/app/data.txt?[1-" . EACH . ']']) } 1 .. CLIENTS;
    waitpid $_, 0 for @pids;
    my %count;
    $count{$_}++ for split /\n/, slurp($out);
    return \%count;
}
my $all = CLIENTS * EACH;

sub pids {
    my %seen = map { ($_ => 1) } split /\n/, slurp($here->root . '/logs/pids');
    return scalar keys %seen;
}

sub near {
    my $values = parse_metrics(curl("$url/metrics")->body)->{values};
    my ($hits) = map { $values->{$_} } grep { /near_hits/ } keys %$values;
    my ($misses) = map { $values->{$_} } grep { /near_misses/ } keys %$values;
    return ($hits, $misses);
}

# --- the store is not asked ---------------------------------------------------

my ($answer, $jar, $cookie) = log_in();
is $answer->status, 200, 'login';
is_deeply $memcached->counts_during(sub { is state_of($cookie), 'live', 'the first request' }), { get => 1 }, 'asks the store';
my ($hits, $misses) = near();
is_deeply $memcached->counts_during(sub { is_deeply everywhere($cookie), { 200 => $all }, 'many more' }), {}, 'do not';
my @after = near();
is $after[0] - $hits, $all, 'each is a hit';
is $after[1], $misses, 'and none a miss';
ok wait_until(20, sub { everywhere($cookie); pids() > 1 }), 'in more than one child';
is curl("$url/app/", cookie => $cookie)->header('Set-Cookie'), undef, 'no cookie is sent';
is_deeply $memcached->counts_during(sub { state_of($cookie, at => $here->url(3)) }), { get => 1 },
    'a virtual host without it asks';
is_deeply $memcached->counts_during(sub { state_of($cookie, at => $there->url) for 1 .. 3 }), { get => 3 }, 'so does another httpd';

# --- ends ---------------------------------------------------------------------

is curl("$url/logout", method => 'POST', cookie => $cookie)->status, 303, 'a logout';
is_deeply everywhere($cookie), { 401 => $all }, 'is known at once, in all children';
is state_of($cookie), 'ended', 'as what it was';

(undef, $jar, $cookie) = log_in();
is state_of($cookie), 'live', 'believed';
is curl($here->url(3) . '/logout', method => 'POST', cookie => $cookie)->status, 303,
    'a logout by a virtual host without a near cache';
is_deeply everywhere($cookie), { 401 => $all }, 'is known at once';

(undef, $jar, $cookie) = log_in();
is state_of($cookie), 'live', 'believed';
my $next = speaks('Session-NP-Login: bob', $cookie);
is_deeply everywhere($cookie), { 401 => $all }, 'a login ends the session before it at once';
is state_of($next), 'live', 'and is one itself';

# By the management API: one session, and all of a user
sub id_of { my ($id) = curl("$url/status", cookie => $_[0])->body =~ /"id":"([\w-]+)"/; return $id }
my $id = id_of($next);
is api($url, DELETE => "sessions/$id", token => $token)->status, 202, 'a session is deleted';
is_deeply everywhere($next), { 401 => $all }, 'and over at once';
my @cookies = map { (log_in())[2] } 1 .. 3;
is join(' ', map { state_of($_) } @cookies), 'live live live', 'three of alice';
is api($url, DELETE => 'users/alice/sessions', token => $token)->status, 202, 'all are deleted';
is_deeply everywhere($_), { 401 => $all }, 'and over at once' for @cookies;

# On another machine
(undef, $jar, $cookie) = log_in();
is state_of($cookie), 'live', 'believed';
is state_of($cookie, at => $here->url(4)), 'live', 'where a second is the most, too';
is curl($there->url . '/logout', method => 'POST', cookie => $cookie)->status, 303, 'a logout on another machine';
is state_of($cookie, at => $there->url), 'ended', 'which knows it';
ok wait_until(10, sub { state_of($cookie, at => $here->url(4)) eq 'ended' }),
    'a logout elsewhere is known when the time is over';
is state_of($cookie), 'ended', 'whoever learns of it tells all';
(undef, $jar, $cookie) = log_in();
is state_of($cookie), 'live', 'believed';
curl($there->url . '/logout', method => 'POST', cookie => $cookie);
is state_of($cookie), 'live', 'for as long as it may be, it is not asked for';

# --- changes ------------------------------------------------------------------

(undef, $jar, $cookie) = log_in();
is state_of($cookie), 'live', 'believed';
$next = speaks('Session-NP-MFA: otp', $cookie);
isnt $next, $cookie, 'a second factor: a new id';
like curl("$url/env", cookie => $next)->body, qr/^SESSION_NP_MFA=otp$/m, 'with it';
unlike curl("$url/env", cookie => $cookie)->body, qr/SESSION_NP_MFA/, 'which the old one has not';

my $metadata = { session_metadata => { plan => 'gold' } };
$id = id_of($next);
is api($url, PATCH => "sessions/$id", token => $token, data => $metadata)->status, 200, 'metadata';
is state_of($next), 'live', 'do it no harm';

is api($url, PATCH => 'tenants/settings', token => $token, data => { session_cookie => { mode => 'persistent' } })->status,
    200, 'cookies are to be kept';
($answer, $jar, $cookie) = log_in();
ok $answer->cookie('auth0')->{attr}{'max-age'}, 'and are';
is state_of($cookie), 'live', 'believed';
is api($url, PATCH => 'tenants/settings', token => $token, data => { session_cookie => { mode => 'non-persistent' } })->status,
    200, 'they are not';
$answer = curl("$url/app/", cookie => $cookie);
is $answer->status, 200, 'the session goes on';
is $answer->cookie('auth0') && $answer->cookie('auth0')->{attr}{'max-age'}, undef, 'without Max-Age';
ok $answer->cookie('auth0'), 'in a new cookie';

# --- limits -------------------------------------------------------------------

my $life = (log_in(place => 'life'))[2];
my $idle;

# What is found of one who asks again and again; where the machine was too slow
# for that, of the next one
sub be_busy {
    for (1 .. 5) {
        my (@states, $late);
        my ($began, $last) = (time) x 2;
        $idle = (log_in(place => 'idle'))[2];
        while (!$late && time < $began + 3) {
            my $now = time;
            curl("$url/basic/idle/", cookie => $idle);
            push @states, state_of($idle, place => 'idle');
            $late = time - $last > 1.6;
            $last = $now;
            sleep 0.2;
        }
        return "@states" if !$late;
    }
    return 'too slow';
}
like be_busy(), qr/^live( live)+$/, 'who is busy stays';
sleep 2.1;
is state_of($idle, place => 'idle'), 'idle', 'who is not, does not';
is state_of($life, place => 'life'), 'expired', 'nor who was long here';

# --- without the store --------------------------------------------------------

(undef, $jar, $cookie) = log_in();
(undef, undef, my $unseen) = log_in();
is state_of($cookie), 'live', 'believed';
$log->mark;
$memcached->pause;
is_deeply everywhere($cookie), { 200 => $all }, 'a store that is silent is not seen';
$memcached->resume;
is_deeply everywhere($cookie), { 200 => $all }, 'nor its return';
$memcached->stop('KILL');
is_deeply everywhere($cookie), { 200 => $all }, 'nor that it is gone';
is curl("$url/app/", cookie => $cookie)->header('Set-Cookie'), undef, 'and no cookie changes';
is scalar(() = $log->lines(qr/\[session_np:(?:warn|error|crit)\]/)), 0, 'no line in the log';
is curl("$url/app/", cookie => $unseen)->status, 503, 'who was not there a moment ago sees it';
is curl("$url/logout", method => 'POST', cookie => $cookie)->status, 503, 'a logout says that it failed';
$memcached->restart;
ok wait_until(10, sub { my ($in) = log_in(); $in->status == 200 }), 'it is back';

# --- restarts -----------------------------------------------------------------

ok wait_until(10, sub { (undef, $jar, $cookie) = log_in(); (state_of($cookie) || '') eq 'live' }), 'believed';
$here->graceful;
is_deeply $memcached->counts_during(sub { is state_of($cookie), 'live', 'after a graceful restart' }), { get => 1 },
    'the store is asked once';
is_deeply $memcached->counts_during(sub { state_of($cookie) for 1 .. 3 }), {}, 'and no more';

# --- other stores -------------------------------------------------------------

my $second = start_memcached();
my $copies = site(server => "$keys\nSessionNPStoreReplicas 2\nSessionNPNearCache 30s",
    store => 'memcache:' . $memcached->address . ',' . $second->address);
(undef, undef, $cookie) = log_in(at => $copies->url);
is state_of($cookie, at => $copies->url), 'live', 'with two copies';
$_->pause for $memcached, $second;
is state_of($cookie, at => $copies->url), 'live', 'it is believed without them';
$_->resume for $memcached, $second;
ok wait_until(10, sub { (log_in(at => $copies->url))[0]->status == 200 }), 'they are back';
is curl($copies->url . '/logout', method => 'POST', cookie => $cookie)->status, 303, 'a logout';
is state_of($cookie, at => $copies->url), 'ended', 'until the logout';

my $shm = site(server => 'SessionNPNearCache 30s');
(undef, undef, $cookie) = log_in(at => $shm->url);
is state_of($cookie, at => $shm->url), 'live', 'with shared memory' for 1, 2;
curl($shm->url . '/logout', method => 'POST', cookie => $cookie);
is state_of($cookie, at => $shm->url), 'ended', 'the same';
