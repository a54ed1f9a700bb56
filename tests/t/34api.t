# SPDX-License-Identifier: Apache-2.0
# The C functions and the hook of include/mod_session_np.h, as
# tests/modules/mod_np_example.c uses them.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::App;
use NP::Site;
use NP::Test;
use Time::HiRes qw(sleep);

plan tests => 183, need need_module('session_np', 'np_example'),
    need_module('ssl', 'include');

my $memcached = start_memcached();
my $more = <<'CONF';
LimitRequestLine 100000
<LocationMatch ^/(?:np|kept|idle|expires)$>
  SessionNP On
  SetHandler np-example
</LocationMatch>
<Location /gone>
  SessionNP On
  ErrorDocument 404 /np?do=login&user=dave
</Location>
<Location /off>
  SetHandler np-example
</Location>
<Location /page>
  SessionNP On
  Options +Includes
  SetOutputFilter INCLUDES
</Location>
<SessionNPTenant kept>
  SessionNPMode persistent
  SessionNPRequireLoginAfter 2h
</SessionNPTenant>
<SessionNPTenant idle>
  SessionNPInactivityTimeout 1s
</SessionNPTenant>
<SessionNPTenant expires>
  SessionNPRequireLoginAfter 1s
</SessionNPTenant>
<Location /kept>
  SessionNPTenant kept
</Location>
<Location /idle>
  SessionNPTenant idle
</Location>
<Location /expires>
  SessionNPTenant expires
</Location>
CONF
my %page = (
    user => '<!--#include virtual="/np?do=user" -->',
    set => '<!--#include virtual="/np?do=set&key=part&value=v1" -->',
    login => '<!--#include virtual="/np?do=login&user=carol" -->',
    off => '<!--#include virtual="/off?do=user" -->',
    other => '<!--#include virtual="/kept?do=state" -->',
    stepup => '<!--#include virtual="/np?do=step-up&method=otp" -->',
    end => '<!--#include virtual="/np?do=end" -->',
);
$page{"late-$_"} = "<p>\n$page{$_}" for qw(stepup login end);
my $server = site(store => 'memcache:' . $memcached->address, more => $more,
    files => { map { ("page/$_.html" => "$page{$_}\n") } keys %page });
my $http = $server->url;
(my $https = $server->url(2)) =~ s/^http:/https:/;
my $documented = qr/^APR_(?:SUCCESS|NOTFOUND|ENOTIMPL|EINVAL|EEXIST|ENOSPC|EOF)$/;

sub np { my ($query, @option) = @_; return curl("$https/np?do=$query", @option) }
sub status { my ($answer) = @_; return (split /\n/, $answer->body)[-2] }
sub result { my ($answer) = @_; return (split /\n/, $answer->body)[-1] }
sub names { return join ' ', map { $_->{name} } $_[0]->cookies }
sub lived { my ($cookie) = @_; return join ' ', grep { exists $cookie->{attr}{$_} } qw(expires max-age) }
sub mfa { return (told(curl("$https/env", @_))->{MFA}) || 'none' }

# What a query says, "status result"
sub ask { return join ' ', split /\n/, np(@_)->body }

sub is_all {
    my ($expected, $what, $queries, @option) = @_;
    is status(np($_, @option)), $expected, "$what: " . substr $_, 0, 40 for @$queries;
}

# Events told since the last call: "login alice", ... in their order
my $log = $server->log->mark;
sub events {
    my @told = map { /np-example: event (\S+) user (\S+) session ([\w-]{22})/ ? "$1 $2" : () }
        $log->lines(qr/np-example: event/);
    $log->mark;
    return join ', ', @told;
}

# No session
is ask('state'), 'APR_SUCCESS none', 'nobody: the state';
is ask('user'), 'APR_SUCCESS -', 'the user';
is_all 'APR_EINVAL', 'nobody', [qw(get&key=a set&key=a&value=b unset&key=a step-up&method=otp)];
my $answer = np('end');
is status($answer), 'APR_SUCCESS', 'nothing to end';
is names($answer), '', 'and no cookies for that';
is curl("$https/np?do=other")->status, 404, 'the example knows what it does not know';
is events(), '', 'nothing happened';

# Login: what is refused
my @a = map { 'a' x $_ } 0 .. 1025;
is_all 'APR_EINVAL', 'a user that cannot be', ['login', 'login&user=', 'login&user=a%01b',
    "login&user=$a[1025]"];
is_all 'APR_EINVAL', 'a method that cannot be', [map { "login&mfa=$_&user=alice" }
    '', 'a%20b', 'remembered', 'otp;%20remember', '%20otp', $a[65]];
is names(np('login&user=a%01b')), '', 'without cookies';
is status(np("login&user=$a[1024]&mfa=$a[64]")), 'APR_SUCCESS', 'the longest ones';
events();

# Login: modes and their cookies
my @twins = qw(auth0 auth0_compat);
my $devices = 'did did_compat';
my %login = map { $_ => np("login&user=alice&mode=$_") } qw(tenant persistent non-persistent);
for my $mode (sort keys %login) {
    my $lived = $mode eq 'persistent' ? 'expires max-age' : '';
    is status($login{$mode}), 'APR_SUCCESS', "login, $mode";
    is names($login{$mode}), "@twins $devices", 'cookies and their twins';
    is lived($login{$mode}->cookie($_)), $lived, "$_: lives so" for @twins;
    is lived($login{$mode}->cookie('did')), '', 'the device follows the tenant';
    my $env = told(curl("$https/env", cookie => "auth0=" . $login{$mode}->cookie('auth0')->{value}));
    is "$env->{STATE} $env->{USER} $env->{MODE}",
        'live alice ' . ($lived ? 'persistent' : 'non-persistent'), 'the application is told';
}
is events(), join(', ', ('login alice, new-device alice') x 3), 'the login first, then the device';
$answer = curl("$https/kept?do=login&user=alice");
is $answer->cookie($_)->{attr}{'max-age'}, 7200, "a persistent tenant: $_" for @twins;
my $kept = 'auth0=' . $answer->cookie('auth0')->{value};
$answer = curl("$https/kept?do=login&user=alice&mode=non-persistent");
is lived($answer->cookie($_)), '', "which is overruled: $_" for @twins;
is result(curl("$https/kept?do=state", cookie => $kept)), 'live', 'its session';
is result(np('state', cookie => $kept)), 'none', 'is none for another tenant';
is status(np('set&key=a&value=b', cookie => $kept)), 'APR_EINVAL', 'nor can it be written there';
is names(curl("$http/np?do=login&user=alice")), 'auth0 did', 'no twins on http';
$answer = np('login&user=alice', method => 'HEAD');
is names($answer), "@twins $devices", 'HEAD logs in too';
events();

# Too late
$answer = np('late&user=alice');
is status($answer), 'APR_EOF', 'the headers are out';
is names($answer), '', 'there is no login';
is events(), '', 'nor an event';

# Where there are no sessions
my $jar = cookie_jar();
np('login&user=alice', jar => $jar);
is result(np('state', jar => $jar)), 'live', 'a session';
is result(np('user', jar => $jar)), 'alice', 'and its user';
is result(curl("$https/off?do=state", jar => $jar)), 'none', 'none where SessionNP is Off';
is result(curl("$https/off?do=user", jar => $jar)), '-', 'nor a user';
is status(curl("$https/off?do=$_", jar => $jar)), 'APR_ENOTIMPL', "not there: $_"
    for qw(get&key=a set&key=a&value=b unset&key=a login&user=alice step-up&method=otp end);
is result(np('state', jar => $jar)), 'live', 'nor did it do anything';

# Values
is ask('get&key=a', jar => $jar), 'APR_NOTFOUND -', 'no value yet';
is_all 'APR_EINVAL', 'a key that cannot be', [map { ("get&key=$_", "set&value=1&key=$_", "unset&key=$_") }
    'a%20b', '%C3%A4', $a[245]], jar => $jar;
is_all 'APR_EINVAL', 'no key', [qw(get set&value=1 unset)], jar => $jar;
is status(np("set&key=$a[244]&value=long", jar => $jar)), 'APR_SUCCESS', 'the longest key';
is result(np("get&key=$a[244]", jar => $jar)), 'long', 'has its value';
is status(np('unset&key=never', jar => $jar)), 'APR_SUCCESS', 'nothing to remove';
my $secret = 'plainly-visible-' x 4;
$answer = np("set&key=a&value=$secret", jar => $jar);
is status($answer), 'APR_SUCCESS', 'put';
is names($answer), '', 'without a new cookie';
is ask('get&key=a', jar => $jar), "APR_SUCCESS $secret", 'and got';
is scalar(grep { index($_, 'plainly') >= 0 } do { my %items = $memcached->items; %items }), 0,
    'nobody reads it in the store';
np('set&key=b&value=two', jar => $jar);
np('unset&key=b', jar => $jar);
is status(np('get&key=b', jar => $jar)), 'APR_NOTFOUND', 'removed';
my %held = jar_cookies($jar);
my $is_held = "auth0=$held{auth0}{value}";
sub long { my ($key, $size) = @_; return status(curl("$http/np?do=set&key=$key&value=" . 'x' x $size, cookie => $is_held)) }
is long(c => 50_000), 'APR_SUCCESS', '50 KB';
is length result(np('get&key=c', jar => $jar)), 50_000, 'come back';
is long(d => $_), 'APR_ENOSPC', "$_ octets are too much" for 12_000, 61_440, 70_000;
is status(np('get&key=d', jar => $jar)), 'APR_NOTFOUND', 'is not there';
is length result(np('get&key=c', jar => $jar)), 50_000, 'and nothing is lost';
is status(np('unset&key=c', jar => $jar)), 'APR_SUCCESS', 'room again';
is status(np('get&key=a', cookie => 'auth0=' . $login{tenant}->cookie('auth0')->{value})),
    'APR_NOTFOUND', 'another session has its own';

# A second factor
events();
my %before = jar_cookies($jar);
is_all 'APR_EINVAL', 'a method that cannot be', ['step-up', map { "step-up&method=$_" }
    '', 'a%20b', 'remembered', $a[65]], jar => $jar;
$answer = np('step-up&method=otp', jar => $jar);
my $old = "auth0=$before{auth0}{value}";
is status($answer), 'APR_SUCCESS', 'step-up';
is names($answer), "@twins", 'a new id';
isnt $answer->cookie('auth0')->{value}, $before{auth0}{value}, 'another one';
is events(), 'step-up alice', 'is told once';
is mfa(jar => $jar), 'otp', 'the method is seen';
is result(np('get&key=a', jar => $jar)), $secret, 'the values stay';
is result(np('user', cookie => $old)), 'alice', 'the old id is accepted for now';
is mfa(cookie => $old), 'none', 'without the second factor';
is result(np('get&key=a', cookie => $old)), $secret, 'it may look';
is_all 'APR_EEXIST', 'but the session goes on without it', [qw(set&key=a&value=b unset&key=a step-up&method=otp)],
    cookie => $old;
is events(), '', 'so nothing happened';
my $stepped = 'auth0=' . $answer->cookie('auth0')->{value};

# Another login in its place
$answer = np('login&user=bob&mfa=key', cookie => $stepped);
is events(), 'revoked alice, login bob, new-device bob', 'a login ends the session there was, and says so';
my $bob = 'auth0=' . $answer->cookie('auth0')->{value};
is mfa(cookie => $bob), 'key', 'a login with a second factor';
is result(np('state', cookie => $_)), 'ended', 'the other is over at once' for $stepped, $old;
is curl("$https/app/", cookie => $stepped)->status, 401, 'everywhere';
is status(np('get&key=a', cookie => $bob)), 'APR_NOTFOUND', 'with its values';

# Remembered
my $browser = cookie_jar();
np('login&user=alice', jar => $browser);
events();
$answer = np('step-up&method=otp&remember=1', jar => $browser);
is names($answer), "@twins auth0-mf auth0-mf_compat", 'remember: cookies for that';
is events(), 'step-up alice', 'no event for that';
np('end', jar => $browser);
np('login&user=alice', jar => $browser);
is events(), 'logout alice, login alice', 'the next login, from a known device';
is mfa(jar => $browser), 'remembered', 'begins with a second factor';
np('login&user=bob', jar => $browser);
is mfa(jar => $browser), 'none', 'but not for somebody else';

# End
np("set&key=a&value=$secret", cookie => $bob);
events();
my $items = () = $memcached->expiries;
$answer = np('end', cookie => $bob);
is status($answer), 'APR_SUCCESS', 'end';
is_deeply [map { "$_->{name}=$_->{value} " . $_->{attr}{'max-age'} } $answer->cookies],
    [map { "$_= 0" } @twins], 'the cookies go';
my $after = () = $memcached->expiries;
is $after, $items, 'a headstone in the place of the record';
is result(np('state', cookie => $bob)), 'ended', 'it is over';
is status(np('get&key=a', cookie => $bob)), 'APR_EINVAL', 'with its values';
is status(np('end', cookie => $bob)), 'APR_SUCCESS', 'once more';
is events(), 'logout bob', 'was told once';

# Limits
for my $limit (qw(idle expires)) {
    my $url = "$https/$limit";
    my $cookie = 'auth0=' . curl("$url?do=login&user=alice")->cookie('auth0')->{value};
    events();
    sleep 1.1;
    my $name = $limit eq 'idle' ? 'idle' : 'expired';
    is result(curl("$url?do=state", cookie => $cookie)), $name, "$name: the state";
    is status(curl("$url?do=get&key=a", cookie => $cookie)), 'APR_EINVAL', 'no session any more';
    is result(curl("$url?do=user", cookie => $cookie)), '-', 'nor a user';
    is events(), "$name alice", 'was told once';
}

# Parts of a page
my $part = cookie_jar();
np('login&user=alice', jar => $part);
sub page { my ($name) = @_; return curl("$https/page/$name.html", jar => $part) }
is result(page('user')), 'alice', 'a part of a page knows the user';
is result(page('off')), '-', 'not where SessionNP is Off';
is result(page('other')), 'none', 'nor for another tenant';
is status(page('set')), 'APR_SUCCESS', 'it puts a value';
is result(np('get&key=part', jar => $part)), 'v1', 'for the next request';
events();
for my $name (qw(stepup login end)) {
    $answer = page("late-$name");
    is status($answer) . ' ' . names($answer), 'APR_EOF ', "but its page has begun: $name";
}
is events(), '', 'and nothing happens';
is result(np('user', jar => $part)), 'alice', 'to the session';
is status(page('end')), 'APR_SUCCESS', 'a part that stands first ends it';
is result(np('user', jar => $part)), '-', 'for the browser';
$answer = page('login');
is status($answer) . ' ' . names($answer), "APR_SUCCESS @twins", 'or logs in';
is result(np('user', jar => $part)), 'carol', 'again for the browser';
events();

# Where another request was redirected to
$answer = curl("$https/gone/", jar => $part);
is join(' ', $answer->status, status($answer), names($answer)), "404 APR_SUCCESS @twins", 'an error page logs in';
is events(), 'revoked carol, login dave', 'once, and the device is known';
is result(np('user', jar => $part)), 'dave', 'for the browser';

# The old id, at last
my ($own) = map { 'auth0=' . $_->cookie('auth0')->{value} } np('login&user=alice');
my $next = np('step-up&method=otp', cookie => $own);
sleep 10.2;
is result(np('state', cookie => $own)), 'ended', 'after ten seconds the old id is over';
my $new = 'auth0=' . $next->cookie('auth0')->{value};
is result(np('user', cookie => $new)), 'alice', 'and the session goes on';

# The store does not answer
np('set&key=a&value=before', cookie => $new);
events();
$server->patience('250ms');
$memcached->pause;
is result(np('state', cookie => $new)), 'unavailable', 'a store that is silent: the state';
is result(np('user', cookie => $new)), '-', 'nobody knows who it is';
for my $query (qw(get&key=a set&key=a&value=after unset&key=a login&user=bob step-up&method=otp)) {
    $answer = np($query, cookie => $new);
    unlike status($answer), $documented, "a status of its own: $query";
    is names($answer), '', 'and no cookie';
}
$answer = np('login&user=bob');
unlike status($answer), $documented, 'nobody logs in';
is names($answer), '', 'nor gets a cookie';
$answer = np('end', cookie => $new);
unlike status($answer), $documented, 'an end is not recorded';
is names($answer), "@twins", 'but the browser forgets';
is events(), '', 'nothing was told';
$memcached->resume;
$server->patience;
wait_until(30, sub { result(np('state', cookie => $new)) eq 'live' });
is ask('get&key=a', cookie => $new), 'APR_SUCCESS before', 'nothing has changed';
is result(np('user', cookie => $new)), 'alice', 'for nobody';

# Loaded after ours; above it was before
my @base = qw(alias mime);
my $conf = "SessionNPStore memcache:" . $memcached->address . "\nSessionNPStateDir \@root\@/state/np\n"
    . "<Location /np>\n  SessionNP On\n  SetHandler np-example\n</Location>\n";
my $module = "LoadModule np_example_module \@work\@/modules/mod_np_example.so\n";
my $after_ours = httpd(modules => [@base, 'session_np'], conf => $module . $conf);
$log = $after_ours->log->mark;
$answer = curl($after_ours->url . '/np?do=login&user=alice');
is status($answer) . ' ' . names($answer), 'APR_SUCCESS auth0 did', 'loaded after ours: a login';
is events(), 'login alice, new-device alice', 'and its events';
$after_ours->graceful;
my $cookie = 'auth0=' . $answer->cookie('auth0')->{value};
is result(curl($after_ours->url . '/np?do=user', cookie => $cookie)), 'alice', 'after a restart too';

# Without ours
my $alone = httpd(modules => [@base, 'np_example'],
    conf => "<Location /np>\n  SetHandler np-example\n</Location>\n");
is curl($alone->url . '/np?do=state')->body, "not there\n", 'without ours: it says so';
is curl($alone->url . '/index.html')->status, 200, 'and everything else works';
is scalar($alone->log->rewind->lines(qr/:(?:warn|error|crit)\]/)), 0, 'without a complaint';

my @odd = $server->log->rewind->lines(qr/:(?:warn|error|crit)\].*NP0(?!003|11[0-2]|115|129)/);
is "@odd", '', 'nothing was wrong';
