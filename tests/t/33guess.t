# SPDX-License-Identifier: Apache-2.0
# Guessing passwords: too many failures lock other browsers out, and never the
# device that the user has logged in with.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::App;
use NP::Run qw(spawn);
use NP::Test;
use NP::Site;

use constant MOST => 3;
my @logins = app_logins();
plan tests => 62 + 24 * @logins, need need_module('session_np'), need_module('proxy_http');

my $memcached = start_memcached();
my %option = (store => 'memcache:' . $memcached->address,
              files => { 'later.html' => '<p>Later.</p>' },
              more => app_conf('/trusted') . app_conf('/page') . <<'CONF');
<SessionNPTenant quick>
  SessionNPLoginAttempts 2
  SessionNPLoginWindow 2s
  SessionNPCookieName session quick
  SessionNPCookieName device quickdid
</SessionNPTenant>
<SessionNPTenant off>
  SessionNPLoginAttempts off
  SessionNPLoginWindow 1m
  SessionNPCookieName session off
</SessionNPTenant>
<Location /trusted>
  SessionNP On
  SessionNPTrustBackend On
</Location>
<Location /page>
  SessionNP On
  SessionNPTrustBackend On
  ErrorDocument 429 /later.html
</Location>
<Location /basic/quick>
  SessionNPTenant quick
</Location>
<Location /basic/off>
  SessionNPTenant off
</Location>
<Location /basic/pass>
  SessionNPStoreFailure pass
</Location>
<Location /basic/page>
  ErrorDocument 429 "<p>Later.</p>"
</Location>
CONF
# (twelve at once wait for each other)
my $server = site(%option, tenant => "SessionNPLoginAttempts @{[MOST]}", patience => '10s');
my $url = $server->url;

sub try { my ($user, $password, @more) = @_; return curl("$url/basic/", user => "$user:$password", @more) }
sub lock_out { my ($user) = @_; try($user, 'wrong') for 1 .. MOST; return }

# Off unless it is asked for
my $plain = site(store => $option{store});
is curl($plain->url . '/basic/', user => 'alice:wrong')->status, 401, 'not counted by default' for 1 .. 11;
is curl($plain->url . '/basic/', user => 'alice:secret')->status, 200, 'whoever has failed before';
is curl("$url/basic/off/", user => 'alice:wrong')->status, 401, 'not counted if off' for 1 .. 4;

# The limit
$memcached->flush;
my $device = cookie_jar();
is try('alice', 'secret', jar => $device)->status, 200, 'alice has a device';
curl("$url/logout", jar => $device, method => 'POST');
try('alice', 'secret', jar => $device);            # the mark of the old session goes
for my $n (1 .. MOST) {
    my $answer = try('alice', 'wrong');
    is $answer->status, 401, "failure $n is answered";
    like $answer->header('WWW-Authenticate'), qr/^Basic/, 'with the challenge';
}
for my $password ('wrong', 'secret') {
    my $answer = try('alice', $password);
    is $answer->status, 429, "the next is not, be it $password";
    is $answer->header('Content-Type'), 'application/problem+json', 'with a problem';
    like $answer->body, qr/"reason":"locked"/, 'that names the reason';
    like $answer->header('Retry-After'), qr/^(?:900|89\d)$/, 'and the time';
    is $answer->header('WWW-Authenticate'), undef, 'no challenge';
    is $answer->header('Set-Cookie'), undef, 'no cookie';
    is $answer->header('Cache-Control'), 'no-store', 'not kept';
}
is scalar(() = $server->log->lines(qr/NP0119.*"alice".*other browsers/)), 2, 'and the log says so';
is try('Alice', 'secret')->status, 429, 'another case of the letters is the same user';
is try('bob', 'wrong')->status, 401, 'another user is not locked';
is try('bob', 'secret')->status, 200, 'and logs in';
is curl("$url/basic/page/", user => 'alice:secret')->body, '<p>Later.</p>', 'an ErrorDocument takes its place';
is curl("$url/basic/")->status, 401, 'who does not try is challenged as ever';

# The user's own device
is try('alice', 'secret', jar => $device)->status, 200, 'the device that is known to her is not locked';
curl("$url/logout", jar => $device, method => 'POST');
try('alice', 'secret', jar => $device);
for (1 .. MOST) {
    is try('alice', 'wrong', jar => $device)->status, 401, 'failures there';
}
is try('alice', 'secret', jar => $device)->status, 429, 'lock it, too';
like +($server->log->lines(qr/NP0119/))[-1], qr/his own device/, 'and the log tells';
is try('bob', 'secret', jar => $device)->status, 200, 'but not for others';
$memcached->flush;
my $carol = cookie_jar();
try('bob', 'secret', jar => $carol);
curl("$url/logout", jar => $carol, method => 'POST');
try('bob', 'secret', jar => $carol);
lock_out('alice');
is try('alice', 'secret', jar => $carol)->status, 429, 'a device of others is no help';

# A session that lives asks for nothing
$memcached->flush;
my $live = cookie_jar();
try('alice', 'secret', jar => $live);
lock_out('alice');
is try('alice', 'secret', jar => $live)->status, 200, 'a live session goes on';

# The end of it. Where the machine was so slow that it came at once, once more.
my $answer;
in_time(1.8, sub {
    curl("$url/basic/quick/", user => 'alice:wrong') for 1 .. 2;
    $answer = curl("$url/basic/quick/", user => 'alice:secret');
});
is $answer->status, 429, 'locked for two seconds';
ok wait_until(30, sub { curl("$url/basic/quick/", user => 'alice:secret')->status == 404 }),
    'and open again';

# Digest: a nonce that is too old is no failure
$answer = curl("$url/digest/", user => 'alice:wrong', digest => 1) for 1 .. MOST;
is curl("$url/digest/", user => 'alice:secret', digest => 1)->status, 429, 'Digest is counted as well';

# Many at once
$memcached->flush;
my @pids = map {
    spawn(work_dir() . "/run/guess.$_", command => ['curl', '-s', '--noproxy', '*', '-o', '/dev/null',
        '-w', '%{http_code}', '-u', 'alice:wrong', "$url/basic/"])
} 1 .. 12;
waitpid $_, 0 for @pids;
my %told;
$told{ slurp(work_dir() . "/run/guess.$_") }++ for 1 .. 12;
is $told{401}, MOST, 'of twelve guesses at once three are told';
is $told{429}, 12 - MOST, 'and the others are not';

# What the store learns, and the log
my %items = $memcached->items;
is join('', grep { /alice/i } keys %items), '', 'no key names the user';
is scalar(() = $server->log->rewind->lines(qr/secret|wrong:/)), 0, 'no log line a password';

# An application that checks passwords itself
for my $way (@logins) {
    $memcached->flush;
    my $page = "$url/trusted/$way/login";
    my $jar = cookie_jar();
    my $try = sub {
        my ($password, @more) = @_;
        return curl($page, data => fields(user => 'alice', password => $password), @more);
    };
    is $try->('secret', jar => $jar)->status, 303, "$way: alice has a device";
    is $try->('wrong')->status, 200, 'a failure is the application\'s page' for 1 .. MOST;
    for my $password ('wrong', 'secret') {
        $answer = $try->($password);
        is $answer->status, 429, "the next is not, be it $password";
        like $answer->body, qr/"reason":"locked"/, 'the application\'s answer is not shown';
        is $answer->header('Set-Cookie'), undef, 'nor its cookies';
        is $answer->header('Location'), undef, 'nor where it leads';
    }
    is $try->('secret', jar => $jar)->status, 303, 'her own device is open';
    is app_state($url, $jar), 'live', 'and logs in';
    is scalar(() = $try->('wrong')->body =~ /form/), 0, 'the others stay locked';
    $answer = curl("$url/page/$way/login", data => fields(user => 'alice', password => 'secret'));
    is $answer->status . $answer->body, '429<p>Later.</p>', 'a page of your own takes the place';
    like $answer->header('Retry-After'), qr/^(?:900|89\d)$/, 'with the time';
    is $answer->header('Set-Cookie'), undef, 'and no cookie';

    # A second factor can be guessed, too
    my $otp = sub { curl("$url/trusted/$way/otp", jar => $jar, data => fields(code => $_[0])) };
    is $otp->('000000')->status, 200, 'a wrong code' for 1 .. MOST;
    is $otp->('123456')->status, 429, 'the right one comes too late';
    is told(curl("$url/trusted/$way/speak", jar => $jar))->{MFA}, undef, 'and is not heard';
    is app_state($url, $jar), 'live', 'the session goes on';
}

# No store
$server->patience('250ms');
$memcached->flush;
$memcached->pause;
is try('alice', 'wrong')->status, 503, 'without a store nobody may guess';
is try('alice', 'secret')->status, 503, 'nor log in';
is curl("$url/basic/pass/", user => 'alice:wrong')->status, 401, 'unless the place lets pass';
$memcached->resume;
