# SPDX-License-Identifier: Apache-2.0
# The cookies: their attributes, their twins, and every kind of response.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;
use NP::Site;

my @kinds = (
    ['/basic/', 200, 'a file'],
    ['/basic/env', 200, 'a CGI program'],
    ['/basic/proxied/', 200, 'a proxied page'],
    ['/basic/gone', 404, 'an error document'],
    ['/basic/moved', 302, 'a redirect'],
);
plan tests => 21 + 4 * @kinds, need need_module('session_np'), need_module('ssl');

my $memcached = start_memcached();
my $server = site(store => 'memcache:' . $memcached->address, more => <<'CONF',
<SessionNPTenant kept>
  SessionNPMode persistent
  SessionNPRequireLoginAfter 2h
  SessionNPCookieName session kept
  SessionNPCookiePath /basic
</SessionNPTenant>
<Location /basic/kept>
  SessionNPTenant kept
</Location>
<Location /basic/env>
  SetHandler cgi-script
</Location>
ErrorDocument 404 /app/open/error.html
<Location /app/open>
  Require all granted
</Location>
<Location /basic/moved>
  SetHandler cgi-script
</Location>
ProxyPass /basic/proxied http://127.0.0.1:@port@/free
CONF
    files => { 'basic/moved' => "#!/bin/sh\nprintf 'Status: 302\\nLocation: http://localhost/\\n\\n'\n",
               'basic/env' => "#!/bin/sh\nprintf 'Content-Type: text/plain\\nCache-Control: public\\n\\nhello\\n'\n",
               'basic/kept/index.html' => "<p>kept</p>\n",
               'free/index.html' => "<p>free</p>\n",
               'app/open/error.html' => "<p>not here</p>\n" });
my $http = $server->url;
(my $https = $server->url(2)) =~ s/^http:/https:/;

# Attributes
my $answer = curl("$http/basic/", user => 'alice:secret');
is_deeply $answer->cookie('auth0')->{attr},
    { path => '/', httponly => 1, samesite => 'Lax' }, 'http: Lax, not Secure';
$answer = curl("$https/basic/", user => 'alice:secret');
my ($main, $twin) = map { $answer->cookie($_) } qw(auth0 auth0_compat);
is_deeply $main->{attr}, { path => '/', httponly => 1, secure => 1, samesite => 'None' },
    'https: None and Secure, and no lifetime';
is_deeply $twin->{attr}, { path => '/', httponly => 1, secure => 1 },
    'the twin: the same without SameSite';
is $twin->{value}, $main->{value}, 'and of the same value';

$answer = curl("$https/basic/kept/", user => 'alice:secret');
($main, $twin) = map { $answer->cookie($_) } qw(kept kept_compat);
is $main->{attr}{'max-age'}, 7200, 'persistent: Max-Age is the absolute limit';
ok $main->{attr}{expires}, 'with Expires';
is $twin->{attr}{'max-age'}, $main->{attr}{'max-age'}, 'the twin lives as long';
is $twin->{attr}{expires}, $main->{attr}{expires}, 'to the second';
is $main->{attr}{path}, '/basic', 'the path is the tenant\'s';

# Every kind of response carries it once
for my $kind (@kinds) {
    my ($path, $status, $name) = @$kind;
    $answer = curl("$http$path", user => 'alice:secret');
    is $answer->status, $status, $name;
    is scalar(() = grep { $_->{name} eq 'auth0' } $answer->cookies), 1, "$name sets it once";
    is $answer->header('Cache-Control'), 'no-store', "$name is not kept";
    is curl("$http/app/", cookie => 'auth0=' . $answer->cookie('auth0')->{value})->status,
        200, "$name gave a good one";
}
my $page = curl("$http/basic/");
my $tag = curl("$http/app/", user => 'alice:secret')->header('ETag');
$answer = curl("$http/basic/", user => 'alice:secret');
my $cookie = 'auth0=' . $answer->cookie('auth0')->{value};
my $fresh = curl("$http/basic/", user => 'alice:secret',
    header => ['If-None-Match: ' . $answer->header('ETag')]);
is $fresh->status, 304, 'not modified';
ok $fresh->cookie('auth0'), 'sets it';
ok curl("$http/basic/", user => 'alice:secret', method => 'HEAD')->cookie('auth0'), 'so does HEAD';
SKIP: {
    skip 'no HTTP/2 on this MPM', 2 if ($ENV{MPM} || '') eq 'prefork';
    $answer = curl("$https/basic/", user => 'alice:secret', http2 => 1);
    is $answer->version, 2, 'HTTP/2';
    is_deeply [map { $_->{name} } $answer->cookies], [qw(auth0 auth0_compat did did_compat)],
        'sets main cookies and twins';
}

# Ordinary responses
$answer = curl("$http/app/", cookie => $cookie);
is $answer->header('Set-Cookie'), undef, 'an ordinary response sets none';
is $answer->header('Cache-Control'), 'no-store', 'a document is not kept';
is curl("$http/app/data.txt", cookie => $cookie)->header('Cache-Control'), undef,
    'other files may be';
(my $as_twin = $cookie) =~ s/auth0=/auth0_compat=/;
is curl("$http/app/", cookie => $as_twin)->status, 200, 'the twin alone is accepted';
is curl("$http/app/", cookie => "auth0=forged; $as_twin")->status, 200, 'behind a forged one too';
is curl("$http/app/", header => ["Cookie: a=1", "Cookie: $cookie"])->status, 200,
    'and from a second Cookie line';
is curl("$http/app/", cookie => "did=$1")->status, 401, 'no other kind is'
    if $cookie =~ /=(.*)/;
