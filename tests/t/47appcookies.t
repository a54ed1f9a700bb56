# SPDX-License-Identifier: Apache-2.0
# The application's own cookies: made stricter, or kept where no browser has
# them, for applications of every kind.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::App;
use NP::Test;
use NP::Site;

my @ways = app_ways();
plan tests => 36 * @ways + 13, need need_module('session_np'), need_module('ssl'), need_module('proxy_http');

my $memcached = start_memcached();
# (ten at once wait for each other)
my $server = site(php => 1, store => 'memcache:' . $memcached->address, patience => '10s',
    more => join('', map { app_conf($_) } qw(/hard /vault /some /plain /kept)) . <<'CONF',
<SessionNPTenant kept>
  SessionNPMode persistent
  SessionNPCookieName session kept
  SessionNPCookieName device keptdid
</SessionNPTenant>
<LocationMatch ^/(?:hard|vault|some|plain|kept)>
  SessionNP On
  SessionNPTrustBackend On
</LocationMatch>
<Location /hard>
  SessionNPAppCookies harden PHPSESSID other
</Location>
<Location /kept>
  SessionNPTenant kept
  SessionNPAppCookies harden
</Location>
<Location /vault>
  SessionNPAppCookies vault
</Location>
<Location /some>
  SessionNPAppCookies vault PHPSESSID
</Location>
ErrorDocument 404 /plain/cgi/speak
CONF
    files => {});
my $url = $server->url;
(my $https = $server->url(2)) =~ s/^http:/https:/;

sub ask {
    my ($path, %option) = @_;
    my $base = delete $option{base} || $url;
    my %said = map { exists $option{$_} ? ($_ => delete $option{$_}) : () } qw(status say);
    return curl("$base$path" . speak(%said), %option);
}
sub set { my ($cookie, @more) = @_; return (say => ["Set-Cookie: $cookie", @more]) }
sub names { return join ' ', map { $_->{name} } $_[0]->cookies }
sub told_cookies { return join '; ', sort split /; /, told($_[0])->{COOKIE} || '' }

for my $way (@ways) {
    # Hardened
    my $line = 'PHPSESSID=1; Path=/; Expires=Wed, 01 Jan 2200 00:00:00 GMT; Max-Age=1000';
    my $cookie = ask("/hard/$way", set($line))->cookie('PHPSESSID');
    is_deeply $cookie->{attr}, { path => '/', httponly => 1, samesite => 'Lax' },
        "$way: harden takes the lifetime, and adds HttpOnly and SameSite";
    $cookie = ask("/hard/$way", set($line), base => $https)->cookie('PHPSESSID');
    is_deeply $cookie->{attr}, { path => '/', httponly => 1, secure => 1, samesite => 'Lax' },
        'and Secure on https';
    is ask("/hard/$way", set('PHPSESSID=1; SameSite=None; HttpOnly'))->cookie('PHPSESSID')->{line},
        'PHPSESSID=1; SameSite=None; HttpOnly', 'what it has stays';
    for my $gone ('Max-Age=0', 'Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'Expires=Mon, 01-Jan-2001 00:00:00 GMT') {
        like ask("/hard/$way", set("PHPSESSID=; $gone"))->cookie('PHPSESSID')->{line},
            qr/^PHPSESSID=; \Q$gone\E; HttpOnly; SameSite=Lax$/, "a removal stays one: $gone";
    }
    is ask("/hard/$way", set('mine=1; Max-Age=9'))->cookie('mine')->{line}, 'mine=1; Max-Age=9',
        'a cookie that is not named is left alone';
    my $answer = ask("/hard/$way", say => ['Set-Cookie: PHPSESSID=1', 'Set-Cookie: other=2; Max-Age=5']);
    is join(' | ', map { $_->{line} } $answer->cookies),
        'PHPSESSID=1; HttpOnly; SameSite=Lax | other=2; HttpOnly; SameSite=Lax', 'several at once';
    is ask("/kept/$way", set('a=1; Max-Age=9'))->cookie('a')->{line},
        'a=1; Max-Age=9; HttpOnly; SameSite=Lax', 'in persistent mode the lifetime stays';
    is ask("/plain/$way", set('a=1; Max-Age=9'))->cookie('a')->{line}, 'a=1; Max-Age=9', 'pass passes';

    # The vault: for nobody it is empty
    $answer = ask("/vault/$way", set('PHPSESSID=1'));
    is names($answer), '', 'vault: a visitor gets none';
    is told_cookies(ask("/vault/$way", cookie => 'PHPSESSID=2; a=1')), '', 'and can send none';

    # For a session it holds them
    $answer = ask("/vault/$way", say => ['Session-NP-Login: alice', 'Set-Cookie: first=1']);
    is names($answer), 'auth0 did', 'a login: only our cookies get out';
    my $session = 'auth0=' . $answer->cookie('auth0')->{value};
    my $get = sub { my ($place, @option) = @_; return told_cookies(ask("/$place/$way", cookie => $session, @option)) };
    is $get->('vault'), 'first=1', 'the application gets its own back';
    my $asked = $memcached->counts_during(sub { $get->('vault') });
    is_deeply $asked, { get => 1 }, 'for one read and no write';
    $answer = ask("/vault/$way", cookie => $session, set('PHPSESSID=abc; Path=/; HttpOnly'));
    is names($answer), '', 'another one stays in';
    is $get->('vault'), 'PHPSESSID=abc; first=1', 'both are there';
    $asked = $memcached->counts_during(sub {
        ask("/vault/$way", cookie => $session, set('PHPSESSID=abc; Path=/; HttpOnly')) });
    is_deeply $asked, { get => 1 }, 'the same again writes nothing';
    is $get->('vault', cookie => "$session; PHPSESSID=evil; first=evil"), 'PHPSESSID=abc; first=1',
        'what the browser sends under those names does not count';
    is $get->('vault', cookie => "mine=3; $session"), 'PHPSESSID=abc; first=1', 'nor any other';
    ask("/vault/$way", cookie => $session, set('PHPSESSID=; Path=/; Max-Age=0'));
    is $get->('vault'), 'first=1', 'the application removes one';
    ask("/vault/$way", cookie => $session, set('first=2'));
    is $get->('vault'), 'first=2', 'and changes one';

    # Paths, lifetimes, https
    ask("/vault/$way", cookie => $session, say => ['Set-Cookie: first=root; Path=/', 'Set-Cookie: p=elsewhere; Path=/elsewhere']);
    is told(ask("/vault/$way", cookie => $session))->{COOKIE}, 'first=2; first=root', 'two of one name: the longer path first';
    # (once more where the machine was so slow that the brief one was over)
    my ($plain, $secure);
    in_time(1.8, sub {
        ask("/vault/$way", cookie => $session, say => ['Set-Cookie: s=1; Secure', 'Set-Cookie: brief=1; Max-Age=2']);
        $plain = $get->('vault');
        $secure = told_cookies(ask("/vault/$way", cookie => $session, base => $https));
    });
    is $plain, 'brief=1; first=2; first=root', 'one for https only stays in on http';
    is $secure, 'brief=1; first=2; first=root; s=1', 'and goes on https';
    wait_until(20, sub { $get->('vault') !~ /brief/ });
    is $get->('vault'), 'first=2; first=root', 'one that is over is gone';

    # Some of them only
    $answer = ask("/some/$way", cookie => "$session; own=1", say => ['Set-Cookie: PHPSESSID=v; Path=/some', 'Set-Cookie: lang=en']);
    is names($answer), 'lang', 'with names: others pass';
    is told_cookies(ask("/some/$way", cookie => "$session; PHPSESSID=evil; lang=en")), 'PHPSESSID=v; first=root; lang=en',
        'out and in';

    # Every status, error pages, another session
    for my $status (204, 302, 304, 403, 404, 500) {
        is names(ask("/vault/$way", cookie => $session, status => $status, set("st$status=1"))), '', "$status lets none out";
    }
    like $get->('vault'), qr/st204=1; st302=1; st304=1; st403=1; st404=1; st500=1$/, 'and all are kept';
    curl("$url/logout", cookie => $session, method => 'POST');
    is $get->('vault'), '', 'they die with the session';
}

# Large ones, and too many
my $answer = ask('/vault/cgi', say => ['Session-NP-Login: alice']);
my $session = 'auth0=' . $answer->cookie('auth0')->{value};
my $log = $server->log->mark;
my $large = 'x' x 4000;
ask('/vault/cgi', cookie => $session, set("large$_=$large")) for 1 .. 4;
my $got = told_cookies(ask('/vault/cgi', cookie => $session));
is join(' ', $got =~ /(large\d)/g), 'large1 large2 large3 large4', 'four of 4 KB';
is scalar(() = $got =~ /x{4000}/g), 4, 'complete';
ask('/vault/cgi', cookie => $session, set("large5=$large"));
$got = told_cookies(ask('/vault/cgi', cookie => $session));
is join(' ', $got =~ /(large\d)/g), 'large2 large3 large4 large5', 'a fifth: the oldest goes';
is scalar($log->lines(qr/NP0125/)), 1, 'and the log says so';

# Never out, in no way
my %items = $memcached->items;
is scalar(grep { /large|xxxx/ } %items), 0, 'the store cannot read them';
is scalar(() = $log->lines(qr/x{10}/)), 0, 'nor whoever reads the log';
is told_cookies(ask('/plain/cgi', cookie => $session)), '', 'another place does not get them';
$answer = ask('/nowhere', cookie => $session);
is told_cookies($answer), '', 'nor the error page of another place';

# Many at once lose none
ask('/vault/cgi', cookie => $session, set("large$_=; Max-Age=0")) for 2 .. 5;
my @pids = map {
    NP::Run::spawn(work_dir() . "/run/vault.$_", command => ['curl', '-s', '--noproxy', '*', '-o', '/dev/null',
        '-H', "Cookie: $session", "$url/vault/cgi" . speak(set("k$_=1"))])
} 1 .. 10;
waitpid $_, 0 for @pids;
is scalar(() = told_cookies(ask('/vault/cgi', cookie => $session)) =~ /k\d+=1/g), 10, 'requests at once lose none';

# No store
$server->patience('250ms');
$memcached->pause;
$answer = ask('/vault/cgi', cookie => $session, set('PHPSESSID=1'));
is names($answer), '', 'without a store none gets out';
$memcached->resume;
wait_until(30, sub { curl("$url/status", cookie => $session)->body =~ /live/ });
$answer = ask('/vault/cgi', cookie => $session, status => 200);
is told_cookies($answer) =~ /PHPSESSID/ ? 1 : 0, 0, 'nor in';
is $answer->status, 200, 'it goes on';
my @odd = $server->log->rewind->lines(qr/:(?:warn|error|crit)\].*NP0(?!110|125)/);
is "@odd", '', 'nothing else was wrong';
