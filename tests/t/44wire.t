# SPDX-License-Identifier: Apache-2.0
# On the wire: what mod_cache, mod_deflate, mod_http2 and mod_proxy's WebSockets
# make of a request with a session, and of the answers that this module writes.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use IO::Socket::INET ();
use NP::Run qw(spawn take_port);
use NP::Test;
use NP::Site;

my $h2 = ($ENV{MPM} || 'event') ne 'prefork';
plan tests => 93,
    need need_module('session_np'), need_module('cache_disk'), need_module('deflate'), need_module('proxy_http'),
    need_module('proxy_wstunnel'), need_module('ssl');

# One request a connection; what came is in a file, one line a connection
my $application = <<'APP';
use strict;
use warnings;
use IO::Socket::INET;
my ($port, $seen) = @ARGV;
$SIG{CHLD} = 'IGNORE';
my $listener = IO::Socket::INET->new(Listen => 20, LocalAddr => '127.0.0.1',
    LocalPort => $port, ReuseAddr => 1) or die "listen: $!\n";
while (my $client = $listener->accept) {
    next if fork;
    my $request = '';
    while (defined(my $line = <$client>)) {
        $request .= $line;
        last if $line eq "\r\n";
    }
    exit 0 if $request eq '';
    (my $line = $request) =~ s/\r\n/|/g;
    open my $fh, '>>', $seen or die;
    syswrite $fh, "$line\n";
    my ($path) = $request =~ /^\S+ (\S+)/;
    my @said = $path =~ /say=([^&\s]+)/g;
    s/\+/ /g, s/%(..)/chr hex $1/ge for @said;
    my $said = join '', map { "$_\r\n" } @said;
    if ($path =~ m{/socket} && $request =~ /^Upgrade: websocket/mi) {
        syswrite $client, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n$said\r\n";
        syswrite $client, "hello\n";
        while (sysread $client, my $octets, 4096) {
            syswrite $client, uc $octets;
        }
        exit 0;
    }
    my $body = "$path " . 'words ' x 400;
    syswrite $client, "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n$said\r\n" if $path =~ m{/early};
    $said = '' if $path =~ m{/early|/trailers};
    my $trailers = join '', map { "$_\r\n" } @said;
    syswrite $client, "HTTP/1.1 200 OK\r\nConnection: close\r\n$said"
        . ($said =~ /Content-Type/ ? '' : "Content-Type: text/plain\r\n")
        . ($path =~ m{/trailers} ? "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
            . sprintf("%x\r\n%s\r\n0\r\n%s\r\n", length $body, $body, $trailers)
            : 'Content-Length: ' . length($body) . "\r\n\r\n$body");
    exit 0;
}
APP
my $port = take_port();
my $seen = work_dir() . '/run/seen';
spew($seen, '');
spawn(work_dir() . '/run/application.log', command => [$^X, '-e', $application, $port, $seen]);
wait_until(10, sub { IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port") }) or die "no application\n";
my $memcached = start_memcached();
my $trust = "SessionNP On\n  SessionNPTrustBackend On\n  SessionNPHeaders On";
my $closed = "SessionNP On\n  SessionNPHeaders On\n  AuthType SessionNP\n  AuthName members";
my $server = site(store => 'memcache:' . $memcached->address, tenant => <<'TENANT', server => <<'SERVER',
SessionNPLoginAttempts 2
SessionNPLoginWindow 1m
TENANT
CacheQuickHandler off
CacheRoot @root@/run
CacheHeader On
SERVER
    more => <<"CONF",
CacheEnable disk /public
CacheEnable disk /basic/page.txt
CacheEnable disk /basic/late.txt
CacheEnable disk /members
CacheEnable disk /trust
<Location /ws>
  $closed
  ProxyPass http://127.0.0.1:$port/ws upgrade=websocket
</Location>
<Location /wst>
  $closed
  ProxyPass ws://127.0.0.1:$port/wst
</Location>
<LocationMatch ^/wst?/bob>
  Require user bob
</LocationMatch>
<Location /ws/trust>
  SessionNPTrustBackend On
</Location>
<Location /basic/ws>
  ProxyPass http://127.0.0.1:$port/ws upgrade=websocket
</Location>
<Location /public>
  SessionNP On
</Location>
<Location /public/a.txt>
  Header set Cache-Control "max-age=600"
</Location>
<Location /basic/page.txt>
  Header set Cache-Control "public, max-age=600"
</Location>
<Location /basic/late.txt>
  Header set Cache-Control "public"
</Location>
Listen 127.0.0.1:\@port3\@
<VirtualHost 127.0.0.1:\@port3\@>
  ServerName localhost
  CacheQuickHandler on
</VirtualHost>
<Location /members>
  $closed
</Location>
<Location /trust>
  $trust
  Header set Expires "Thu, 31 Dec 2037 10:00:00 GMT"
  ProxyPass http://127.0.0.1:$port/app
</Location>
<Location /trust/pragma>
  Header always set Pragma x
</Location>
<Location /trust/nostore>
  CacheStoreNoStore On
</Location>
<Location /deflate>
  $trust
  SetOutputFilter DEFLATE
  ProxyPass http://127.0.0.1:$port/app
</Location>
<Location /deflate/early>
  SetEnv proxy-interim-response Suppress
</Location>
<Location /deflate/page>
  ErrorDocument 429 /free/later.html
  ErrorDocument 503 "<p>later</p>"
</Location>
CONF
    files => { map { ($_ => "text of $_\n") } qw(public/a.txt public/late.html basic/page.txt basic/late.txt
        members/a.html members/a.txt free/later.html) });
my ($url, $https) = ($server->url, $server->url(2));
$https =~ s/^http:/https:/;
my @password = (user => 'alice:secret');
my @packed = (args => ['--compressed']);
my $login = curl("$url/basic/", @password);
my $cookie = 'auth0=' . $login->cookie('auth0')->{value};

sub names { return join ' ', map { $_->{name} } $_[0]->cookies }
sub cached { return ($_[0]->header('X-Cache') || '') =~ /^(\w+)/ ? $1 : '' }
sub state_of { return (curl("$url/status", cookie => $_[0])->body =~ /"state":"(\w+)"/)[0] }
sub saying { return join '&', map { (my $text = $_) =~ s/([^\w:-])/sprintf '%%%02X', ord $1/ge; "say=$text" } @_ }

# mod_cache: what is the same for all of them may be kept, without a cookie
my $answer = curl("$url/public/a.txt", cookie => $cookie);
is cached($answer) . names($answer), 'MISS', 'a public page under a live session';
$answer = curl("$url/public/a.txt");
is cached($answer) . names($answer), 'HIT', 'is kept, without a cookie';
is curl("$url/public/a.txt", cookie => $cookie)->body, "text of public/a.txt\n", 'for members, too';
for my $page ('a.html', 'a.txt') {
    is curl("$url/members/$page", cookie => $cookie)->status, 200, "$page of a closed place" for 1 .. 2;
    is curl("$url/members/$page")->status, 401, 'is closed, kept or not';
}
$answer = curl("$url/members/a.html", cookie => $cookie);
is cached($answer) . $answer->header('Cache-Control'), 'MISSno-store', 'documents under a session are not kept';

# What is kept already takes no login away
$answer = curl("$url/basic/page.txt", @password);
is cached($answer) . ' ' . names($answer), 'MISS auth0 did', 'a login is not kept';
is $answer->header('Cache-Control'), 'no-store', 'nor told to be, whatever mod_headers has said';
is cached(curl("$url/basic/page.txt", cookie => $cookie)), 'MISS', 'and is not there';
$answer = curl("$url/basic/page.txt", @password);
is cached($answer) . ' ' . names($answer), 'HIT auth0 did', 'a login at a page that is kept: has its cookies';
is $answer->header('Cache-Control'), 'no-store', 'and is not to be kept';
is state_of('auth0=' . $answer->cookie('auth0')->{value}), 'live', 'which are good';
$answer = curl("$url/basic/page.txt", cookie => $cookie);
is cached($answer) . names($answer), 'HIT', 'the next one gets none of them';
is $answer->header('Cache-Control'), 'public, max-age=600', 'and what the page says';
my $gone = 'auth0=' . curl("$url/trust/?" . saying('Session-NP-Login: bob'))->cookie('auth0')->{value};
curl("$url/trust/?" . saying('Session-NP-Logout: ?1'), cookie => $gone);
$answer = curl("$url/public/a.txt", cookie => $gone);
is cached($answer) . ($answer->cookie('auth0') || { attr => {} })->{attr}{'max-age'}, 'HIT0',
    'the cookie of a session that ended goes, there as well';

# And what is kept but must be asked for again
is curl("$url/basic/late.txt", cookie => $cookie)->status, 200, 'a page that is old at once' for 1 .. 2;
$answer = curl("$url/basic/late.txt", @password);
is $answer->status . ' ' . names($answer), '200 auth0 did', 'a login at it';
is $answer->body, "text of basic/late.txt\n", 'shows it';
is $answer->header('Cache-Control'), 'no-store', 'and is not to be kept';
$answer = curl("$url/basic/late.txt", cookie => $cookie);
is $answer->status . names($answer), '200', 'nobody else gets those cookies';
is $answer->header('Cache-Control'), 'public', 'but what the page says';
my $quick = $server->url(3);
curl("$quick/basic/late.txt", cookie => $cookie) for 1 .. 2;
$answer = curl("$quick/basic/late.txt", @password);
is $answer->status . ' ' . names($answer), '200 auth0 did', 'the quick handler: a login';
is $answer->header('Cache-Control'), 'no-store', 'that is not to be kept';
is names(curl("$quick/basic/late.txt", cookie => $cookie)), '', 'and gives its cookies to nobody else';
is curl("$url/public/late.html")->header('Cache-Control'), undef, 'a document for everyone' for 1 .. 2;
is curl("$url/public/late.html", cookie => $cookie)->header('Cache-Control'), 'no-store',
    'is one under a session, even out of the cache';

# Another's cookie: neither with Pragma nor with CacheStoreNoStore
my %seen;
for my $place (qw(pragma nostore)) {
    for (1 .. 3) {
        $answer = curl("$url/trust/$place/?" . saying('Session-NP-Login: alice'));
        is cached($answer) . ' ' . names($answer), 'MISS auth0 did', "$place: a login is not kept";
        $seen{ $answer->cookie('auth0')->{value} }++;
    }
}
is scalar(keys %seen), 6, 'everybody has his own';

# mod_deflate, also with answers that take the place of others
$answer = curl("$url/deflate/", @packed);
is $answer->header('Content-Encoding'), 'gzip', 'an answer is packed';
my $failed = '?' . saying('Session-NP-Login-Failed: carol');
curl("$url/deflate/$failed", @packed) for 1 .. 2;
for my $case (['', qr/"reason":"locked"/], ['page/', qr/^text of free/]) {
    my ($path, $text) = @$case;
    $answer = curl("$url/deflate/$path$failed", @packed);
    is $answer->exit . $answer->status, '0429', "/$path: one that is replaced can be read";
    like $answer->body, $text, 'and says what it is';
    unlike $answer->body, qr/words/, 'and nothing else';
}
$server->patience('250ms');
$memcached->pause;
for my $case (['', qr/"reason":"unavailable"/], ['page/', qr/^<p>later/]) {
    my ($path, $text) = @$case;
    $answer = curl("$url/deflate/$path?" . saying('Session-NP-Login: bob'), @packed);
    is $answer->exit . $answer->status . names($answer), '0503', "/$path: without a store, too";
    like $answer->body, $text, 'which says what it is';
}
$memcached->resume;
$server->patience;
wait_until(30, sub { state_of($cookie) eq 'live' }) or diag 'the store is not back';

# Interim answers
$answer = curl("$url/deflate/early?" . saying('Session-NP-User: eve.mallory', 'Session-NP-Login: eve'));
is $answer->status . names($answer), '200', 'what an interim answer says is not heard';
like $answer->body, qr/words/, 'the answer after it arrives';
is scalar($answer->history), 0, 'alone, where mod_proxy is told so';

# HTTP/2
SKIP: {
    skip 'prefork has no HTTP/2', 14 if !$h2;
    my $jar = cookie_jar();
    $answer = curl("$https/basic/", http2 => 1, jar => $jar, @password);
    is $answer->version, '2', 'HTTP/2';
    is names($answer), 'auth0 auth0_compat did did_compat', 'a login';
    is app_state($https, $jar), 'live', 'is one by HTTP/1.1, too';
    for my $crumbs (["Cookie: a=1", "Cookie: $cookie", 'Cookie: b=2'], ["Cookie: $cookie; a=1", 'Cookie: b=2']) {
        $answer = curl("$https/env", http2 => 1, header => $crumbs);
        like $answer->body, qr/^SESSION_NP_USER=alice$/m, 'cookies in crumbs: found';
        like $answer->body, qr/^HTTP_COOKIE=a=1; b=2$/m, 'and taken out';
    }
    is curl("$https/app/", http2 => 1)->status, 401, 'nobody is refused';
    is curl("$https/env", http2 => 1, header => ['session-np-user: eve.mallory'])->body =~ /eve\.mallory/, '', 'and nobody else';
    $answer = curl("$https/trust/?" . saying('Session-NP-Login: alice', 'Set-Cookie: theirs=1'), http2 => 1);
    is names($answer), 'auth0 auth0_compat did did_compat theirs', 'the application is heard';
    unlike $answer->head, qr/session-np/i, 'and its headers removed';
    $answer = curl("$https/deflate/trailers?" . saying('X-Sum: 1', 'Session-NP-User: eve.mallory', 'session-np.logout: ?1'),
        http2 => 1);
    like $answer->head, qr/^x-sum: 1/mi, 'its trailers arrive';
    unlike $answer->head, qr/session.np/i, 'without our names';
    is app_state($https, $jar), 'live', 'and are not heard';
}

# WebSockets: the head of the answer, and the socket
sub upgrade {
    my ($path, @lines) = @_;
    spew($seen, '');
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1:' . $server->port, Timeout => 5) or die "no server\n";
    local $SIG{ALRM} = sub { die "no answer to $path\n" };
    alarm 20;
    print $socket join "\r\n", "GET $path HTTP/1.1", 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket',
        'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', @lines, '', '';
    my $head = '';
    while (defined(my $line = <$socket>)) {
        $head .= $line;
        last if $line eq "\r\n";
    }
    alarm 0;
    return ($socket, $head);
}

# Two lines, there and back
sub talk {
    my ($socket, $text) = @_;
    local $SIG{ALRM} = sub { die "no echo\n" };
    alarm 20;
    print $socket "$text\n";
    my $line = <$socket>;
    alarm 0;
    return defined $line ? $line : 'closed';
}

for my $way (qw(ws wst)) {
    my ($socket, $head) = upgrade("/$way/socket", "Cookie: a=1; $cookie", 'Session-NP-User: eve.mallory',
        'Connection: session-np-user');
    like $head, qr/^HTTP\/1\.1 101 /, "$way: a live session is upgraded";
    unlike $head, qr/Set-Cookie/i, 'without a cookie';
    my $asked = slurp($seen);
    like $asked, qr/\|Session-NP-User: alice\|/, 'the application knows whose it is';
    unlike $asked, qr/auth0|eve\.mallory/, 'and nothing else';
    like $asked, qr/\|Cookie: a=1\|/, 'but its own cookie';
    is talk($socket, 'one') . talk($socket, 'two'), "hello\nONE\n", 'octets go both ways';
    for my $case (['', 401, 'nobody'], ['/bob', 403, 'another user', "Cookie: $cookie"]) {
        my ($place, $status, $who, @lines) = @$case;
        (undef, $head) = upgrade("/$way$place/socket", @lines);
        like $head, qr/^HTTP\/1\.1 $status /, "$way: $who is refused";
        is slurp($seen), '', 'and the application sees nothing of it';
    }
}
my ($socket, $head) = upgrade('/basic/ws/socket', 'Authorization: Basic YWxpY2U6c2VjcmV0');
like $head, qr/^HTTP\/1\.1 101 /, 'a password with the upgrade';
unlike $head, qr/^(?:Set-Cookie|Session-NP)/mi, 'gives no cookie';
my $other = 'auth0=' . curl("$url/basic/", @password)->cookie('auth0')->{value};
($socket, $head) = upgrade('/ws/trust/socket?' . saying('Session-NP-Logout: ?1'), "Cookie: $other");
like $head, qr/^HTTP\/1\.1 101 /, 'an application that speaks when it upgrades';
is state_of($other), 'live', 'is not heard';
curl("$url/logout", cookie => $other, method => 'POST');
is talk($socket, 'one') . talk($socket, 'two'), "hello\nONE\n", 'a socket outlives its session';
(undef, $head) = upgrade('/ws/socket', "Cookie: $other");
like $head, qr/^HTTP\/1\.1 401 /, 'which opens no other';
