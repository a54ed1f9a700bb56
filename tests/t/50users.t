# SPDX-License-Identifier: Apache-2.0
# How many sessions a user may have: SessionNPMaxSessions, with the oldest one
# ending or the login refused.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::App;
use NP::Run qw(spawn slurp work_dir);
use NP::Test;
use NP::Site;

use constant { MOST => 3, AT_ONCE => 20, FEW => 5 };
plan tests => 65, need need_module('session_np');

my $memcached = start_memcached();
my $server = site(
    store => 'memcache:' . $memcached->address,
    tenant => 'SessionNPMaxSessions ' . MOST,
    files => { 'full.html' => "<p>Too many.</p>\n" },
    more => app_conf('/trusted') . app_conf('/refused') . app_conf('/page') . app_conf('/pass') . <<"CONF");
<SessionNPTenant strict>
  SessionNPMaxSessions @{[MOST]} deny
  SessionNPCookieName session strict
  SessionNPCookieName device strictdid
</SessionNPTenant>
<SessionNPTenant few>
  SessionNPMaxSessions @{[FEW]} oldest
  SessionNPCookieName session few
  SessionNPCookieName device fewdid
</SessionNPTenant>
<LocationMatch ^/(?:trusted|refused|page|pass)>
  SessionNP On
  SessionNPTrustBackend On
</LocationMatch>
<LocationMatch ^/(?:refused|page|pass|basic/(?:strict|page|pass|login))>
  SessionNPTenant strict
</LocationMatch>
<LocationMatch ^/(?:page|basic/page)>
  ErrorDocument 403 /full.html
</LocationMatch>
<LocationMatch ^/(?:pass|basic/pass)>
  SessionNPStoreFailure pass
</LocationMatch>
<Location /basic/login>
  SessionNPLoginURL /login
</Location>
<Location /basic/few>
  SessionNPTenant few
</Location>
<Location /strict>
  SessionNP On
  SessionNPTenant strict
  AuthType SessionNP
</Location>
<Location /leave>
  SessionNP On
  SessionNPTenant strict
  SetHandler session-np-logout
</Location>
<Location /few>
  SessionNP On
  SessionNPTenant few
  AuthType SessionNP
</Location>
CONF
my ($url, $log) = ($server->url, $server->log);

# What a place says of a jar: live, or the reason why not
sub state_of {
    my ($jar, $place) = @_;
    my $answer = curl("$url$place", jar => $jar);
    return $answer->status == 401 ? $answer->body =~ /"reason":"(\w+)"/ ? $1 : '?' : 'live';
}

sub states { my ($place, @jars) = @_; return join ' ', map { state_of($_, $place) } @jars }

sub by_basic {
    my ($place, $jar, @more) = @_;
    return curl("$url/basic$place/", jar => $jar, user => 'alice:secret', @more);
}

sub by_header {
    my ($place, $jar, @more) = @_;
    return curl("$url$place/cgi" . speak(say => ['Session-NP-Login: alice', 'X-Secret: 1']), jar => $jar, @more);
}

# --- oldest ------------------------------------------------------------------

for my $way ([basic => '', \&by_basic], [header => '/trusted', \&by_header]) {
    my ($name, $place, $log_in) = @$way;
    $memcached->flush;
    $log->mark;
    my @jars = map { cookie_jar() } 0 .. MOST;
    for (0 .. MOST - 1) {
        ok $log_in->($place, $jars[$_])->cookie('auth0'), "$name: login " . ($_ + 1);
    }
    is states('/app/', @jars[0 .. MOST - 1]), 'live live live', "$name: so many may live";
    is scalar(() = $log->lines(qr/NP0127/)), 0, "$name: none has ended";
    ok $log_in->($place, $jars[MOST])->cookie('auth0'), "$name: one more may log in";
    is states('/app/', @jars), 'ended live live live', "$name: the oldest has ended";
    is scalar(() = $log->lines(qr/NP0127.*"alice".*"default"/)), 1, "$name: and that is logged";
}

# Logged out: there is room
$memcached->flush;
my @jars = map { cookie_jar() } 0 .. MOST;
by_basic('', $jars[$_]) for 0 .. MOST - 1;
curl("$url/logout", jar => $jars[1], method => 'POST');
by_basic('', $jars[MOST]);
is states('/app/', @jars[0, 2, 3]), 'live live live', 'who has logged out does not count';

# In its own browser a login takes the place of a session
by_header('/trusted', $jars[0]);
is states('/app/', @jars[0, 2, 3]), 'live live live', 'nor the session that a login replaces';

# A step-up does not hide it
$memcached->flush;
by_basic('', $jars[$_] = cookie_jar()) for 0 .. MOST - 1;
ok curl("$url/trusted/cgi" . speak(say => ['Session-NP-MFA: otp']), jar => $jars[0])->cookie('auth0'), 'a new id';
by_basic('', $jars[MOST] = cookie_jar());
is states('/app/', @jars), 'ended live live live', 'does not make it younger';

# Others do not count
by_basic('', $jars[$_] = cookie_jar()) for 0 .. MOST - 1;
curl("$url/basic/", jar => cookie_jar(), user => 'bob:secret') for 1 .. MOST + 1;
by_basic('/strict', cookie_jar());
is states('/app/', @jars[0 .. MOST - 1]), 'live live live', 'other users and tenants count for themselves';

# --- deny --------------------------------------------------------------------

for my $way ([basic => '/strict', \&by_basic, '/page'], [header => '/refused', \&by_header, '/page']) {
    my ($name, $place, $log_in, $page) = @$way;
    $memcached->flush;
    $log->mark;
    my @jars = map { cookie_jar() } 0 .. MOST;
    ok $log_in->($place, $jars[$_])->cookie('strict'), "$name: login " . ($_ + 1) for 0 .. MOST - 1;
    my $answer = $log_in->($place, $jars[MOST]);
    is $answer->status, 403, "$name: one more is refused";
    is $answer->header('Content-Type'), 'application/problem+json', "$name: with a problem";
    like $answer->body, qr/"status":403,"reason":"sessions"/, "$name: that names the reason";
    ok !$answer->cookie('strict'), "$name: no cookie is set";
    is $answer->header('Cache-Control'), 'no-store', "$name: and it is not kept";
    is $answer->header('X-Secret'), undef, "$name: nothing of the application's answer is there";
    is scalar(() = $log->lines(qr/NP0128.*"alice".*"strict".* 3 live/)), 1, "$name: it is logged";
    is states('/strict/', @jars), 'live live live none', "$name: the others live on";
    is $log_in->($page, cookie_jar())->body, "<p>Too many.</p>\n", "$name: an ErrorDocument takes its place";
    curl("$url/leave", jar => $jars[0], method => 'POST');
    ok $log_in->($place, cookie_jar())->cookie('strict'), "$name: after a logout there is room";
}
is by_basic('/login', cookie_jar(), header => ['Sec-Fetch-Mode: navigate'])->status, 403,
    'a navigation is not sent to a login page that cannot help';

# --- at once -----------------------------------------------------------------

$memcached->flush;
my @many = map { cookie_jar() } 1 .. AT_ONCE;
my @pids = map {
    spawn(work_dir() . "/run/users.$_", command => ['curl', '-s', '--noproxy', '*', '-o', '/dev/null',
        '-w', '%{http_code}', '--max-time', 60, '-c', $many[$_ - 1], '-u', 'alice:secret', "$url/basic/few/"])
} 1 .. AT_ONCE;
waitpid $_, 0 for @pids;
my %told;
$told{ slurp(work_dir() . "/run/users.$_") }++ for 1 .. AT_ONCE;
# (503: others took for too long)
is join(' ', grep { !/^(?:404|503)$/ } keys %told), '', 'parallel logins are answered';
ok $told{404}, 'some of them succeed';
my @live = grep { state_of($_, '/few/') eq 'live' } @many;
cmp_ok scalar @live, '<=', FEW, 'no more are live than may be';
cmp_ok scalar @live, '>=', 1, 'and not none';
# (whoever cannot be told by his cookie)
my @records = grep { /^s-/ } keys %{ +{ $memcached->items } };
cmp_ok scalar @records, '<=', FEW, 'nor are there more records';

# --- what the store learns ---------------------------------------------------

my %items = $memcached->items;
is scalar(grep { /^u-/ } keys %items), 1, 'a user has one list';
is join('', grep { "$_$items{$_}" =~ /alice|curl\// } keys %items), '', 'in which nobody reads his name or browser';

# --- no store ----------------------------------------------------------------

# A lock that nobody gives back: logins wait for it, and it ends by itself
my ($list) = grep { /^u-/ } keys %items;
$memcached->ask("set l$list 0 2 1\r\n1");
ok by_basic('/few', cookie_jar())->status =~ /^(?:404|503)$/, 'a lock is waited for';
ok wait_until(20, sub { by_basic('/few', cookie_jar())->status == 404 }), 'and ends by itself';

# The list cannot be written: another lies there that does not open
$memcached->ask("set $list 0 0 4\r\njunk");
is by_basic('/few', cookie_jar())->status, 404, 'what does not open is written anew';

$server->patience('250ms');
$memcached->pause;
for my $way (['' => 503], ['/strict' => 503], ['/pass' => 404]) {
    my ($place, $status) = @$way;
    my $answer = by_basic($place, cookie_jar());
    is $answer->status, $status, "no store: $status at $place/";
    is scalar(grep { $_->{name} =~ /auth0|strict$/ } $answer->cookies), 0, 'and no session';
}
$memcached->resume;
$server->patience;
ok wait_until(20, sub { by_basic('', cookie_jar())->cookie('auth0') }), 'it is back';
