# SPDX-License-Identifier: Apache-2.0
# An application behind mod_proxy: what it gets, octet by octet, and what
# becomes of its answers.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Run qw(spawn stop_process take_port);
use NP::Test;
use NP::Site;
use IO::Socket::INET ();

my @spellings = qw(Session-NP-User session-np-user SESSION_NP_USER Session_NP-User Session.NP.User
    Session~NP~State Session-NP-Whatever);
my @answers = (200, 204, 206, 301, 302, 304, 400, 401, 403, 404, 410, 500, 503);
plan tests => 3 * @spellings + 6 * @answers + 38, need need_module('session_np'), need_module('proxy_http');

# An application that answers with the request as it came
my $application = <<'APP';
use strict;
use warnings;
use IO::Socket::INET;
my $listener = IO::Socket::INET->new(Listen => 20, LocalAddr => '127.0.0.1',
    LocalPort => shift, ReuseAddr => 1) or die "listen: $!\n";
while (my $client = $listener->accept) {
    my $request = '';
    while (defined(my $line = <$client>)) {
        $request .= $line;
        last if $line eq "\r\n";
    }
    my ($status) = $request =~ m{^\S+ \S*/status/(\d+)};
    $status ||= 200;
    my $body = $status =~ /^(?:204|304)/ || $request =~ /^HEAD/ ? '' : $request;
    print $client "HTTP/1.1 $status Whatever\r\nConnection: close\r\n",
        "Session-NP-Login: eve\r\nsession_np_mode: persistent\r\nSession-NP-Logout: ?1\r\n",
        "Set-Cookie: theirs=1; Path=/\r\nLocation: /elsewhere\r\nWWW-Authenticate: Own\r\n",
        $status =~ /^(?:204|304)/ ? '' : "Content-Length: " . length($body) . "\r\n",
        "Content-Type: text/html\r\nCache-Control: public, max-age=9\r\n\r\n$body";
    close $client;
}
APP
my $port = take_port();
my $pid = spawn(work_dir() . '/run/application.log', command => [$^X, '-e', $application, $port]);
wait_until(10, sub { IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port") }) or die "no application\n";

my $memcached = start_memcached();
my $server = site(store => 'memcache:' . $memcached->address, more => <<"CONF");
<Location /basic/app>
  SessionNPHeaders On
  ProxyPass http://127.0.0.1:$port
</Location>
<Location /basic/quiet>
  ProxyPass http://127.0.0.1:$port
</Location>
<Location /basic/override>
  ProxyErrorOverride On
  ProxyPass http://127.0.0.1:$port
</Location>
<Location /open>
  SessionNP On
  SessionNPHeaders On
  SessionNPStoreFailure pass
  ProxyPass http://127.0.0.1:$port
</Location>
<Location /off>
  ProxyPass http://127.0.0.1:$port
</Location>
CONF
my $url = $server->url;
my @password = (user => 'alice:secret');
my $answer = curl("$url/basic/app/", @password);
my $cookie = 'auth0=' . $answer->cookie('auth0')->{value};

# What the application gets
sub request {
    my ($path, @options) = @_;
    my %fields;
    for (split /\r?\n/, curl("$url$path", @options)->body) {
        my ($name, $value) = /^([^:\s]+): ?(.*)/ or next;
        $fields{$name} = exists $fields{$name} ? "$fields{$name} | $value" : $value;
    }
    return \%fields;
}

sub ours { return join ' ', sort grep { /session.np/i } keys %{ $_[0] } }

like $answer->body, qr/^Session-NP-New: 1\r?$/m, 'the request that logs in is new';
my $asked = $memcached->counts_during(sub { $answer = request('/basic/app/', cookie => $cookie) });
is_deeply $asked, { get => 1 }, 'one read';
is $answer->{'Session-NP-State'}, 'live', 'the state';
is $answer->{'Session-NP-User'}, 'alice', 'the user';
is $answer->{'Session-NP-Tenant'}, 'default', 'the tenant';
is $answer->{'Session-NP-Mode'}, 'non-persistent', 'the mode';
like $answer->{'Session-NP-ID'}, qr/^[\w-]{22,43}$/, 'the handle';
for my $name (qw(Login-At Idle-Expires-At Expires-At)) {
    like $answer->{"Session-NP-$name"}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, "$name is RFC 3339";
}
is $answer->{'Session-NP-Device'}, 'new', 'the device';
like $answer->{'Session-NP-Device-ID'}, qr/^[\w-]{22}$/, 'and its handle';
is scalar(grep { /session.np/i } keys %$answer), 10, 'and no more';
is $answer->{Cookie}, undef, 'no cookie of ours';
is request('/basic/app/', cookie => "a=1; $cookie; b=2")->{Cookie}, 'a=1; b=2', 'but its own';
is request('/basic/app/', cookie => "$cookie; a=\"x; y\"")->{Cookie}, 'a="x; y"', 'however quoted';
is ours(request('/basic/quiet/', cookie => $cookie)), '', 'no headers without SessionNPHeaders';
is ours(request('/open/')), 'Session-NP-State', 'nobody: the state alone';
is request('/open/')->{'Session-NP-State'}, 'none', 'which is none';
for my $case (["a=1, $cookie", 'after a comma'], ["a=1;$cookie;b=2", 'without blanks'],
              ["auth0_compat=x; did=y; auth0-mf=z; a=1", 'of any kind']) {
    my ($sent, $name) = @$case;
    my $got = request('/off/', cookie => $sent)->{Cookie};
    unlike $got || '', qr/auth0|did=/, "$name: no cookie of ours, where sessions are off";
    like $got || '', qr/\ba=1\b/, "$name: but its own";
}

# Nobody speaks in our name
for my $name (@spellings) {
    my @sent = (cookie => $cookie, header => ["$name: eve", "Connection: keep-alive, $name"]);
    for my $path ('/basic/app/', '/open/', '/off/') {
        my $got = request($path, @sent);
        my $text = join "\n", map { "$_: $got->{$_}" } keys %$got;
        my $fine = $text !~ /\beve\b/ && ($path eq '/off/' || $got->{'Session-NP-User'} eq 'alice');
        ok $fine, "$name to $path: removed, and ours stands";
    }
}
my $both = request('/basic/app/', cookie => $cookie,
    header => ['Connection: close, Session-NP-User', 'Connection: session-np-state']);
is $both->{'Session-NP-User'}, 'alice', 'two Connection lines cannot drop ours';
is $both->{'Session-NP-State'}, 'live', 'neither';

# Its answers: ours on each of them, once, and theirs without our names
for my $status (@answers) {
    for my $place ('app', 'override') {
        $answer = curl("$url/basic/$place/status/$status", @password, args => ['--max-redirs', 0]);
        is $answer->status, $status, "$place: $status";
        is scalar(grep { $_->{name} eq 'auth0' } $answer->cookies), 1, "$place: one cookie with $status";
        ok +(!grep { $_->[0] =~ /session.np/i } @{ $answer->{fields} })
            && $answer->header('Cache-Control') eq 'no-store', "$place: no header of our name, not kept";
    }
}
$answer = curl("$url/off/", cookie => $cookie);
is scalar(grep { $_->[0] =~ /session.np/i } @{ $answer->{fields} }), 0, 'nor where sessions are off';
is $answer->header('Cache-Control'), 'public, max-age=9', 'whose answers are as they were';
$answer = curl("$url/basic/app/", cookie => $cookie);
is $answer->header('Cache-Control'), 'public, max-age=9', 'as those under a live session';
is_deeply [map { $_->{name} } $answer->cookies], ['theirs'], 'which carry the cookies of the application';
is app_state_of($cookie), 'live', 'without trust, its Session-NP-Logout is ignored';
$answer = curl("$url/basic/app/", method => 'HEAD', @password);
is scalar(grep { $_->{name} eq 'auth0' } $answer->cookies), 1, 'HEAD: one cookie';

# Without a store, without an application
$server->patience('250ms');
$memcached->pause;
is request('/open/', cookie => $cookie)->{'Session-NP-State'}, 'unavailable', 'no store: unavailable';
is ours(request('/open/', cookie => $cookie)), 'Session-NP-State', 'and nobody';
is curl("$url/basic/app/", cookie => $cookie)->status, 503, 'a closed place does not ask the application';
$memcached->resume;
$server->patience;
wait_until(30, sub { app_state_of($cookie) eq 'live' });
stop_process($pid);
$answer = curl("$url/basic/app/", @password);
is $answer->status, 503, 'no application';
is scalar(grep { $_->{name} eq 'auth0' } $answer->cookies), 1, 'but a login';

sub app_state_of {
    my ($sent) = @_;
    return (curl("$url/status", cookie => $sent)->body =~ /"state":"(\w+)"/)[0];
}
