# SPDX-License-Identifier: Apache-2.0
# The store: what it is asked, what it holds, and when it is away.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;
use NP::Site;
use IO::Socket::INET ();
use List::Util qw(all max min);

plan tests => 41, need need_module('session_np');

my $memcached = start_memcached();
my $server = site(store => 'memcache:' . $memcached->address, more => <<'CONF');
<Location /env/pass>
  SessionNPStoreFailure pass
</Location>
CONF
my $url = $server->url;
my $jar = cookie_jar();

# Forged cookies, by the thousand, over one connection after another
sub forge {
    my ($count) = @_;
    my ($socket, $left, $refused) = (undef, 0, 0);
    my @alphabet = ('a' .. 'z', 'A' .. 'Z', 0 .. 9, '-', '_');
    for (1 .. $count) {
        if (!$left--) {
            $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port)
                or die "connect: $!\n";
            $left = 99;
        }
        my $value = join '', map { $alphabet[rand @alphabet] } 1 .. 43;
        print $socket "GET /app/ HTTP/1.1\r\nHost: localhost\r\nCookie: auth0=$value\r\n\r\n";
        my $head = '';
        while (defined(my $line = <$socket>)) {
            $head .= $line;
            last if $line eq "\r\n";
        }
        my ($length) = $head =~ /Content-Length: (\d+)/i;
        read $socket, my $body, $length || 0;
        $refused++ if $head =~ m{^HTTP/1\.1 401};
        $left = 0 if $head =~ /Connection: close/i;
    }
    return $refused;
}

is_deeply $memcached->counts_during(sub { is forge(10_000), 10_000, 'forged cookies are refused' }),
    {}, 'without asking the store';
is_deeply $memcached->counts_during(sub { curl("$url/app/") }), {}, 'no cookie: no question';

# Each child process has an opinion of its own of whether the store is there:
# all of them share it when thirty answers in a row do.
sub everywhere {
    my ($test) = @_;
    return wait_until(60, sub { all { $test->() } 1 .. 30 });
}

# What it holds
my $log = $server->log;
my $answer = curl("$url/basic/", user => 'alice:secret', jar => $jar);
my $value = $answer->cookie('auth0')->{value};
is_deeply $memcached->counts_during(sub { curl("$url/app/", jar => $jar) }), { get => 1 },
    'a live session: one read';
my %items = $memcached->items;
my $all = join "\n", %items;
is join(' ', map { substr $_, 0, 2 } sort keys %items), 'd- h- s- u-',
    'one record, one of the device, the list of sessions, and a pointer';
for my $cookie ($answer->cookies) {
    my $value = $cookie->{value};
    is scalar(grep { index($all, substr $value, $_, 8) >= 0 } 0 .. 43 - 8), 0,
        "nothing of the cookie $cookie->{name} in them";
}
unlike $all, qr/alice|Basic/, 'nor the user';
curl("$url/logout", jar => $jar, method => 'POST');
curl("$url/env", cookie => "auth0=$value");
is scalar($log->rewind->lines(join '|', map { quotemeta $_->{value} } $answer->cookies)), 0,
    'no cookie is in a line of the log';

# Away
$jar = cookie_jar();
curl("$url/basic/", user => 'alice:secret', jar => $jar);
my $before = {jar_cookies($jar)}->{auth0}{value};
$memcached->stop('KILL');
$log->mark;
$answer = curl("$url/app/", jar => $jar);
is $answer->status, 503, 'a store that is away: 503';
cmp_ok $answer->header('Retry-After'), '>', 0, 'with Retry-After';
is $answer->header('Set-Cookie'), undef, 'and the cookies are left alone';
is curl("$url/basic/", jar => $jar, user => 'alice:secret')->status, 503, 'for Basic too';
is curl("$url/basic/", user => 'alice:secret')->status, 503, 'a login that cannot be recorded';
is curl("$url/basic/", user => 'alice:wrong')->status, 401, 'and one that is none';
is curl("$url/app/")->status, 401, 'nobody needs no store';
is curl("$url/status", jar => $jar)->body, qq({"state":"unavailable"}\n), 'the status says so';
like curl("$url/env", jar => $jar)->body, qr/^SESSION_NP_STATE=unavailable$/m, 'an open place too';
is curl("$url/env/pass", jar => $jar)->status, 200, 'and goes on';
is {jar_cookies($jar)}->{auth0}{value}, $before, 'the jar is as it was';
ok scalar($log->lines(qr/NP0110/)), 'it is logged';
$answer = curl("$url/logout", jar => cookie_jar(), cookie => "auth0=$value", method => 'POST');
is $answer->status, 503, 'a logout says that it failed';
is $answer->cookie('auth0')->{attr}{'max-age'}, 0, 'but removes the cookie';

# Back, and empty
$memcached->restart;
ok everywhere(sub { curl("$url/app/", jar => $jar)->status == 401 }), 'back and empty: logged out';
like curl("$url/app/", jar => $jar)->body, qr/"reason":"none"/, 'a record that is gone is none';
is curl("$url/basic/", jar => $jar, user => 'alice:secret')->status, 200, 'a clean login';
is curl("$url/app/", jar => $jar)->status, 200, 'and a session';

# Silent: no request waits for long. By the default, 250 ms; the shortest time
# counts, for this machine may be slow, too.
my $default = site(store => 'memcache:' . $memcached->address, patience => 0);
my $held = cookie_jar();
wait_until(60, sub { curl($default->url . '/basic/', jar => $held, user => 'alice:secret')->status == 200 });
my @waited;
for (1 .. 3) {
    ok everywhere(sub { curl($default->url . '/app/', jar => $held)->status == 200 }),
        @waited ? 'then the same cookie works' : 'a store that speaks';
    $memcached->pause;
    $answer = curl($default->url . '/app/', jar => $held, args => ['-w', '%{time_total}']);
    push @waited, $answer->error =~ /([\d.]+)$/;
    is $answer->status, 503, 'a store that is silent';
    $memcached->resume;
}
ok everywhere(sub { curl($default->url . '/app/', jar => $held)->status == 200 }), 'it speaks again';
cmp_ok min(@waited), '<', 1, 'costs its time-out and no more';
cmp_ok max(@waited), '>=', 0.2, 'and not much less';
$default->stop;
ok everywhere(sub { curl("$url/app/", jar => $jar)->status == 200 }), 'for the other httpd, too';

# httpd restarts: memcached and the key are still there
$server->restart;
ok wait_until(60, sub { curl("$url/app/", jar => $jar)->status == 200 }), 'a restart of httpd keeps sessions';
my $key = $server->root . '/state/np/record.key';
is sprintf('%o', (stat $key)[2] & 07777), '600', 'the key is ours alone';
is sprintf('%o', (stat $server->root . '/state/np')[2] & 07777), '700', 'so is its directory';

# The default store
my $shm = site();
my $kept = cookie_jar();
curl($shm->url . '/basic/', user => 'alice:secret', jar => $kept);
$shm->graceful;
is curl($shm->url . '/app/', jar => $kept)->status, 200, 'shared memory outlives a graceful restart';
