# SPDX-License-Identifier: Apache-2.0
# What a place may say: passive requests, responses that are not kept, where
# the login page is.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;
use NP::Site;
use List::Util qw(max);
use Time::HiRes qw(sleep time);

plan tests => 27, need need_module('session_np');

my $memcached = start_memcached();
my %option = (store => 'memcache:' . $memcached->address, more => <<'CONF',
<Location /app>
  SessionNPPassive ^/app/poll\.txt$ ^/app/.*/beat
</Location>
<Location /app/all>
  SessionNPCacheControl all
</Location>
<Location /app/off>
  SessionNPCacheControl off
</Location>
<Location /app/own>
  Header set Cache-Control "private, max-age=60"
</Location>
<Location /inside>
  SessionNP On
  AuthType SessionNP
  AuthName members
  SessionNPLoginURL /inside/login
</Location>
CONF
    files => { map { ("app/$_" => 'x') } qw(poll.txt x/beat.txt all/data.txt off/index.html
        own/index.html) });
my $secure = "SessionNPCookieSecure on\n";
# Only where it matters how long somebody was away
my $brief = site(%option, tenant => "SessionNPInactivityTimeout 1500ms\n$secure");
my $server = site(%option, tenant => $secure);
my $url = $brief->url;
my $cookie;

sub log_in {
    my $answer = curl("$url/basic/", user => 'alice:secret');
    return $cookie = 'auth0=' . $answer->cookie('auth0')->{value};
}

sub get {
    my ($path, @options) = @_;
    return curl("$url$path", cookie => $cookie, @options);
}

# Who only polls is away; who does anything else is not. It is tried again when this
# machine was so slow that requests came after the timeout.
sub survives {
    my @polled = @_;
    for (1 .. 10) {
        my ($last, $longest, $answer) = (time, 0);
        log_in();
        for my $asked ((\@polled) x 3, ['/app/']) {
            sleep 0.5;
            my $began = time;
            $answer = get(@$asked);
            $longest = max($longest, time - $last);
            $last = $began;
        }
        return $answer->status == 200 ? 'live' : 'over' if $longest < 1.4;
    }
    return 'never in time';
}

is survives('/app/'), 'live', 'a page is an interaction';
is survives('/app/nowhere'), 'live', 'so is one that is not there';
is survives('/app/poll.txt'), 'over', 'a passive request is none';
is survives('/app/%70oll.txt'), 'over', 'however it is spelled';
is survives('/app/x/beat.txt'), 'over', 'nor by the second pattern';
is survives('/app/?/app/poll.txt'), 'live', 'the query does not count';
is survives('/status'), 'over', 'to ask for the status is none';
is survives('/status', method => 'POST'), 'live', 'to say "I am here" is one';

# Not kept by browsers
$url = $server->url;
log_in();
is get('/app/')->header('Cache-Control'), 'no-store', 'a document';
is get('/app/index.html', method => 'HEAD')->header('Cache-Control'), 'no-store', 'its HEAD';
is get('/app/x.pdf')->header('Content-Type') ? 1 : 0, 0, 'a file without a type';
is get('/app/data.txt')->header('Cache-Control'), undef, 'a text is kept';
is get('/app/nowhere.html')->header('Cache-Control'), 'no-store', 'an error page is not';
is get('/app/all/data.txt')->header('Cache-Control'), 'no-store', 'all means all';
is get('/app/off/')->header('Cache-Control'), undef, 'off means none';
is get('/app/own/')->header('Cache-Control'), 'private, max-age=60', 'the application\'s own stays';
my $tag = get('/app/')->header('ETag');
my $answer = get('/app/', header => ["If-None-Match: $tag"]);
is $answer->status, 304, 'not modified';
is $answer->header('Cache-Control'), undef, 'adds nothing';
is curl("$url/basic/")->header('Cache-Control'), undef, 'nor does a page without a session';

# Behind a proxy that ends TLS
$answer = curl("$url/basic/", user => 'alice:secret');
is_deeply $answer->cookie('auth0')->{attr},
    { path => '/', httponly => 1, secure => 1, samesite => 'None' }, 'Secure on http, if told so';
ok $answer->cookie('auth0_compat'), 'and the twin';

# A login page inside the closed place
$answer = curl("$url/inside/", header => ['Sec-Fetch-Mode: navigate']);
is $answer->status, 302, 'is where a browser is sent';
is curl("$url/inside/login", header => ['Sec-Fetch-Mode: navigate'])->status, 401,
    'but not from itself';
is curl("$url/inside/login?return=/", header => ['Sec-Fetch-Mode: navigate'])->status, 401,
    'with a query either';

# Requests with a body that are refused leave the connection in order
my $said = curl("$url/app/", data => 'x' x 5000, header => ['Expect:'],
    args => ['--next', '-sS', '-o', '/dev/null', '-w', '%{http_code} %{num_connects}',
             "$url/basic/login.html"]);
like $said->error, qr/401 0$/, 'the next request on it is understood';
is scalar(() = map { $_->log->lines(qr/NP01(?:1[0-35]|16)/) } $brief, $server), 0, 'nothing was wrong';
my %items = $memcached->items;
ok !(grep { !/^(?:(?:x?s|d|u|h)-[\w-]{22}|np-\w+-[\w-]+)$/ } keys %items),
    'the store holds sessions, their headstones, devices, lists of sessions and documents'
    or diag join ' ', keys %items;
