# SPDX-License-Identifier: Apache-2.0
# The module lives with the rest of httpd: who asks about the session, and at
# which moment, gets the right answer; and what others do to a request or its
# answer takes nothing from a session.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;
use NP::Site;

my @writes = (
    ['MKCOL', '/dav/new/', 201], ['PUT', '/dav/new/a.txt', 201, data => 'text'],
    ['COPY', '/dav/new/a.txt', 201, header => ['Destination: @url@/dav/new/b.txt']],
    ['MOVE', '/dav/new/b.txt', 201, header => ['Destination: @url@/dav/c.txt']],
    ['PROPFIND', '/dav/new/', 207, header => ['Depth: 1']], ['DELETE', '/dav/c.txt', 204],
);
plan tests => 2 * @writes + 85, need need_module('session_np'),
    map { need_module($_) } qw(rewrite include dav_fs headers setenvif remoteip status autoindex
        negotiation);

my $memcached = start_memcached();
my $closed = "SessionNP On\n  AuthType SessionNP\n  AuthName members";
my $server = site(also => ['log_forensic'], store => 'memcache:' . $memcached->address, server => <<'SERVER', more => <<"CONF",
AllowEncodedSlashes NoDecode
DavLockDB @root@/run/locks
RemoteIPHeader X-Forwarded-For
ForensicLog @root@/logs/forensic
RemoteIPInternalProxy 127.0.0.1
SetEnvIf Cookie "(auth0=.*)" TAKEN=$1
SetEnvIf Session-NP-User (.+) CLAIMED=$1
SetEnvIf Cookie a=(.*) GIVEN=$1
LogFormat "%>s %<u %{SESSION_NP_USER}e %<{SESSION_NP_USER}e %U" who
CustomLog @root@/logs/who who
CustomLog @root@/logs/live who "expr=reqenv('SESSION_NP_STATE') == 'live'"
SERVER
RewriteEngine On
RewriteCond %{ENV:SESSION_NP_STATE} .
RewriteRule ^/rewrite/early\$ /free/early [R]
RewriteCond %{LA-U:REMOTE_USER} =alice
RewriteRule ^/app/rewrite/user\$ /free/user [R]
RewriteCond %{LA-U:ENV:SESSION_NP_USER} =alice
RewriteRule ^/app/rewrite/env\$ /free/env-of-alice [R]
RewriteCond %{LA-U:REMOTE_USER} ^\$
RewriteRule ^/ask/mfa\$ /basic/index.html [PT]
RewriteCond %{LA-U:REMOTE_USER} .
RewriteRule ^/ask/mfa\$ /app/bob/ [PT]
RewriteRule ^/proxied\$ http://127.0.0.1:\@port\@/app/data.txt [P]
RewriteRule ^/app/proxied\$ http://127.0.0.1:\@port\@/free/env [P]
<Location /ask>
  $closed
  Require session-np mfa
</Location>
<Location /app/bob>
  Require user bob
</Location>
<Location /app/place>
  RewriteEngine On
  RewriteCond %{REMOTE_USER} =alice
  RewriteRule user /free/user [R]
  RewriteCond %{ENV:SESSION_NP_USER} =alice
  RewriteRule env /free/env-of-alice [R]
  RewriteCond expr "reqenv('SESSION_NP_MODE') == 'non-persistent'"
  RewriteRule expr /free/expr [R]
</Location>
<Location /basic/rewritten>
  RewriteEngine On
  RewriteRule . /free/rewritten [R]
</Location>
<Location /app/expr>
  <If "reqenv('SESSION_NP_STATE') == 'live'">
    Header set X-If live
  </If>
  <If "%{REMOTE_USER} == 'alice'">
    Header set X-If alice
  </If>
  SetEnvIfExpr "reqenv('SESSION_NP_STATE') == 'live'" EXPR=early
  SetEnvIf SESSION_NP_STATE live VARIABLE=early
  Header set X-Expr "%{EXPR}e%{VARIABLE}e"
  Header set X-Live yes "expr=reqenv('SESSION_NP_STATE') == 'live'"
  Header set X-User "%{SESSION_NP_USER}e"
  RequestHeader set X-User "%{SESSION_NP_USER}e"
  SetHandler cgi-script
</Location>
<Location /if/env>
  SetHandler cgi-script
  <If "%{HTTP:X-Sessions} == 'on'">
    SessionNP On
  </If>
</Location>
<Location /app/require/env>
  Require expr "reqenv('SESSION_NP_USER') == 'alice'"
</Location>
<Location /app/require/user>
  Require expr "%{REMOTE_USER} == 'alice'"
</Location>
<Location /app/require/both>
  <RequireAll>
    Require session-np valid
    Require expr "%{REMOTE_USER} == 'alice' && %{REQUEST_METHOD} == 'GET'"
  </RequireAll>
</Location>
<Location /app/index>
  DirectoryIndex bob.html all.html
  Options +Indexes
</Location>
<LocationMatch ^/app/\\w+/bob.html\$>
  Require user bob
</LocationMatch>
<Location /app/names>
  Options +MultiViews
  AddLanguage en .en
  AddLanguage de .de
</Location>
<Location /app/names/page.html.de>
  Require user bob
</Location>
<Location /app/list>
  Options +Indexes
  DirectoryIndex disabled
</Location>
<Location /app/lost>
  ErrorDocument 404 /free/parts.shtml
</Location>
<Location /free/parts.shtml>
  Options +Includes
  AddType text/html .shtml
  AddOutputFilter INCLUDES .shtml
</Location>
<Location /dav>
  $closed
  Dav On
  DirectoryIndex disabled
</Location>
<Location /dav/bob>
  Require user bob
</Location>
<Location /app/server-status>
  SetHandler server-status
</Location>
CONF
    files => { map({ ("$_/env" => "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nenv\n") } qw(app/expr if)),
               'free/parts.shtml' => "<!--#echo var=\"REDIRECT_SESSION_NP_USER\" -->|"
                   . "<!--#include virtual=\"/app/data.txt\" --><!--#include virtual=\"/env\" -->",
               map({ ("app/$_" => "$_\n") } qw(bob/index.html place/user place/env place/expr require/env/index.html
                   require/user/index.html require/both/index.html index/bob.html index/all.html names/page.html.en
                   names/page.html.de list/bob.html list/all.html a/b.txt)), 'basic/slash/index.html' => "slash\n",
               'basic/rewritten/index.html' => "rewritten\n",
               map({ ("dav/$_" => "$_\n") } qw(a.txt bob/a.txt)) });
my $url = $server->url;
my @password = (user => 'alice:secret');
my ($value, $of_bob) = map { curl("$url/basic/", user => "$_:secret")->cookie('auth0')->{value} } qw(alice bob);
my @alice = (cookie => "auth0=$value");
my @bob = (cookie => "auth0=$of_bob");

# Status and where to; or status and text
sub get { my ($path, @options) = @_; return curl("$url$path", @options) }
sub goes {
    my $answer = get(@_);
    my ($path) = ($answer->header('Location') || '') =~ m{^\w+://[^/]+(/.*)};
    return $answer->status . (defined $path ? " $path" : '');
}
sub names { return join ' ', map { $_->{name} } $_[0]->cookies }
sub text { my $answer = get(@_); return $answer->status . ' ' . $answer->body }

# mod_rewrite: before a place is known, by looking ahead; in a place, as it is
is goes('/rewrite/early', @alice), '404', 'rules of the server come before the session';
is goes('/app/rewrite/user', @alice), '302 /free/user', 'but can look ahead for the user';
is goes('/app/rewrite/env', @alice), '302 /free/env-of-alice', 'and for the environment';
is goes("/app/rewrite/$_"), '401', "nobody, $_: no" for qw(user env);
is goes("/app/rewrite/$_", @bob), '404', "another, $_: no" for qw(user env);
is goes('/app/place/user', @alice), '302 /free/user', 'rules of a place know the user';
is goes('/app/place/user', @bob), '200', 'who is this one';
is goes('/app/place/env', @alice), '302 /free/env-of-alice', 'and the environment';
is goes('/app/place/env', @bob), '200', 'of this user';
is goes('/app/place/expr', @alice), '302 /free/expr', 'in expressions, too';
is names(get('/basic/rewritten/', @password)), 'auth0 did', 'a rule that answers loses no login';
is text('/proxied', @alice), '401 ' . get('/app/data.txt')->body, 'what is passed on to another server has no cookie';
is get('/app/proxied')->status, 401, 'a place whose rules pass it on asks first';
my $answer = get('/app/proxied', @alice);
is $answer->status, 200, 'and lets a live session in';
unlike $answer->body, qr/^HTTP_(?:COOKIE|SESSION_NP)/m, 'whose cookie stays';
is text('/ask/mfa'), get('/basic/')->status . ' ' . get('/basic/')->body, 'looking ahead leaves nothing behind: nobody';
$answer = get('/ask/mfa', @alice);
is $answer->status, 403, 'who looks ahead at a place that asks for more';
like $answer->body, qr/"reason":"forbidden"/, 'is refused by the place where he ends';

# mod_dir
is goes('/app/index', @alice), '301 /app/index/', 'a directory without its slash';
is goes('/app/index'), '401', 'is not told to nobody';
$answer = get('/basic/slash', @password);
is $answer->status, 301, 'to a user it is';
is scalar(grep { $_->{name} eq 'auth0' } $answer->cookies), 1, 'and that loses no login';
is text('/app/index/', @alice), "200 index/all.html\n", 'the index that this user may see';
is text('/app/index/', @bob), "200 index/bob.html\n", 'and that one';
is get('/app/index/')->status, 401, 'nobody sees any';

# mod_autoindex, mod_negotiation
$answer = get('/app/list/', @alice);
is $answer->status, 200, 'a list';
is join(' ', $answer->body =~ /href="(\w+)\.html"/g), 'all', 'of what this user may see';
is join(' ', get('/app/list/', @bob)->body =~ /href="(\w+)\.html"/g), 'all bob', 'and that one';
is get('/app/list/')->status, 401, 'and nobody';
for my $case (['de, en;q=0.5', 'alice', 'en'], ['de', 'bob', 'de'], ['en', 'bob', 'en']) {
    my ($language, $user, $page) = @$case;
    is text('/app/names/page', header => ["Accept-Language: $language"], $user eq 'bob' ? @bob : @alice),
        "200 names/page.html.$page\n", "$user asks for $language";
}
is get('/app/names/page')->status, 401, 'nobody is asked to choose';

# Error documents, with parts
$answer = get('/app/lost/nothing', @alice);
is $answer->status, 404, 'an error document of an open place';
like $answer->body, qr/^alice\|data$/m, 'knows whose error it was, and its parts the session';
like $answer->body, qr/^SESSION_NP_USER=alice$/m, 'programs among them, too';
$answer = get('/free/parts.shtml');
unlike $answer->body, qr/^data$/m, 'for nobody the part stays closed';
like $answer->body, qr/^SESSION_NP_STATE=none$/m, 'and there is no session';

# Expressions, and who reads the environment
$answer = get('/app/expr/env', @alice);
is $answer->header('X-Live'), 'yes', 'mod_headers: expr=';
is $answer->header('X-User'), 'alice', 'and %{}e';
like $answer->body, qr/^HTTP_X_USER=alice$/m, 'in requests, too';
is $answer->header('X-If'), 'live', '<If> knows the session, but no user yet';
like get('/if/env', @alice, header => ['X-Sessions: on'])->body, qr/^SESSION_NP_USER=alice$/m,
    'it can turn sessions on';
unlike get('/if/env', @alice)->body, qr/^SESSION_NP_/m, 'or not';
is $answer->header('X-Expr'), 'early(null)', 'so does mod_setenvif, by expressions only';
$answer = get('/free/env', cookie => "a=1; auth0=$value", header => ['Session-NP-User: eve.mallory']);
unlike $answer->body, qr/^TAKEN=/m, 'mod_setenvif cannot take our cookie';
unlike $answer->body, qr/eve\.mallory/, 'nor what somebody claims';
like $answer->body, qr/^GIVEN=1$/m, 'but other cookies';
is text('/app/require/user/', @alice), "200 require/user/index.html\n", 'Require expr with REMOTE_USER';
is get('/app/require/user/', @bob)->status, 403, 'refuses others';
is get('/app/require/user/')->status, 401, 'and asks nobody to log in';
is join(' ', map { get('/app/require/env/', @$_)->status } \@alice, \@bob, []), '200 403 403',
    'Require expr with our variables';
is get('/app/require/both/', @alice)->status . get('/app/require/both/', @bob)->status
    . get('/app/require/both/')->status,
    '200403401', 'Require session-np goes with expressions';

# Logs. (A line may come after the answer: first those of the last three requests.)
my $who = NP::Log->new($server->root . '/logs/who')->rewind;
wait_until(30, sub { 3 <= (() = $who->lines(qr{ /app/require/both/(?:index\.html)?$})) });
$who->mark;
my $live = NP::Log->new($server->root . '/logs/live');
get($_, @alice) for '/app/data.txt', '/app/lost/nothing', '/app/bob/', '/free/env';
get('/app/data.txt');
wait_until(30, sub { 5 <= $who->lines && 2 <= $live->lines });
my %line = map { reverse /^(.*) (\S+)$/ } reverse $who->lines;
is $line{'/app/data.txt'}, '200 alice alice alice', 'a log knows the user';
is $line{'/app/lost/nothing'}, '404 alice - alice', 'of the first request';
is $line{'/app/bob/'}, '403 alice - -', 'by %u, of one that was refused';
is $line{'/free/env'}, '200 - - -', 'and nobody where sessions are off';
is join(' ', sort map { /(\S+)$/ } $live->lines), '/app/data.txt /app/lost/nothing', 'a log of live sessions only';
is scalar(() = $who->lines(qr/^401 - - - /)), 1, 'nobody is nobody';
is index(slurp($server->root . '/logs/forensic'), $value), -1, 'the forensic log has no cookie of ours';

# mod_status
is get('/app/server-status', @alice)->status . get('/app/server-status')->status, '200401', 'mod_status is for members';
is index(get('/app/server-status', @alice)->body, $value), -1, 'who see no cookies there';

# mod_dav
for my $case (@writes) {
    my ($method, $path, $status, %option) = @$case;
    s/\@url\@/$url/ for @{ $option{header} || [] };
    is get($path, method => $method, %option)->status, 401, "$method: not by nobody";
    is get($path, method => $method, %option, @alice)->status, $status, "$method: by a live session";
}
is text('/dav/new/a.txt', @alice), '200 text', 'what was put is there';
for my $case (['COPY', '/dav/a.txt', '/dav/bob/x.txt'], ['MOVE', '/dav/a.txt', '/dav/bob/x.txt']) {
    my ($method, $from, $to) = @$case;
    is get($from, method => $method, header => ["Destination: $url$to"], @alice)->status, 403,
        "$method into a place that is closed to this user";
}
is get('/dav/bob/x.txt', @bob)->status, 404, 'has not happened';
is get('/dav/a.txt', method => 'COPY', header => ["Destination: $url/dav/bob/x.txt"], @bob)->status, 201,
    'its owner may';
$answer = get('/dav/', method => 'PROPFIND', header => ['Depth: infinity'], @alice);
is $answer->status, 403, 'endless PROPFIND is httpd\'s to refuse';
is $answer->header('Set-Cookie'), undef, 'and no cookie';

# mod_remoteip: a session has no address
for my $address ('192.0.2.1', '192.0.2.2', '2001:db8::1', '192.0.2.1, 127.0.0.1', 'nonsense') {
    is get('/app/', header => ["X-Forwarded-For: $address"], @alice)->status, 200, "from $address";
}
get('/app/bob/', header => ['X-Forwarded-For: 192.0.2.2'], @alice);
like slurp($server->log->path), qr/client 192\.0\.2\.2/, 'which was believed';

# Encoded slashes
my @browser = (header => ['Sec-Fetch-Mode: navigate']);
is get('/app/a%2Fb.txt', @alice)->status, 404, 'an encoded slash is none';
is get('/app/a%2Fb.txt')->status . get('/app/a%2fb.txt')->status, '401401', 'and opens nothing';
is get('/app/a%2Fb.txt?x=%2F', @browser)->header('Location'),
    '/basic/login.html?return=%2Fapp%2Fa%252Fb.txt%3Fx%3D%252F', 'the way back has it as it was';
is get('/app%2Fdata.txt')->status, 404, 'elsewhere it is another name';

# Long headers
my $others = join '; ', map { "c$_=" . 'x' x 90 } 1 .. 80;
$answer = get('/env', cookie => "$others; auth0=$value");
like $answer->body, qr/^SESSION_NP_USER=alice$/m, 'our cookie behind eighty others';
like $answer->body, qr/^HTTP_COOKIE=\Q$others\E$/m, 'which all arrive';
my $room = 8190 - length("Cookie: ; auth0=$value");
$answer = get('/env', cookie => 'c=' . 'x' x ($room - 2) . "; auth0=$value");
like $answer->body, qr/^SESSION_NP_USER=alice$/m, 'a line as long as can be';
is get('/env', cookie => 'c=' . 'x' x ($room + 8) . "; auth0=$value")->status, 400, 'a longer one is not httpd\'s';
