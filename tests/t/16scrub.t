# SPDX-License-Identifier: Apache-2.0
# Nobody speaks in our name, and our cookies stay with us.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;
use NP::Site;

my @names = qw(Session-NP-User session-np-user SESSION_NP_USER Session_NP_User
    Session.NP.User Session-NP_User);
plan tests => 2 * @names + 18, need need_module('session_np');

my $memcached = start_memcached();
my $server = site(store => 'memcache:' . $memcached->address, more => <<'CONF',
<Location /shown>
  SessionNP On
  SessionNPStripCookies Off
  SessionNPHeaders On
  SetHandler cgi-script
</Location>
CONF
    files => { shown => "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nenv\n" });
my $url = $server->url;
my $jar = cookie_jar();
curl("$url/basic/", user => 'alice:secret', jar => $jar);
my $value = {jar_cookies($jar)}->{auth0}{value};

for my $name (@names) {
    for my $path ('/env', '/free/env') {
        unlike curl("$url$path", jar => $jar, header => ["$name: eve.mallory"])->body, qr/eve\.mallory/,
            "$name does not reach $path";
    }
}
my $env = curl("$url/env", cookie => "a=1; auth0=$value; b=2")->body;
like $env, qr/^HTTP_COOKIE=a=1; b=2$/m, 'other cookies stay';
unlike $env, qr/\Q$value/, 'ours do not';
$env = curl("$url/free/env", cookie => "auth0_compat=$value; did=x; auth0-mf=y")->body;
unlike $env, qr/HTTP_COOKIE/, 'not where sessions are off either, nor the other kinds';
$env = curl("$url/env", header => ['Cookie: a=1', "Cookie: auth0=$value"])->body;
unlike $env, qr/\Q$value/, 'nor from a second Cookie line';
like $env, qr/^SESSION_NP_STATE=live$/m, 'which is read all the same';
$env = curl("$url/shown", cookie => "auth0=$value")->body;
like $env, qr/^HTTP_COOKIE=auth0=\Q$value\E$/m, 'StripCookies Off shows them';
like $env, qr/^HTTP_SESSION_NP_USER=alice$/m, 'Headers On tells who it is';
like $env, qr/^HTTP_SESSION_NP_STATE=live$/m, 'and the state';
$env = curl("$url/shown", header => ['Session-NP-User: eve.mallory', 'Connection: Session-NP-User, close'],
    cookie => "auth0=$value")->body;
like $env, qr/^HTTP_SESSION_NP_USER=alice$/m, 'ours replaces what came';
unlike $env, qr/eve\.mallory/, 'entirely';
unlike $env, qr/^HTTP_CONNECTION=.*Session/im, 'and Connection does not name it';
$env = curl("$url/shown", header => ['Session-NP-User: eve.mallory'])->body;
like $env, qr/^HTTP_SESSION_NP_STATE=none$/m, 'nobody is nobody';
unlike $env, qr/SESSION_NP_USER/, 'whatever he says';

# The application's own headers of that name never leave
for my $path ('/env', '/free/env') {
    is curl("$url$path", jar => $jar)->header('Session-NP-Login'), undef, "$path: removed";
}
is curl("$url/env")->header('Set-Cookie'), 'theirs=1', 'its cookies do';

# What answers before a place is known sees no cookie either
is index(curl("$url/app/", method => 'TRACE', cookie => "auth0=$value")->body, $value), -1,
    'TRACE does not give it back';
$env = curl("$url/shown", header => ['Connection: close;Session-NP-User'], cookie => "auth0=$value")->body;
unlike $env, qr/^HTTP_CONNECTION=.*Session/im, 'a semicolon hides no name in Connection';
