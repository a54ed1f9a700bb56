# SPDX-License-Identifier: Apache-2.0
# What was tried against the module, and must not work again.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use Digest::MD5 qw(md5_hex);
use IO::Socket::INET ();
use NP::App;
use NP::Run qw(spawn take_port);
use NP::Test;
use NP::Site;

use constant MOST => 3;
plan tests => 40, need need_module("session_np"), need_module("include"), need_module('proxy_http');

# An application that never stops talking
my $stream = <<'APP';
use strict;
use warnings;
use IO::Socket::INET;
my $listener = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1',
    LocalPort => shift, ReuseAddr => 1) or die "listen: $!\n";
$SIG{PIPE} = 'IGNORE';
while (my $client = $listener->accept) {
    $client->autoflush;
    while (defined(my $line = <$client>)) { last if $line eq "\r\n" }
    print $client "HTTP/1.1 200 OK\r\nConnection: close\r\nSession-NP-Login: alice\r\n\r\n";
    while (print $client 'x' x 1000) { select undef, undef, undef, 0.01 }
}
APP
my $port = take_port();
spawn(work_dir() . '/run/stream.log', command => [$^X, '-e', $stream, $port]);

my $memcached = start_memcached();
my $server = site(store => 'memcache:' . $memcached->address,
    tenant => "SessionNPLoginAttempts @{[MOST]}", more => app_conf('/trusted') . <<"CONF",
<SessionNPTenant x>
  SessionNPCookieName session xs
  SessionNPCookieName mfa xm
  SessionNPCookieName device xd
</SessionNPTenant>
<Location /trusted>
  SessionNP On
  SessionNPTrustBackend On
</Location>
<Location /x>
  SessionNP On
  SessionNPTenant x
  SessionNPTrustBackend On
  Options +Includes
  SetOutputFilter INCLUDES
</Location>
<Location /basic/mfa>
  <RequireAll>
    Require valid-user
    Require session-np mfa
  </RequireAll>
</Location>
<Location /basic/device>
  <RequireAll>
    Require valid-user
    Require session-np known-device
  </RequireAll>
</Location>
<Location /basic/page>
  ErrorDocument 401 /basic/page/sorry.html
</Location>
<Location /stream>
  SessionNP On
  SessionNPTrustBackend On
  ProxyPass http://127.0.0.1:$port
</Location>
<Location /inside>
  SessionNP On
  SessionNPTrustBackend On
  SetHandler cgi-script
</Location>
<Location /closed>
  SessionNP On
  AuthType SessionNP
  AuthName members
  ErrorDocument 429 "<p>inside</p>"
</Location>
<Location /basic/env>
  SetHandler cgi-script
  CGIPassAuth On
</Location>
ScriptAlias /x/speak \@work\@/t/apps/speak.cgi
CONF
    files => { 'x/mfa.html' => '<!--#include virtual="/basic/mfa/" -->',
               'x/device.html' => '<!--#include virtual="/basic/device/" -->',
               'x/guess.html' => '<!--#include virtual="/basic/guess.html" -->',
               'basic/mfa/index.html' => 'strong', 'basic/device/index.html' => 'known',
               'basic/guess.html' => 'right', 'closed/page.html' => 'page',
               'basic/env' => "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nenv\n",
               inside => "#!/bin/sh\ncase \$QUERY_STRING in\n"
                   . "right) printf 'Session-NP-Login: alice\\nLocation: /closed/page.html\\n\\n' ;;\n"
                   . "*) printf 'Session-NP-Login-Failed: alice\\nContent-Type: text/html\\n\\nwrong\\n' ;;\nesac\n" });
chmod 0755, $server->root . '/htdocs/inside';
my $url = $server->url;
my $log = $server->log;

sub try { my ($password, @more) = @_; return curl("$url/basic/", user => "alice:$password", @more) }
sub lock_out { $memcached->flush; try('wrong') for 1 .. MOST; return }
sub speak_to { my ($place, @option) = @_; return curl("$url/$place" . speak(splice @option, 0, 2), @option) }
sub cookie { my ($answer, $name) = @_; return "$name=" . $answer->cookie($name)->{value} }

# Digest, in every spelling that mod_auth_digest reads
sub digest {
    my ($password, $form, $nonce) = @_;
    ($nonce) = curl("$url/digest/")->header('WWW-Authenticate') =~ /nonce="([^"]+)"/ if !$nonce;
    my $ha1 = md5_hex("alice:members:$password");
    my $response = md5_hex("$ha1:$nonce:00000001:abc:auth:" . md5_hex('GET:/digest/'));
    return curl("$url/digest/", header => ["Authorization: $form realm=\"members\", nonce=\"$nonce\", "
        . "uri=\"/digest/\", qop=auth, nc=00000001, cnonce=\"abc\", response=\"$response\""])->status;
}
my %form = (plain => 'Digest username="alice",', unquoted => 'Digest username=alice,',
            tab => "Digest\tusername=\"alice\",", spaced => 'Digest username = "alice",',
            decoy => 'Digest username="mallory", username="alice",');
for my $name (sort keys %form) {
    $memcached->flush;
    my @seen = map { digest("wrong$_", $form{$name}) } 1 .. MOST + 1;
    is "@seen", join(' ', (401) x MOST, 429), "Digest, $name: each failure counts";
    is digest('secret', $form{$name}), 429, 'and the right password comes too late';
}
my ($nonce) = curl("$url/digest/")->header('WWW-Authenticate') =~ /nonce="([^"]+)"/;
$nonce =~ s/....$/0000/;
is digest($_, $form{decoy}, $nonce), 429, "a stale nonce does not tell either: $_" for 'secret', 'wrong';

# Another tenant's cookies are worth nothing, by whatever way one gets there
$memcached->flush;
my $answer = speak_to('x', say => ['Session-NP-Login: alice', 'Session-NP-MFA: otp; remember']);
my $theirs = join '; ', map { cookie($answer, $_) } qw(xm xd);
my @password = (user => 'alice:secret');
for my $page (qw(mfa device)) {
    is curl("$url/basic/$page/", @password, cookie => $theirs)->status, 403, "$page: refused directly";
    unlike curl("$url/x/$page.html", @password, cookie => $theirs)->body, qr/strong|known/,
        'and as a part of a page';
}
for (1 .. MOST) {
    unlike curl("$url/x/guess.html", user => 'alice:wrong')->body, qr/right/, 'guessing through a page';
}
is try('secret')->status, 429, 'is counted';
unlike curl("$url/x/guess.html", @password)->body, qr/right/, 'and locked there as well';

# Nobody poses as another to applications that read Authorization
$memcached->flush;
my $bob = cookie(curl("$url/basic/", user => 'bob:secret'), 'auth0');
my $env = curl("$url/basic/env", cookie => $bob, user => 'alice:wrong')->body;
like $env, qr/^REMOTE_USER=bob$/m, 'the session speaks for its user';
unlike $env, qr/^HTTP_AUTHORIZATION/m, 'what names another does not reach the application';
like curl("$url/basic/env", cookie => $bob, user => 'bob:secret')->body, qr/^HTTP_AUTHORIZATION=Basic /m,
    'what names himself does';

# Second factors: no number of devices buys more of them
$memcached->flush;
my @told;
for my $login (1 .. 3) {
    my $session = cookie(speak_to('trusted/cgi', say => ['Session-NP-Login: alice']), 'auth0');
    push @told, speak_to('trusted/cgi', say => ['Session-NP-Login-Failed: alice'], cookie => $session)->status
        for 1 .. 2;
}
is "@told", '200 200 200 429 429 429', 'wrong codes count for the user, from all devices';
my $session = cookie(speak_to('trusted/cgi', say => ['Session-NP-Login: alice']), 'auth0');
$answer = speak_to('trusted/cgi', say => ['Session-NP-MFA: otp'], cookie => $session);
is $answer->status, 429, 'the right one comes too late';
is speak_to('trusted/cgi', say => ['Session-NP-Login: alice'])->status, 200, 'a password is another matter';

# An answer that is replaced ends, whatever follows it
lock_out();
my $began = time;
$answer = curl("$url/stream/");
is $answer->status, 429, 'an application without an end: its answer is replaced';
is $answer->exit, 0, 'completely';
cmp_ok time - $began, '<', 5, 'at once';

# Right or wrong cannot be told by where httpd was redirected
for my $how (qw(right wrong)) {
    $answer = curl("$url/inside?$how");
    is $answer->status, 429, "$how: locked";
    is $answer->header('Content-Type'), 'application/problem+json', 'the answer is the same';
}

# An error page that asks for the password again counts once
$memcached->flush;
my @seen = map { curl("$url/basic/page/", user => 'alice:wrong')->status } 1 .. MOST;
is "@seen", join(' ', (401) x MOST), 'a failure with an error page is one';

# A device cookie of somebody else, put before the user's own
$memcached->flush;
my $own = cookie(try('secret'), 'did');
my $planted = cookie(curl("$url/basic/login.html"), 'did');
try('wrong') for 1 .. MOST;
is try('secret', cookie => "$planted; $own")->status, 200, 'the own device is found behind another';
is try('secret', cookie => $planted)->status, 429, 'the other is none of hers';

# Header lines that cost more than their length
my $long = join ',', ('a') x 3500;
$began = time;
my $got = 0;
for (1 .. 20) {
    $got++ if curl("$url/app/", header => ["Connection: $long,session-np-x"])->status == 401;
}
is $got, 20, 'a long Connection header is answered';
$answer = curl("$url/basic/env", cookie => $bob, header => ['Connection: close, te, session-np-user, Session.NP.State']);
unlike $answer->body, qr/HTTP_CONNECTION=.*session.np/i, 'without our names';

# The store is slow: who guesses is locked early, and not never
my $odd = join ' ', grep { !/NP01(?:10|19|20)/ } $log->rewind->lines(qr/:(?:warn|error|crit)\].*NP0/);
is $odd, '', 'nothing was wrong';
