# SPDX-License-Identifier: Apache-2.0
# One request may be many inside httpd: sub-requests, index pages, error
# documents, rewriting. Its session is looked up once for all of them.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;
use NP::Site;

plan tests => 48, need need_module('session_np'), need_module('include'), need_module('rewrite'),
    need_module('autoindex');

my $memcached = start_memcached();
my $server = site(store => 'memcache:' . $memcached->address, more => <<'CONF',
<SessionNPTenant other>
  SessionNPCookieName session auth0
</SessionNPTenant>
<Location /app/ssi>
  Options +Includes
  AddOutputFilter INCLUDES .shtml
  AddType text/html .shtml
</Location>
<Location /app/other>
  SessionNPTenant other
</Location>
<Location /app/list>
  Options +Indexes
</Location>
<Location /basic/list>
  Options +Indexes
</Location>
<Location /app/pages>
  ErrorDocument 401 /pages/401.html
  ErrorDocument 403 /pages/403.html
  ErrorDocument 404 /pages/404.html
  ErrorDocument 503 /pages/503.html
</Location>
<Location /app/pages/bob>
  Require user bob
</Location>
<Location /basic/pages>
  ErrorDocument 401 /pages/401.html
</Location>
<Location /free/listed>
  Options +Indexes
</Location>
<Location /strict>
  SessionNP On
  AuthType SessionNP
  AuthName members
  Require all denied
</Location>
<Location /strict/some>
  Require session-np valid
</Location>
<Location /nothing>
  AuthType SessionNP
  AuthName members
</Location>
<Location /either>
  SessionNP On
  AuthType SessionNP
  AuthName members
  <RequireAny>
    Require user bob
    Require session-np valid
  </RequireAny>
</Location>
<Location /notalice>
  SessionNP On
  AuthType SessionNP
  AuthName members
  <RequireAll>
    Require session-np valid
    <RequireNone>
      Require user alice
    </RequireNone>
  </RequireAll>
</Location>
RewriteEngine On
RewriteRule ^/app/inside$ /app/index.html [PT]
CONF
    files => { map({ ("app/list/$_.html" => $_, "basic/list/$_.html" => $_,
                      "free/listed/$_.html" => $_) } 1 .. 9),
               map({ ("pages/$_.html" => "page $_") } 401, 403, 404, 503),
               map({ ("$_/index.html" => $_) } qw(strict strict/some nothing either notalice
                     app/other app/pages app/pages/bob basic/pages)),
               'app/ssi/index.shtml' => join("\n", map { "<!--#include virtual=\"$_\" -->" }
                   qw(/app/data.txt /app/data.txt /env /free/env /app/other/))
                   . "<!--#echo var=\"SESSION_NP_USER\" -->\n" });
my $url = $server->url;
my @password = (user => 'alice:secret');
my $answer = curl("$url/basic/", @password);
my $cookie = 'auth0=' . $answer->cookie('auth0')->{value};

sub get {
    my ($path, @options) = @_;
    return $memcached->counts_during(sub { $answer = curl("$url$path", @options) });
}

# Once
for my $path ('/app/', '/app/list/', '/app/inside', '/app/nowhere', '/app/x/y/z',
              '/free/listed/', '/app/pages/nowhere') {
    is_deeply get($path, cookie => $cookie), $path =~ /free/ ? {} : { get => 1 }, "$path: one lookup";
    is $answer->header('Set-Cookie'), undef, 'and no cookie';
}
is_deeply get('/app/ssi/index.shtml', cookie => $cookie), { get => 1 }, 'a page with five parts: one lookup';
is $answer->status, 200, 'that is shown';
is scalar(() = $answer->body =~ /^data$/mg), 2, 'its parts are open';
like $answer->body, qr/^SESSION_NP_STATE=live$/m, 'programs among them know the session';
is scalar(() = $answer->body =~ /^SESSION_NP_USER=/mg), 1, 'but not where sessions are off';
like $answer->body, qr/alice$/m, 'the page too';
unlike $answer->body, qr/app\/other/, 'a part of another tenant has none, and stays closed';
unlike $answer->body, qr/HTTP_COOKIE/, 'no part is shown the cookie';
is $answer->header('Cache-Control'), 'no-store', 'it is not kept';

# One login, whatever is looked at on the way
# the lock and the list of the user's sessions, the pointer to it; session, device
is_deeply get('/basic/list/', @password), { get => 1, set => 5, delete => 1 },
    'a directory: one login, one device';
is scalar(grep { $_->{name} eq 'auth0' } $answer->cookies), 1, 'one cookie';
is scalar($server->log->rewind->lines(qr/NP0101/)), 2, 'logged as one';

# Error documents of the administrator's
$answer = curl("$url/app/pages/");
is $answer->status, 401, 'an error document: 401';
is $answer->body, 'page 401', 'is what is shown';
is $answer->header('WWW-Authenticate'), 'SessionNP realm="members"', 'with the challenge';
$answer = curl("$url/app/pages/bob/", cookie => $cookie);
is $answer->status . $answer->body, '403page 403', 'an error document: 403';
$answer = curl("$url/app/pages/nowhere", cookie => $cookie);
is $answer->status . $answer->body, '404page 404', 'an error document: 404';
$answer = curl("$url/basic/pages/", user => 'alice:wrong');
is $answer->status . $answer->body, '401page 401', '401 of a password';
like $answer->header('WWW-Authenticate'), qr/^Basic /, 'with its challenge';
my $gone = curl("$url/basic/", @password)->cookie('auth0')->{value};
curl("$url/logout", cookie => "auth0=$gone", method => 'POST');
$answer = curl("$url/basic/pages/", cookie => "auth0=$gone", @password);
is $answer->status . $answer->body, '401page 401', 'a repeated password';
is $answer->cookie('auth0')->{attr}{'max-age'}, 0, 'removes the mark from there as well';
is $answer->header('Cache-Control'), 'no-store', 'and is not kept';

# Which places are closed
is curl("$url/strict/", cookie => $cookie)->status, 403, 'denied to all is denied to sessions';
is curl("$url/strict/")->status, 403, 'and to others';
is curl("$url/strict/some/", cookie => $cookie)->status, 200, 'a place inside may open itself to sessions';
is curl("$url/strict/some/")->status, 401, 'and to nobody else';
is curl("$url/either/", cookie => $cookie)->status, 200, 'one of two rules is enough';
is curl("$url/either/")->status, 401, 'none is not';
is curl("$url/notalice/", cookie => $cookie)->status, 403, 'a rule that excludes a user does';
isnt curl("$url/nothing/", cookie => $cookie)->status, 200, 'AuthType SessionNP without SessionNP On: closed';
is scalar($server->log->rewind->lines(qr/NP0115/)) > 0, 1, 'and the log says why';

# A store that is away
$memcached->pause;
$answer = curl("$url/app/pages/", cookie => $cookie);
is $answer->status . $answer->body, '503page 503', 'an error document: 503';
cmp_ok $answer->header('Retry-After'), '>', 0, 'with Retry-After';
is $answer->header('Set-Cookie'), undef, 'the cookie stays';
$memcached->resume;
