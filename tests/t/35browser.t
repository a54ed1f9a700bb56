# SPDX-License-Identifier: Apache-2.0
# The cookies of the browser itself, for its device and for a second factor:
# who gets them, what they are good for, and a tenant that changes its mode.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::App;
use NP::Test;
use NP::Site;
use Time::HiRes qw(sleep time);

my @kinds = qw(auth0 auth0-mf did);
plan tests => 107, need need_module('session_np'), need_module('ssl');

my $memcached = start_memcached();
my $persistent = <<'CONF';
<SessionNPTenant default>
  SessionNPMode persistent
  SessionNPInactivityTimeout persistent 1h
  SessionNPRequireLoginAfter persistent 2h
  SessionNPInactivityTimeout non-persistent 6s
  SessionNPMFALifetime 14d
  SessionNPDeviceLifetime 90d
</SessionNPTenant>
CONF
my $server = site(store => 'memcache:' . $memcached->address,
    server => 'Include @htdocs@/tenant.conf', more => <<'CONF',
<SessionNPTenant other>
  SessionNPMode persistent
</SessionNPTenant>
<SessionNPTenant short>
  SessionNPMode persistent
  SessionNPMFALifetime 2s
  SessionNPDeviceLifetime 2s
  SessionNPCookieName session short
  SessionNPCookieName mfa short-mf
  SessionNPCookieName device shortdid
</SessionNPTenant>
ScriptAliasMatch ^/(?:trusted|other|short)/speak$ @work@/t/apps/speak.cgi
<Directory @work@/t/apps>
  Require all granted
</Directory>
<LocationMatch ^/(?:trusted|other|short)>
  SessionNP On
  SessionNPTrustBackend On
</LocationMatch>
<Location /other>
  SessionNPTenant other
</Location>
<Location /short>
  SessionNPTenant short
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
<Location /rules>
  SessionNP On
  AuthType SessionNP
  AuthName members
  SessionNPLoginURL /basic/login.html
</Location>
<Location /rules/valid>
  Require session-np valid
</Location>
<Location /rules/mfa>
  Require session-np mfa
</Location>
<Location /rules/fresh>
  Require session-np fresh 1m
</Location>
<Location /rules/device>
  Require session-np known-device
</Location>
<Location /rules/any>
  <RequireAny>
    Require user bob
    Require session-np mfa
  </RequireAny>
</Location>
<Location /rules/all>
  <RequireAll>
    Require user alice
    Require session-np mfa
    Require session-np fresh 1m
  </RequireAll>
</Location>
<Location /rules/none>
  <RequireAll>
    Require session-np valid
    <RequireNone>
      Require session-np mfa
    </RequireNone>
  </RequireAll>
</Location>
CONF
    files => { 'tenant.conf' => $persistent,
               map({ ("rules/$_/index.html" => $_) } qw(valid mfa fresh device any all none)),
               map({ ("basic/$_/index.html" => $_) } qw(mfa device)) });
my $url = $server->url;
(my $https = $server->url(2)) =~ s/^http:/https:/;

sub names { return join ' ', map { $_->{name} } $_[0]->cookies }
sub say_to { my ($place, $cookie, @said) = @_; return curl("$url/$place" . speak(say => \@said), cookie => $cookie) }
sub told_by { my ($place, $cookie) = @_; return told(say_to($place, $cookie)) }
sub header_of { my ($answer) = @_; return join '; ', map { "$_->{name}=$_->{value}" } $answer->cookies }
sub status { my ($path, @option) = @_; return curl("$url$path", @option)->status }
sub reason { my ($path, @option) = @_; return (curl("$url$path", @option)->body =~ /"reason":"(\w+)"/)[0] }

# The login page gives a device cookie, and the store nothing
my $answer = curl("$url/basic/login.html");
is names($answer), 'did', 'the login page gives a device cookie';
is $answer->header('Cache-Control'), 'no-store', 'that nobody keeps';
is $answer->cookie('did')->{attr}{'max-age'}, 90 * 86400, 'for as long as the tenant says';
is scalar(my @items = %{ { $memcached->items } }), 0, 'the store knows nothing of it';
my $did = header_of($answer);
is names(curl("$url/basic/login.html", cookie => $did)), '', 'not a second one';
is names(curl("$url/app/")), '', 'none at other pages';
is names(curl("$url/basic/login.html", cookie => 'did=' . 'A' x 43)), 'did', 'one in the place of a forged one';
is names(curl("$https/basic/login.html")), 'did did_compat', 'https: and its twin';

# New, known, known to the user
my $log = $server->log->mark;
$answer = say_to('trusted', $did, 'Session-NP-Login: alice');
is names($answer), 'auth0', 'a login with it: no other one';
my $told = told_by('trusted', header_of($answer));
is $told->{DEVICE}, 'new', 'nobody has logged in with it';
my $id = $told->{DEVICE_ID};
like $id, qr/^[\w-]{22}$/, 'it has a handle';
is scalar($log->lines(qr/NP0108.*"alice".*\Q$id/)), 1, 'the log tells of a new device';
unlike $did, qr/\Q$id/, 'which is not the cookie';
say_to('trusted', header_of($answer), 'Session-NP-Logout: ?1');
$answer = say_to('trusted', $did, 'Session-NP-Login: alice');
is told_by('trusted', header_of($answer))->{DEVICE}, 'known-user', 'it survives a logout';
$answer = say_to('trusted', $did, 'Session-NP-Login: bob');
$told = told_by('trusted', header_of($answer));
is $told->{DEVICE}, 'known', 'and another user';
is $told->{DEVICE_ID}, $id, 'as the same device';
$answer = say_to('trusted', $did, 'Session-NP-Login: alice');
my $session = header_of($answer);
is told_by('trusted', $session)->{DEVICE}, 'known-user', 'who does not replace the first';
is scalar($log->lines(qr/NP0108/)), 1, 'the log told once';
like curl("$url/env", cookie => $session)->body, qr/^SESSION_NP_DEVICE=known-user$/m, 'everywhere';
$answer = say_to('trusted', '', 'Session-NP-Login: alice');
my $fresh = header_of($answer);
is names($answer), 'auth0 did', 'a login without one gives one';
is told_by('trusted', $fresh)->{DEVICE}, 'new', 'that is new';

# Second factor
$answer = say_to('trusted', $fresh, 'Session-NP-MFA: otp; remember');
is names($answer), 'auth0 auth0-mf', 'a second factor to remember';
is $answer->cookie('auth0-mf')->{attr}{'max-age'}, 14 * 86400, 'for as long as the tenant says';
my $strong = 'auth0=' . $answer->cookie('auth0')->{value};
my $mfa = 'auth0-mf=' . $answer->cookie('auth0-mf')->{value};
$answer = say_to('trusted', "$strong; $mfa", 'Session-NP-MFA: key; remember');
isnt 'auth0-mf=' . $answer->cookie('auth0-mf')->{value}, $mfa, 'once more: a new id';
($strong, my $old, $mfa) = ('auth0=' . $answer->cookie('auth0')->{value}, $mfa,
                            'auth0-mf=' . $answer->cookie('auth0-mf')->{value});
is told_by('trusted', $strong)->{MFA}, 'key', 'the last method counts';
$answer = say_to('trusted', $old, 'Session-NP-Login: alice');
is told_by('trusted', header_of($answer))->{MFA}, undef, 'the old cookie is worth nothing';
$answer = say_to('trusted', $mfa, 'Session-NP-Login: bob', 'Session-NP-MFA: otp; remember');
$mfa = 'auth0-mf=' . $answer->cookie('auth0-mf')->{value};
for my $user (qw(alice bob)) {
    $answer = say_to('trusted', $mfa, "Session-NP-Login: $user");
    is told_by('trusted', header_of($answer))->{MFA}, 'remembered', "two users of one browser: $user";
}

# Rules
my ($weak) = $fresh =~ /(auth0=[\w-]+)/;
$answer = say_to('trusted', '', 'Session-NP-Login: alice');
$weak = 'auth0=' . $answer->cookie('auth0')->{value};
my @rules = (    # place, nobody, alice, alice with a second factor, reason
    ['valid', 401, 200, 200],
    ['mfa', 401, 403, 200, 'mfa'],
    ['fresh', 401, 200, 200],
    ['device', 401, 403, 403, 'device'],
    ['any', 401, 403, 200, 'mfa'],
    ['all', 401, 403, 200, 'mfa'],
    ['none', 401, 200, 403, 'forbidden'],
);
for my $rule (@rules) {
    my ($place, $nobody, $alice, $strengthened, $reason) = @$rule;
    my $path = "/rules/$place/";
    is status($path), $nobody, "$place: nobody";
    is status($path, cookie => $weak), $alice, "$place: a session";
    is status($path, cookie => $strong), $strengthened, "$place: with a second factor";
    is reason($path, cookie => $alice == 403 ? $weak : $strong), $reason, "$place: says why" if $reason;
}
is status('/rules/device/', cookie => $session), 200, 'device: a session of a device that was known';
like curl("$url/rules/mfa/", cookie => $weak, header => ['Sec-Fetch-Mode: navigate'])->header('Location'),
    qr{^/basic/login\.html\?return=%2Frules%2Fmfa%2F&reason=mfa$}, 'mfa: a browser is sent to the login page';
is curl("$url/rules/device/", cookie => $weak, header => ['Sec-Fetch-Mode: navigate'])->status, 403,
    'device: it is not, that would not help';

# Rules on the very request that logs in
my @password = (user => 'alice:secret');
is status('/basic/mfa/', @password), 403, 'a password alone is no second factor';
is reason('/basic/mfa/', @password), 'mfa', 'and that is said';
is names(curl("$url/basic/mfa/", @password)), '', 'nor a login';
is status('/basic/mfa/', user => 'alice:wrong'), 401, 'a wrong one is challenged';
is status('/basic/mfa/', @password, cookie => $mfa), 200, 'a remembered one is';
is status('/basic/device/', @password), 403, 'no device, no entry';
is reason('/basic/device/', @password), 'device', 'and that is said';
is status('/basic/device/', @password, cookie => $did), 200, 'but with one';

# One kind is not another, nor one tenant's another's
$answer = say_to('trusted', '', 'Session-NP-Login: alice', 'Session-NP-MFA: otp; remember');
my %value = map { $_->{name} => $_->{value} } $answer->cookies;
for my $kind (@kinds) {
    for my $other (grep { $_ ne $kind } @kinds) {
        my $cookie = "$other=$value{$kind}";
        is state_of($cookie), 'none', "$kind as $other is no session";
        $answer = say_to('trusted', $cookie, 'Session-NP-Login: alice');
        $told = told_by('trusted', header_of($answer));
        is names($answer) . $told->{DEVICE} . ($told->{MFA} || ''), 'auth0 didnew', 'nor a device or second factor';
    }
}
$answer = say_to('other', header_of($answer) . "; auth0-mf=$value{'auth0-mf'}", 'Session-NP-Login: alice');
is names($answer), 'auth0 did', 'another tenant knows none of them';
is told_by('other', header_of($answer))->{MFA}, undef, 'nor the second factor';
sub state_of { return (curl("$url/status", cookie => $_[0])->body =~ /"state":"(\w+)"/)[0] }

# Lifetimes are judged by the server, whatever the browser keeps
# (once more where the machine was so slow that they were over, or that the store
# had forgotten them)
my ($first, $soon);
for (1 .. 10) {
    my $began = time;
    $first = say_to('short', '', 'Session-NP-Login: alice', 'Session-NP-MFA: otp; remember');
    (my $kept = header_of($first)) =~ s/short=[^;]+; //;
    $soon = told_by('short', header_of(say_to('short', $kept, 'Session-NP-Login: alice')));
    my $early = time - $began < 1.8;
    sleep 2.1;
    $answer = say_to('short', $kept, 'Session-NP-Login: alice');
    last if $early && time - $began < 2.95;
}
is $first->cookie('short-mf')->{attr}{'max-age'}, 2, 'two seconds';
is $soon->{MFA}, 'remembered', 'so far';
$told = told_by('short', header_of($answer));
is $told->{MFA}, undef, 'afterwards the second factor is forgotten';
is $told->{DEVICE}, 'new', 'and the device';
is names($answer), 'short shortdid', 'which gets another cookie';

# No store: nothing is given, nothing is taken
$memcached->pause;
$answer = curl("$url/rules/mfa/", cookie => "$strong; $mfa; $did");
is $answer->status . names($answer), '503', 'without a store: 503';
$memcached->resume;
wait_until(10, sub { status('/rules/mfa/', cookie => $strong) == 200 });

# The tenant becomes non-persistent
my $jar = cookie_jar();
$answer = curl("$https/trusted" . speak(say => ['Session-NP-Login: alice', 'Session-NP-MFA: otp; remember']),
    jar => $jar);
for my $kind (@kinds) {
    my ($main, $twin) = map { $answer->cookie($_) } $kind, "${kind}_compat";
    is_deeply [$twin->{value}, { %{ $twin->{attr} }, samesite => 'None' }], [$main->{value}, $main->{attr}],
        "$kind: the twin is the same but for SameSite, in persistent mode too";
}
my %before = jar_cookies($jar);
is scalar(grep { !$_->{expires} } values %before), 0, 'six persistent cookies';
my $chosen = say_to('trusted', '', 'Session-NP-Login: bob', 'Session-NP-Mode: persistent');
my $device_id = told(curl("$https/trusted" . speak(), jar => $jar))->{DEVICE_ID};
(my $changed = $persistent) =~ s/SessionNPMode persistent/SessionNPMode non-persistent/;
$server->file('tenant.conf', $changed);
$server->graceful;
$answer = curl("$https/app/", jar => $jar);
is $answer->status, 200, 'after the change the session goes on';
is names($answer), 'auth0 auth0_compat auth0-mf auth0-mf_compat did did_compat', 'with all six cookies anew';
is scalar(grep { $_->{attr}{expires} || exists $_->{attr}{'max-age'} } $answer->cookies), 0, 'without a lifetime';
is $answer->cookie($_)->{value}, $answer->cookie("${_}_compat")->{value}, "$_: twins" for @kinds;
isnt $answer->cookie($_)->{value}, $before{$_}{value}, "$_: a new id" for @kinds;
is $answer->header('Cache-Control'), 'no-store', 'nobody keeps that';
is names(curl("$https/app/", jar => $jar)), '', 'once';
is state_of("auth0=$before{auth0}{value}"), 'live', 'the old id is good for some seconds';
is names(say_to('trusted', header_of($chosen))), '', 'a mode that the application chose stays';
$told = told(curl("$https/trusted" . speak(), jar => $jar));
is $told->{MODE}, 'non-persistent', 'the application is told';
is $told->{DEVICE_ID}, $device_id, 'it is the same device';
curl("$https/trusted" . speak(say => ['Session-NP-Logout: ?1']), jar => $jar);
curl("$https/trusted" . speak(say => ['Session-NP-Login: alice']), jar => $jar);
$told = told(curl("$https/trusted" . speak(), jar => $jar));
is "$told->{DEVICE} $told->{DEVICE_ID} $told->{MFA}", "known-user $device_id remembered",
    'device and second factor are known under their new ids';
$answer = say_to('trusted', header_of($chosen), 'Session-NP-Logout: ?1');
sleep 6.1;
is app_state($https, $jar), 'idle', 'and the limits of the new mode hold';

my @odd = $server->log->rewind->lines(qr/:(?:warn|error|crit)\].*NP0(?!11[01])/);
is "@odd", '', 'nothing was wrong';
