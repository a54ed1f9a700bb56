# SPDX-License-Identifier: Apache-2.0
# Logging in, being carried on, being refused.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;
use NP::Site;

plan tests => 50, need need_module('session_np');

my $memcached = start_memcached();
my $server = site(store => 'memcache:' . $memcached->address, more => <<'CONF');
<Location /app/bob>
  Require user bob
</Location>
<Location /app/open>
  Require all granted
</Location>
<Location /basic/bob>
  Require user bob
</Location>
<Location /basic/told>
  ErrorDocument 401 /basic/told/sorry.html
</Location>
<Location /both>
  SessionNP On
  AuthType SessionNP
  AuthName members
  Require session-np fresh 1h
</Location>
<Location /stale>
  SessionNP On
  AuthType SessionNP
  AuthName members
  Require session-np fresh 1s
</Location>
CONF
my $url = $server->url;
my $jar = cookie_jar();

# Nobody
my $answer = curl("$url/app/");
is $answer->status, 401, 'nobody is refused';
is $answer->header('Content-Type'), 'application/problem+json', 'with a problem';
like $answer->body, qr/"reason":"none"/, 'that names the reason';
is $answer->header('WWW-Authenticate'), 'SessionNP realm="members"', 'and a challenge';
is $answer->header('Set-Cookie'), undef, 'and no cookie';

# Browsers
$answer = curl("$url/app/?a=b&c", header => ['Sec-Fetch-Mode: navigate']);
is $answer->status, 302, 'a navigation is sent to the login page';
is $answer->header('Location'), '/basic/login.html?return=%2Fapp%2F%3Fa%3Db%26c',
    'which learns where it came from';
is curl("$url/app/", header => ['Accept: text/html'])->status, 302,
    'so is an older browser';
is curl("$url/app/", header => ['Accept: Text/HTML;q=0.9'])->status, 302, 'however it spells that';
is curl("$url/app/", header => ['Accept: text/html'], method => 'HEAD')->status, 302,
    'for HEAD too';
is curl("$url/app/", header => ['Accept: text/html'], data => 'x=1')->status, 401,
    'but never a POST';
is curl("$url/app/", header => ['Accept: text/html', 'Sec-Fetch-Mode: cors'])->status,
    401, 'nor a fetch';
$answer = curl("$url//evil.example/../app/", header => ['Accept: text/html'],
    args => ['--path-as-is']);
unlike $answer->header('Location') || '', qr{return=%2F%2F}, 'return is never another host';

# Wrong password, right password without permission
is curl("$url/basic/", user => 'alice:wrong', jar => $jar)->status, 401, 'wrong password';
is scalar(my @none = jar_cookies($jar)), 0, 'gives no cookie';
$answer = curl("$url/basic/bob/", user => 'alice:secret', jar => $jar);
is $answer->status, 401, 'right password, wrong user';
is $answer->header('Set-Cookie'), undef, 'is no login';

# The name in a refused login is nobody's, wherever the error page lies
for my $jar ($jar, cookie_jar()) {
    $answer = curl("$url/basic/told/", user => 'alice:wrong', jar => $jar);
    is $answer->status, 401, 'a page says that the password was wrong';
    is $answer->header('Set-Cookie'), undef, 'and is no login';
}

# Login
my $log = $server->log->mark;
my $count = $memcached->counts_during(sub {
    $answer = curl("$url/basic/", user => 'alice:secret', jar => $jar);
});
is $answer->status, 200, 'login by Basic';
is_deeply $count, { set => 5, get => 1, delete => 1 },
    'writes the session, the device, and under a lock the list of sessions and a pointer to it';
is_deeply [map { $_->{name} } $answer->cookies], [qw(auth0 did)], 'sets one cookie of each on http';
like $answer->cookie('auth0')->{value}, qr/^[A-Za-z0-9_-]{43}$/, 'of 43 characters';
is $answer->header('Cache-Control'), 'no-store', 'in a response that nobody keeps';
is scalar($log->lines(qr/NP0101/)), 1, 'is logged once';

# Carried on
$count = $memcached->counts_during(sub { $answer = curl("$url/app/", jar => $jar) });
is $answer->status, 200, 'the session opens the application';
is_deeply $count, { get => 1 }, 'with one read and no write';
is $answer->header('Set-Cookie'), undef, 'and sets nothing';
is curl("$url/basic/", jar => $jar)->status, 200, 'no password is asked for again';
my $env = curl("$url/env", jar => $jar)->body;
like $env, qr/^REMOTE_USER=alice$/m, 'REMOTE_USER, in a place without Require';
like $env, qr/^AUTH_TYPE=SessionNP$/m, 'AUTH_TYPE';
like $env, qr/^SESSION_NP_STATE=live$/m, 'SESSION_NP_STATE';
like $env, qr/^SESSION_NP_USER=alice$/m, 'SESSION_NP_USER';
like $env, qr/^SESSION_NP_ID=[A-Za-z0-9_-]{22}$/m, 'SESSION_NP_ID';
like $env, qr/^SESSION_NP_MODE=non-persistent$/m, 'SESSION_NP_MODE';
like $env, qr/^SESSION_NP_EXPIRES_AT=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/m, 'times are RFC 3339';
unlike $env, qr/^SESSION_NP_NEW/m, 'only the login is new';
$env = curl("$url/env")->body;
like $env, qr/^SESSION_NP_STATE=none$/m, 'nobody is told so';
unlike $env, qr/^SESSION_NP_USER/m, 'and no more';

# Refused although logged in
$answer = curl("$url/app/bob/", jar => $jar, header => ['Accept: text/html']);
is $answer->status, 403, 'another user is refused without a redirect';
like $answer->body, qr/"reason":"forbidden"/, 'and is told';
is curl("$url/app/open/")->status, 404, 'a place inside may open itself';
is curl("$url/both/", jar => $jar)->status, 404, 'a fresh session';
sleep 1;
$answer = curl("$url/stale/", jar => $jar);
is $answer->status, 403, 'goes stale';
like $answer->body, qr/"reason":"stale"/, 'and is told';

# Digest
my $other = cookie_jar();
$answer = curl("$url/digest/", user => 'alice:secret', digest => 1, jar => $other);
is $answer->status, 200, 'login by Digest';
is curl("$url/app/", jar => $other)->status, 200, 'carries on';
is scalar($server->log->lines(qr/:(?:warn|error|crit)\].*NP0(?!115)/)), 0,
    'and nothing was wrong';
