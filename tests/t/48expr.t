# SPDX-License-Identifier: Apache-2.0
# Expressions that ask for the session before a place is told of it: in <If>,
# Require expr, SetEnvIfExpr and the rules of a server.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;
use NP::Site;

plan tests => 71, need need_module('session_np'), map { need_module($_) } qw(rewrite include headers setenvif);

# What <If> sees goes out in X-If
my $ifs = join '', map { <<"CONF" } qw(none live idle ended unavailable);
<If "reqenv('SESSION_NP_STATE') == '$_'">
  Header always set X-If $_
</If>
CONF
my $closed = "SessionNP On\nAuthType SessionNP\nAuthName members\n";
my $memcached = start_memcached();
my $server = site(store => 'memcache:' . $memcached->address, more => <<"CONF",
<SessionNPTenant other>
  SessionNPCookieName session of-other
</SessionNPTenant>
<SessionNPTenant short>
  SessionNPInactivityTimeout 2s
  SessionNPCookieName session of-short
</SessionNPTenant>
RewriteEngine On
RewriteCond expr "reqenv('SESSION_NP_USER') == 'alice'"
RewriteRule ^/loc/rewrite\$ /loc/of-alice [R]
RewriteCond expr "reqenv('SESSION_NP_STATE') == 'idle'"
RewriteRule ^/short/away\$ /loc/data.txt [PT]
RewriteRule ^/short/away\$ /off/data.txt [PT]
<Location /loc>
  SessionNP On
  $ifs
  Options +Includes
  AddOutputFilter INCLUDES .shtml
  AddType text/html .shtml
  ErrorDocument 404 /other/data.txt
  SetEnvIfExpr "reqenv('SESSION_NP_STATE') == 'live'" EXPR=early
  Header set X-Expr "%{EXPR}e" env=EXPR
  Header always set X-Late "expr=<%{reqenv:SESSION_NP_STATE}>"
  <If "%{ENV:SESSION_NP_USER} == 'alice' && env('session_np_mode') == 'non-persistent'">
    Header set X-User alice
  </If>
  <If "-n reqenv('SESSION_NP_NEW')">
    Header set X-New yes
  </If>
</Location>
<Location /loc/lost>
  ErrorDocument 404 /loc/data.txt
</Location>
<Location /loc/bob>
  AuthType SessionNP
  AuthName members
  Require user bob
</Location>
<Location /basic/in>
  $ifs
</Location>
<Location /basic/other>
  SessionNPTenant other
</Location>
<Location /basic/short>
  SessionNPTenant short
</Location>
<Location /other>
  SessionNP On
  SessionNPTenant other
  $ifs
</Location>
<Location /short>
  SessionNP On
  SessionNPTenant short
  $ifs
</Location>
<Location /short/leaves>
  <If "reqenv('SESSION_NP_STATE') == 'idle'">
    SessionNPTenant default
  </If>
</Location>
<Location /off>
  SessionNP Off
  $ifs
  <If "reqenv('SESSION_NP_STATE') == 'live'">
    Require all denied
  </If>
</Location>
<Directory \@htdocs\@/dir>
  SessionNP On
  $ifs
</Directory>
<Directory \@htdocs\@/dir/other>
  SessionNPTenant other
</Directory>
<Directory \@htdocs\@/hta>
  SessionNP On
  AllowOverride FileInfo
</Directory>
<Location /gate>
  SessionNP On
  <If "reqenv('SESSION_NP_USER') != 'alice'">
    Require all denied
  </If>
</Location>
<Location /members>
  $closed
  <If "reqenv('SESSION_NP_USER') == 'bob'">
    Require session-np mfa
  </If>
</Location>
<Location /require>
  SessionNP On
  Require expr "reqenv('SESSION_NP_USER') == 'alice'"
</Location>
<Location /require/basic>
  AuthType Basic
  AuthName members
  AuthUserFile \@work\@/run/users
  <RequireAny>
    Require valid-user
    Require expr "reqenv('SESSION_NP_USER') == 'eve'"
  </RequireAny>
</Location>
<Location /switch>
  SetHandler cgi-script
</Location>
<Location /switch/on>
  <If "reqenv('SESSION_NP_STATE') != 'live'">
    SessionNP On
  </If>
</Location>
<Location /switch/off>
  SessionNP On
  <If "reqenv('SESSION_NP_STATE') == 'live'">
    SessionNP Off
  </If>
</Location>
<Location /switch/tenant>
  SessionNP On
  <If "reqenv('SESSION_NP_STATE') == 'live'">
    SessionNPTenant other
  </If>
</Location>
Listen 127.0.0.1:\@port3\@
<VirtualHost 127.0.0.1:\@port3\@>
  ServerName localhost
  SessionNP On
  $ifs
  SetEnvIfExpr "reqenv('SESSION_NP_STATE') == 'live'" EXPR=early
  Header set X-Expr "%{EXPR}e" env=EXPR
  <Location /loc>
    SessionNPTenant other
  </Location>
  <Directory \@htdocs\@/still>
    SessionNP Off
  </Directory>
</VirtualHost>
CONF
    files => { 'hta/.htaccess' => $ifs, 'loc/page.shtml' => '<!--#include virtual="/off/data.txt" -->',
        'loc/bad.shtml' => '<!--#include virtual="/other/data.txt" -->', 'loc/none.shtml' => '<!--#if expr="reqenv('
            . "'SESSION_NP_USER') == 'alice'\" -->yes<!--#endif -->",
        map({ ("$_/data.txt" => "$_\n") } qw(loc off still other dir dir/other hta short short/leaves gate members
            require require/basic plain loc/bob basic/in basic/short basic/other)),
        map({ ("switch/$_" => "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nenv\n") } qw(on off tenant)) });
my $url = $server->url;
my @password = (user => 'alice:secret');
my $answer;

sub get {
    my ($path, @options) = @_;
    return $memcached->counts_during(sub { $answer = curl($path =~ /^http/ ? $path : "$url$path", @options) });
}
sub seen { get(@_); return $answer->header('X-If') }
sub log_in {
    my ($name, $path, $user) = @_;
    return "$name=" . curl("$url$path", user => "$user:secret")->cookie($name)->{value};
}
my $alice = log_in('auth0', '/basic/', 'alice');
my @alice = (cookie => $alice);
my @bob = (cookie => log_in('auth0', '/basic/', 'bob'));
my $of_other = log_in('of-other', '/basic/other/data.txt', 'bob');
my @ended = (cookie => log_in('auth0', '/basic/', 'alice'));
curl("$url/logout", method => 'POST', @ended);

# Wherever <If> stands, at the price of no further read
for my $path ('/loc/data.txt', '/dir/data.txt', '/hta/data.txt', $server->url(3) . '/plain/data.txt') {
    my $asked = get($path, @alice);
    is $answer->header('X-If'), 'live', "$path: <If> sees the session";
    is_deeply $asked, { get => 1 }, 'which is read once';
    is $answer->header('Set-Cookie'), undef, 'no cookie comes of it';
    is seen($path), 'none', 'without a session there is none';
    is seen($path, @ended), 'ended', 'or it was one';
}
is_deeply get('/loc/data.txt'), {}, 'without a cookie nothing is read';
get('/loc/data.txt', @alice);
is $answer->header('X-User'), 'alice', 'all ways to ask';
is $answer->header('X-Expr'), 'early', 'SetEnvIfExpr in a place';
is $answer->header('X-Late'), '<live>', 'later it is the environment';
is seen('/basic/in/data.txt', @password), 'none', 'before a login there is none';
is seen('/basic/in/data.txt', @alice), 'live', 'after it there is';
(my $https = $server->url(2)) =~ s/^http:/https:/;
is seen("$https/loc/data.txt", @alice, http2 => 1), 'live', 'the same by HTTP/2';

# Another tenant, and places without sessions
is seen('/other/data.txt', @alice), 'none', 'another tenant has none';
is seen('/other/data.txt', cookie => "$alice; $of_other"), 'live', 'but one of its own';
is $answer->header('X-User'), undef, 'of another user';
my $asked = get('/dir/other/data.txt', cookie => "$alice; $of_other");
is $answer->header('X-If'), 'live', 'a directory of another tenant';
is_deeply $asked, { get => 1 }, 'reads that one only';
is_deeply get($server->url(3) . '/loc/data.txt', cookie => "$alice; $of_other"), { get => 1 },
    'so does a place in a server of another';
is seen('/off/data.txt', @alice), undef, 'a place without sessions knows nothing';
is_deeply get('/off/data.txt', @alice), {}, 'and reads nothing';
is_deeply get($server->url(3) . '/still/data.txt', @alice), {}, 'nor does a directory, whatever its server asks';
is $answer->header('X-If'), undef, 'and learns nothing';
get($server->url(3) . '/plain/data.txt', @alice);
is $answer->header('X-Expr'), undef, 'SetEnvIfExpr of a server comes too early';

# Parts, error documents, and who was refused
get('/loc/page.shtml', @alice);
is $answer->body, "off\n", 'a part without sessions does not inherit one';
get('/loc/none.shtml', @alice);
is $answer->body, 'yes', 'SSI asks, too';
is_deeply get('/loc/lost/x', @alice), { get => 1 }, 'an error document: one read';
is $answer->status . $answer->header('X-If'), '404live', 'and its <If> sees the session';
is seen('/loc/x', @alice), 'none', 'one of another tenant has none';
get('/loc/bob/data.txt', @alice);
is $answer->status . $answer->header('X-If') . $answer->header('X-Late'), '403live<>',
    'who is refused is known before, and not told after';

# Access
is join(' ', map { get('/gate/data.txt', @$_); $answer->status } \@alice, \@bob, []), '200 403 403', 'Require in <If>';
is join(' ', map { get('/members/data.txt', @$_); $answer->status } \@alice, \@bob, []), '200 403 401',
    'more than a session for some';
is join(' ', map { get('/require/data.txt', @$_); $answer->status } \@alice, \@bob, [], \@ended), '200 403 403 403',
    'Require expr';
is join(' ', map { get('/require/basic/data.txt', @$_); $answer->status } \@alice, \@password, []), '200 200 401',
    'beside a login';

# Rules of the server
$asked = get('/loc/rewrite', @alice);
like $answer->header('Location'), qr{/loc/of-alice$}, 'mod_rewrite knows the user early';
is_deeply $asked, { get => 1 }, 'by one read';
get('/loc/rewrite', @bob);
is $answer->header('Location'), undef, 'and this one';

# <If> that decides on sessions is judged by what holds without it
$asked = get('/switch/on', @alice);
like $answer->body, qr/^SESSION_NP_USER=alice$/m, 'switched on where it was off';
is_deeply $asked, { get => 1 }, 'with one read';
$asked = get('/switch/off', @alice);
unlike $answer->body, qr/^SESSION_NP_/m, 'switched off where it was on';
is_deeply $asked, { get => 1 }, 'after the read that was asked for';
is $answer->header('Set-Cookie'), undef, 'without a trace';
get('/switch/off');
like $answer->body, qr/^SESSION_NP_STATE=none$/m, 'and on for others';
$asked = get('/switch/tenant', cookie => "$alice; $of_other");
like $answer->body, qr/^SESSION_NP_USER=bob$/m, 'to another tenant';
is_deeply $asked, { get => 2 }, 'by a read for each';
get('/switch/tenant', @alice);
like $answer->body, qr/^SESSION_NP_STATE=none$/m, 'who has none';
unlike $answer->body, qr/^SESSION_NP_USER=/m, 'and knows nobody';

# What was only looked at is not ended by it
my $short = log_in('of-short', '/basic/short/data.txt', 'alice');
my $log = $server->log->mark;
ok wait_until(20, sub { get('/short/away', cookie => $short); return $answer->body eq "loc\n" }),
    'a session that its limit ended';
is_deeply get('/short/leaves/data.txt', cookie => "$alice; $short"), { get => 2 }, 'in a place that leaves its tenant';
is $answer->header('Set-Cookie'), undef, 'is left alone';
is scalar(() = $log->lines(qr/NP0103/)), 0, 'and not told to be over';
is_deeply get('/short/data.txt', cookie => $short), { get => 1, set => 1, delete => 1 },
    'until its own tenant finds it';
is $answer->header('X-If'), 'idle', 'as <If> does';
is scalar(() = $log->lines(qr/NP0103/)), 1, 'who tells it once';
is seen('/short/data.txt', cookie => $short), 'idle', 'which is still to be seen';

# No store
$log->mark;
$memcached->pause;
is curl("$url/loc/data.txt", @alice)->header('X-If'), 'unavailable', 'no store is no answer';
is scalar(() = $log->lines(qr/NP0110/)), 1, 'and logged once';
$memcached->resume;
