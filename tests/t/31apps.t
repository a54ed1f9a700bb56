# SPDX-License-Identifier: Apache-2.0
# The applications of the tests, by each way that httpd reaches them: they say
# what they are asked to and list what they are told. Without trust nothing of
# what they say is obeyed, and none of it gets out.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;
use NP::App;
use NP::Site;

my @headers = ('Session-NP-Login: bob', 'Session-NP-Mode: persistent',
    'Session-NP-MFA: otp; remember', 'Session-NP-Login-Failed: carol', 'Session-NP-Logout: ?1');
my @statuses = (200, 204, 304, 404, 500);
# page, form (none: GET), status, what is said
my @pages = (
    ['login', undef, 200],
    ['login', [user => 'alice', password => 'secret'], 303, 'Session-NP-Login: alice'],
    ['login', [user => 'bob', password => 'secret', keep => 'on'], 303, 'Session-NP-Login: bob',
     'Session-NP-Mode: persistent'],
    ['login', [user => 'alice', password => 'wrong'], 200, 'Session-NP-Login-Failed: alice'],
    ['login', [user => 'eve', password => ''], 200, 'Session-NP-Login-Failed: eve'],
    ['login', [user => "eve\r\nSession-NP-Login: bob", password => 'secret'], 200,
     'Session-NP-Login-Failed: eveSession-NP-Login: bob'],
    ['login', [password => 'secret'], 200],
    ['otp', undef, 200],
    ['otp', [code => '123456'], 303, 'Session-NP-MFA: otp'],
    ['otp', [code => '123456', remember => 'on'], 303, 'Session-NP-MFA: otp; remember'],
    ['otp', [code => '1234567'], 200],
    ['bye', undef, 303, 'Session-NP-Logout: ?1'],
    ['bye', [], 303, 'Session-NP-Logout: ?1'],
);
# the ways that suites go on; fewer on a machine without the tools
my @ways = app_ways();
my @logins = app_logins();
plan tests => @ways * (22 + 5 * @statuses) + @logins * 5 * @pages,
    need need_module('session_np'), need_module('proxy_http'), need_module('proxy_fcgi');

my $prefork = ($ENV{MPM} || 'event') eq 'prefork';
my $memcached = start_memcached();
my $server = site(store => 'memcache:' . $memcached->address, php => 1,
    more => app_conf('/basic') . app_conf('/open') . "<Location /open>\n  SessionNP On\n</Location>\n");
my $url = $server->url;
# the same without our module: what the applications really send
my $bare = httpd(php => 1, conf => app_conf('/open'), modules => [qw(alias env proxy proxy_http
    proxy_fcgi), $prefork ? 'cgi' : 'cgid']);
my $bare_url = $bare->url;

sub ours {
    my ($answer) = @_;
    return sort map { "$_->[0]: $_->[1]" } grep { $_->[0] =~ /session.np/i } @{ $answer->{fields} };
}

sub set_cookies { return scalar(() = $_[0]->all('Set-Cookie')) }

for my $way (@ways) {
    my $app = "$url/basic/$way";
    my $answer = curl($app . speak(), user => 'alice:secret');
    my $told = told($answer);
    is $answer->status, 200, "$way: answers";
    is $told->{STATE}, 'live', "$way: is told of the login";
    is $told->{USER}, 'alice', "$way: whose it is";
    is $told->{NEW}, 1, "$way: and that it is new";
    my $cookie = 'auth0=' . $answer->cookie('auth0')->{value};

    $told = told(curl($app . speak(), cookie => "a=1; $cookie; b=2"));
    is $told->{STATE}, 'live', "$way: is told of the session";
    is $told->{NEW}, undef, "$way: that is not new";
    is $told->{COOKIE}, 'a=1; b=2', "$way: lists its own cookies";
    my $environment = $way eq 'http' ? undef : 'alice';
    is $told->{REMOTE_USER}, $environment, "$way: REMOTE_USER";
    is defined $told->{AUTH_TYPE}, defined $environment, "$way: AUTH_TYPE";
    $told = told(curl($app . speak(), cookie => $cookie,
        header => ['Session-NP-User: eve', 'Session-NP-Whatever: eve']));
    is $told->{USER}, 'alice', "$way: a client does not speak in our name";
    is_deeply [grep { /FORGED|WHATEVER/ } keys %$told], [], "$way: by no header";

    $answer = curl($app . speak(type => 'text/html', say => ['X-Said: a&b=c; d+e', 'X-Said: twice',
        'Set-Cookie: theirs=1']), cookie => $cookie);
    is $answer->header('Content-Type'), 'text/html', "$way: the type asked for";
    is $answer->header('X-Said'), 'a&b=c; d+e, twice', "$way: says all it is asked to";
    is $answer->header('Set-Cookie'), 'theirs=1', "$way: its cookies pass";
    $answer = curl($app . speak(say => ['X-Said: 1']), cookie => $cookie, method => 'HEAD');
    is $answer->header('X-Said'), 1, "$way: says it to HEAD";
    $answer = curl($app . speak(say => ['X-Said: 1']), cookie => $cookie, data => 'a=1');
    is $answer->header('X-Said'), 1, "$way: says it to POST";

    for my $status (@statuses) {
        my $said = speak(status => $status, say => [@headers, 'X-Said: 1']);
        my $empty = $status =~ /^(?:204|304)$/;
        $answer = curl($app . $said, cookie => $cookie);
        is $answer->status, $status, "$way: $status";
        is_deeply [ours($answer)], [], "$way: no header of our name with $status";
        is told($answer)->{STATE}, $empty ? undef : 'live', "$way: what is told with $status";
        is set_cookies($answer), 0, "$way: no cookie with $status";
        is_deeply [ours(curl("$bare_url/open/$way$said"))], [sort @headers],
            "$way: it did say them with $status";
    }
    is scalar(app_state_of($cookie)), 'live alice non-persistent', "$way: what was said is ignored";
    $answer = curl("$url/open/$way" . speak(say => \@headers));
    is told($answer)->{STATE}, 'none', "$way: nobody is there";
    is told($answer)->{USER}, undef, "$way: no user";
    is_deeply [ours($answer)], [], "$way: nobody gets a header of our name";
    is set_cookies($answer), 0, "$way: nor a cookie";
    is_deeply [grep { /STATE|FORGED/ } keys %{ told(curl("$bare_url/open/$way" . speak())) }], [],
        "$way: nothing is told without the module";
}

sub app_state_of {
    my ($cookie) = @_;
    my $body = curl("$url/status", cookie => $cookie)->body;
    return join ' ', map { $body =~ /"$_":"([^"]+)"/ ? $1 : () } qw(state user mode);
}

for my $way (@logins) {
    for my $case (@pages) {
        my ($page, $form, $status, @said) = @$case;
        my $name = "$way: $page " . ($form ? join ' ', map { s/[\r\n]+/ /r } @$form : 'GET');
        my @data = $form ? (data => fields(@$form)) : ();
        my $answer = curl("$bare_url/open/$way/$page", @data);
        is $answer->status, $status, "$name: $status";
        is_deeply [ours($answer)], [sort @said], "$name: what it says";
        my $shown = $status == 303
            ? ($answer->header('Location') || '') eq ($page eq 'bye' ? 'login' : 'speak')
            : $answer->body =~ ($page eq 'login' ? qr/name=keep/ : qr/name=remember/);
        ok $shown, "$name: where it leads";
        $answer = curl("$url/open/$way/$page", @data);
        is $answer->status, $status, "$name: $status behind the module";
        is join("\n", ours($answer), $answer->all('Set-Cookie')), '', "$name: and nothing gets out";
    }
}
