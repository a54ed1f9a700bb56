# SPDX-License-Identifier: Apache-2.0
# The application speaks, by every way that one can be reached: what it says is
# obeyed where it is trusted, whatever the status, and nobody else sees it.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::App;
use NP::Test;
use NP::Site;

my @ways = app_ways();
my @statuses = (200, 204, 301, 304, 400, 401, 403, 404, 410, 500, 503);
my @nonsense = (
    ['Session-NP-Logout: 1', 'a logout that is no Boolean'],
    ['Session-NP-Logout: ?2', 'another'],
    ['Session-NP-Mode: persistent', 'a mode without a login'],
    ['Session-NP-MFA: otp; for=ever', 'an unknown parameter'],
    ['Session-NP-MFA: remembered', 'a method that is ours'],
    ['Session-NP-Login:', 'nobody'],
    ['Session-NP-Nonsense: ?1', 'a header that there is not'],
);
plan tests => @ways * (2 * @statuses + @nonsense + 63) + 34,
    need need_module('session_np'), need_module('proxy_http'), need_module('ssl');

my $memcached = start_memcached();
my $server = site(php => 1, store => 'memcache:' . $memcached->address, tenant => <<'TENANT',
SessionNPRequireLoginAfter persistent 2h
TENANT
    more => app_conf('/trusted') . app_conf('/heard') . app_conf('/pages') . app_conf('/plain') . <<'CONF',
<Location /trusted>
  SessionNP On
  SessionNPTrustBackend On
</Location>
<Location /heard>
  SessionNP On
</Location>
<Location /pages>
  SessionNP On
  SessionNPTrustBackend On
  ProxyErrorOverride On
  ErrorDocument 404 /free/page.html
  ErrorDocument 403 "<p>no</p>"
</Location>
<Location /second>
  SessionNP On
  AuthType SessionNP
  AuthName members
  SessionNPLoginURL /trusted/cgi/login
  Require session-np mfa
</Location>
<Location /trusted/inside>
  SetHandler cgi-script
</Location>
CONF
    files => { 'free/page.html' => "<p>a page</p>\n", 'second/index.html' => "<p>second</p>\n",
               'trusted/inside' => "#!/bin/sh\nprintf 'Session-NP-Login: alice\\nLocation: /app/\\n\\n'\n" });
my %url = (http => $server->url, https => $server->url(2));
$url{https} =~ s/^http:/https:/;
our $url = $url{http};

# The names of the cookies that an answer sets, and that of one kind as a header
sub names { return join ' ', map { $_->{name} } $_[0]->cookies }
sub sent { my ($answer, $name) = @_; return "$name=" . $answer->cookie($name)->{value} }
sub ours { return scalar grep { $_->[0] =~ /session.np/i } @{ $_[0]{fields} } }
sub state_of { return (curl("$url/status", cookie => $_[0])->body =~ /"state":"(\w+)"/)[0] }

# What a browser with a copy of the jar gets after it was closed
sub closed {
    my $copy = cookie_jar();
    spew($copy, slurp($_[0]));
    return curl("$url/app/", jar => $copy, closed => 1)->status;
}

sub ask {
    my ($way, %option) = @_;
    my $place = delete $option{place} || 'trusted';
    my $scheme = delete $option{scheme} || 'http';
    my %said = map { exists $option{$_} ? ($_ => delete $option{$_}) : () } qw(status say type);
    return curl("$url{$scheme}/$place/$way" . speak(%said), %option);
}

for my $way (@ways) {
    # Login, by http and https
    my $answer = ask($way, say => ['Session-NP-Login: alice']);
    is names($answer), 'auth0 did', "$way: a login sets the cookies";
    is ours($answer), 0, 'and the header is gone';
    is $answer->header('Cache-Control'), 'no-store', 'nobody keeps that';
    my $first = sent($answer, 'auth0');
    is state_of($first), 'live', 'the session is live';
    my $told = told(ask($way, cookie => $first));
    is $told->{USER}, 'alice', 'the application is told who it is';
    is $told->{MODE}, 'non-persistent', 'and the mode';
    is $told->{MFA}, undef, 'and of no second factor';
    is curl("$url/app/", cookie => $first)->status, 200, 'it opens closed places';
    $answer = ask($way, scheme => 'https', say => ['Session-NP-Login: alice']);
    is names($answer), 'auth0 auth0_compat did did_compat', 'https: twins';
    is $answer->cookie('auth0')->{value}, $answer->cookie('auth0_compat')->{value},
        'of one value';

    # Another login in the same browser
    $answer = ask($way, cookie => $first, say => ['Session-NP-Login: bob']);
    my $second = sent($answer, 'auth0');
    isnt $second, $first, 'another login has another id';
    is state_of($first), 'ended', 'and ends the session at once';
    is told(ask($way, cookie => $second))->{USER}, 'bob', 'which never shows the other user';

    # Keep me signed in
    $answer = ask($way, say => ['Session-NP-Login: alice', 'Session-NP-Mode: persistent'],
        scheme => 'https');
    my ($main, $twin) = map { $answer->cookie($_)->{attr} } qw(auth0 auth0_compat);
    is $main->{'max-age'}, 7200, 'keep me signed in: Max-Age';
    ok $main->{expires}, 'and Expires';
    is_deeply { %$twin, samesite => 'None' }, $main, 'the twin likewise';
    is $answer->cookie('did')->{attr}{'max-age'}, undef, 'the device cookie is the tenant\'s';
    is told(ask($way, cookie => sent($answer, 'auth0')))->{MODE}, 'persistent', 'its mode';

    # Second factor
    $answer = ask($way, cookie => $second, say => ['Session-NP-MFA: otp']);
    is names($answer), 'auth0', 'a second factor: a new id';
    my $third = sent($answer, 'auth0');
    isnt $third, $second, 'that is new indeed';
    is $answer->cookie('auth0')->{attr}{expires}, undef, 'of the same mode';
    is told(ask($way, cookie => $third))->{MFA}, 'otp', 'the method is told';
    is told(ask($way, cookie => $second))->{MFA}, undef, 'but under the old id there is none';
    is curl("$url/second/", cookie => $third)->status, 200, 'Require session-np mfa opens';
    is curl("$url/second/", cookie => $second)->status, 403, 'not for the old id';
    $answer = ask($way, cookie => $third, say => ['Session-NP-MFA: otp; remember']);
    is names($answer), 'auth0 auth0-mf', 'remembered: a cookie of its own';
    my $mfa = sent($answer, 'auth0-mf');
    my $fourth = sent($answer, 'auth0');
    is names(ask($way, cookie => $fourth)), '', 'and no more after that';
    $answer = ask($way, cookie => "$fourth; $mfa", say => ['Session-NP-Login: bob']);
    $told = told(ask($way, cookie => sent($answer, 'auth0')));
    is $told->{MFA}, 'remembered', 'the next login of this user begins with it';
    is names($answer), 'auth0 did', 'without another cookie';
    is curl("$url/second/", cookie => sent($answer, 'auth0'))->status, 200, 'which is enough';
    $answer = ask($way, cookie => $mfa, say => ['Session-NP-Login: alice']);
    is told(ask($way, cookie => sent($answer, 'auth0')))->{MFA}, undef, 'not that of another user';
    $answer = ask($way, say => ['Session-NP-Login: carol', 'Session-NP-MFA: key; remember'],
        scheme => 'https');
    is names($answer), 'auth0 auth0_compat auth0-mf auth0-mf_compat did did_compat',
        'login and second factor in one: all six';
    is $answer->cookie("$_")->{value}, $answer->cookie("${_}_compat")->{value}, "$_: twins"
        for qw(auth0 auth0-mf did);
    is scalar(grep { $_->{attr}{expires} || $_->{attr}{'max-age'} } $answer->cookies), 0,
        'none of them with a lifetime';
    is told(ask($way, cookie => sent($answer, 'auth0')))->{MFA}, 'key', 'and the method is told';

    # Logout
    $answer = ask($way, cookie => "$fourth; $mfa", say => ['Session-NP-Logout: ?1']);
    is names($answer), 'auth0', 'a logout removes the cookie';
    is $answer->cookie('auth0')->{attr}{'max-age'}, 0, 'for good';
    is $answer->header('Clear-Site-Data'), '"cache", "storage"', 'and what the browser stored';
    is state_of($fourth), 'ended', 'the session is over';
    $answer = ask($way, cookie => $fourth, say => ['Session-NP-Logout: ?1', 'Session-NP-Login: alice']);
    is $answer->cookie('auth0')->{attr}{'max-age'}, undef, 'logout and login: it is a login';
    my $last = sent($answer, 'auth0');
    is state_of($last), 'live', 'that is live';
    is names(ask($way, cookie => $last, say => ['Session-NP-Logout: ?0'])), '', 'no logout is none';
    is state_of($last), 'live', 'indeed';

    # Every status
    for my $status (@statuses) {
        $answer = ask($way, status => $status, say => ['Session-NP-Login: alice']);
        is $answer->status, $status, "$way: $status stays";
        is state_of(sent($answer, 'auth0')) . ours($answer) . $answer->header('Cache-Control'),
            'live0no-store', 'and is a login';
    }
    is state_of(sent(ask($way, method => 'HEAD', say => ['Session-NP-Login: alice']), 'auth0')),
        'live', 'HEAD is one, too';

    # Nonsense
    $server->log->mark;
    for my $case (@nonsense) {
        my ($line, $name) = @$case;
        $answer = ask($way, cookie => $last, say => [$line]);
        is names($answer) . ours($answer) . state_of($last), '0live', "$name: ignored and removed";
    }
    is scalar(() = $server->log->lines(qr/NP0120/)), @nonsense - 1, 'and the log says so';
    is names(ask($way, say => ['Session-NP-MFA: otp'])), '', 'a second factor of nobody: ignored';
    # (CGI's headers are merged before anybody sees them)
    $answer = ask($way, say => ['Session-NP-Login: alice', 'Session-NP-Login: bob']);
    my $who = names($answer) ? told(ask($way, cookie => sent($answer, 'auth0')))->{USER} : 'nobody';
    is $who, $way =~ /^f?cgi$/ ? 'alice, bob' : 'nobody', 'two users at once are neither of them';

    # Error pages that are not the application's
    for my $status (404, 403, 500) {
        $answer = ask($way, place => 'pages', status => $status, say => ['Session-NP-Login: alice']);
        is $answer->status . names($answer) . ours($answer), "${status}auth0 did0",
            "a page of httpd's own for $status: heard all the same";
    }
    is names(ask($way, place => 'pages', status => 404, cookie => $last,
        say => ['Session-NP-Logout: ?1'])), 'auth0', 'a logout, too';
    is state_of($last), 'ended', 'indeed';

    # No trust
    $answer = ask($way, say => ['Session-NP-Login: alice']);
    my $cookie = sent($answer, 'auth0');
    for my $place (qw(heard plain)) {
        $answer = ask($way, place => $place, cookie => $cookie,
            say => ['Session-NP-Login: bob', 'Session-NP-Logout: ?1']);
        is names($answer) . ours($answer), '0', "/$place: without trust it is not heard";
        is state_of($cookie), 'live', 'and changes nothing';
    }
    is told(ask($way, header => ['Session-NP-Login: eve', 'Session-NP-User: eve']))->{USER}, undef,
        'nor is the browser';

    # No store
    $server->patience('250ms');
    $memcached->pause;
    $answer = ask($way, cookie => $cookie, say => ['Session-NP-Logout: ?1']);
    is $answer->status . $answer->header('Content-Type'), '503application/problem+json',
        'a logout that cannot be written: 503';
    cmp_ok $answer->header('Retry-After'), '>', 0, 'with Retry-After';
    is names($answer), 'auth0', 'the browser forgets all the same';
    $answer = ask($way, say => ['Session-NP-Login: alice', 'Set-Cookie: theirs=1'], type => 'text/html');
    is $answer->status . names($answer), '503', 'a login that cannot be written: 503, and no cookie';
    $memcached->resume;
    $server->patience;
    wait_until(30, sub { state_of($cookie) eq 'live' }) or diag 'the store is not back';
}

# A CGI program's redirect inside httpd is a login before the next place asks
my $answer = curl("$url/trusted/inside");
is $answer->status, 200, 'an internal redirect into a closed place';
is names($answer), 'auth0 did', 'is a login';
is $answer->header('Location'), undef, 'inside';

# A legacy application with a form of its own
for my $way (app_logins()) {
    my $at = "$url/trusted/$way";
    my $jar = cookie_jar();
    $answer = curl("$at/login", jar => $jar);
    is $answer->status . names($answer), $way eq 'cgi' ? '200did' : '200',
        "$way: its login page gives a device cookie, if httpd knows that it is one";
    is curl("$at/login", jar => $jar, data => fields(user => 'alice', password => 'wrong'))->status, 200,
        'a wrong password';
    is app_state($url, $jar), 'none', 'is no login';
    $answer = curl("$at/login", jar => $jar, data => fields(user => 'alice', password => 'secret'));
    is $answer->status, 303, 'the right one';
    is app_state($url, $jar), 'live', 'is one';
    is closed($jar), 401, 'until the browser closes';
    curl("$at/login", jar => $jar, data => fields(user => 'alice', password => 'secret', keep => 'on'));
    is closed($jar), 200, 'keep me signed in: and beyond';
    is curl("$url/second/", jar => $jar)->status, 403, 'a place that needs more';
    my $sent = curl("$url/second/?a=b", jar => $jar, header => ['Sec-Fetch-Mode: navigate']);
    is $sent->header('Location'), '/trusted/cgi/login?return=%2Fsecond%2F%3Fa%3Db&reason=mfa',
        'sends a browser to the step-up';
    curl("$at/otp", jar => $jar, data => fields(code => '000000'));
    is curl("$url/second/", jar => $jar)->status, 403, 'a wrong code';
    curl("$at/otp", jar => $jar, data => fields(code => '123456', remember => 'on'));
    is curl("$url/second/", jar => $jar)->status, 200, 'the right code opens it';
    my %kept = jar_cookies($jar);
    curl("$at/bye", jar => $jar);
    is app_state($url, $jar), 'none', 'logout';
    my %left = jar_cookies($jar);
    is_deeply [map { $left{$_}{value} } qw(did auth0-mf)], [map { $kept{$_}{value} } qw(did auth0-mf)],
        'the device and second-factor cookies stay';
    $answer = curl("$at/login", jar => $jar, data => fields(user => 'alice', password => 'secret'));
    is curl("$url/second/", jar => $jar)->status, 200, 'the next login needs no code';
    is told(curl("$at/speak", jar => $jar))->{DEVICE}, 'known-user', 'and the device is known';
}

my @odd = $server->log->rewind->lines(qr/:(?:warn|error|crit)\].*NP0(?!129|11[012]|120|102)/);
is "@odd", '', 'nothing else was wrong';
