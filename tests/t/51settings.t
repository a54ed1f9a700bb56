# SPDX-License-Identifier: Apache-2.0
# Tenants' settings by the management API: what clients may say and what they
# are answered, who may, what comes into force and where, and what is left after
# a restart.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use IO::Socket::INET ();
use NP::Api;
use NP::Test;
use NP::Site;
use List::Util qw(min);
use Time::HiRes qw(sleep time);

plan tests => 171, need need_module('session_np');

my $file = token_file();
my %token = map { ($_ => token($file, $_)) } qw(rows errors force life other limit disk);
$token{reader} = token($file, 'reader', scope => 'read:tenant_settings');
$token{stranger} = token($file, 'stranger', scope => 'read:sessions');
my $users = work_dir() . '/run/users';
my $memcached = start_memcached();

sub staff_place {
    my ($path, $more) = @_;
    return api_place(0, "AuthType Basic\n AuthName staff\n AuthUserFile $users\n"
        . ($more || "Require valid-user\n"), $path);
}

my $server = site(store => 'memcache:' . $memcached->address,
    tenant => "SessionNPRequireLoginAfter non-persistent 2s\n",
    server => "MaxKeepAliveRequests 0\nAllowEncodedSlashes NoDecode\nLogFormat \"%{Authorization}i %r\" all\nCustomLog \@root\@/logs/access all",
    files => { 'basic/staff/index.html' => 'x', 'app/staff/index.html' => 'x' },
    more => api_place($file) . staff_place('/staff')
        . staff_place("/open", "Require all granted\nSessionNP On\n")
        . api_place(undef, undef, '/closed')
        . api_place($file, "SessionNPTenant team\n", '/team')
        . <<'CONF');
<SessionNPTenant team>
  SessionNPPlan essential
  SessionNPMode persistent
  SessionNPCookieName session team
  SessionNPRequireLoginAfter 2s
</SessionNPTenant>
<LocationMatch "^/(?:basic|app)/staff">
  SessionNPTenant team
</LocationMatch>
<Location /status/staff>
  SessionNP On
  SessionNPTenant team
  SetHandler session-np-status
</Location>
CONF
my $url = $server->url;
my $log = $server->log;

sub get { return api($url, GET => 'tenants/settings', @_) }
sub patch { my ($data, @more) = @_; return api($url, PATCH => 'tenants/settings', data => $data, @more) }

# --- the settings -------------------------------------------------------------

my $answer = get(token => $token{rows});
is $answer->status, 200, 'GET';
is $answer->header('Content-Type'), 'application/json; charset=utf-8', 'JSON';
is $answer->header('Cache-Control'), 'no-store', 'that nobody stores';
my $seen = json($answer);
is join(' ', map { "$_=" . (ref $seen->{$_} || $seen->{$_}) } sort keys %$seen),
    'idle_session_lifetime=72 session_lifetime=168 session_np=HASH', 'what was never set is absent';

# body, then how a member of the answer is printed
my @rows = (
    ['{"session_lifetime":1}', 'session_lifetime', '1'],
    ['{"session_lifetime_in_minutes":181}', 'session_lifetime', '3.0166666666666666'],
    ['{"session_lifetime":8760}', 'session_lifetime', '8760'],
    ['{"idle_session_lifetime":2}', 'idle_session_lifetime', '2'],
    ['{"idle_session_lifetime_in_minutes":15}', 'idle_session_lifetime', '0.25'],
    ['{"ephemeral_session_lifetime":2,"idle_ephemeral_session_lifetime_in_minutes":5}',
        'idle_ephemeral_session_lifetime', '0.08333333333333333'],
    ['{"ephemeral_session_lifetime_in_minutes":120}', 'ephemeral_session_lifetime', '2'],
    ['{"session_cookie":{"mode":"persistent"}}', 'session_cookie', '{"mode":"persistent"}'],
    ['{"sessions":{"oidc_logout_prompt_enabled":false}}', 'sessions',
        '{"oidc_logout_prompt_enabled":false}'],
    ['{"include_session_metadata_in_tenant_logs":true}',
        'include_session_metadata_in_tenant_logs', 'true'],
);
for my $row (@rows) {
    my ($body, $member, $printed) = @$row;
    $answer = patch($body, token => $token{rows});
    is $answer->status, 200, "PATCH $body";
    like $answer->body, qr/"\Q$member\E":\Q$printed\E[,}]/, "answers $printed";
    unlike $answer->body, qr/_in_minutes/, 'in hours';
}
$seen = json($answer);
is $seen->{session_lifetime}, 8760, 'what a PATCH leaves out stays';
is get(token => $token{rows})->body, $answer->body, 'GET says what PATCH did';
$answer = api($url, GET => 'tenants/settings?fields=session_lifetime,session_cookie', token => $token{rows});
is join(' ', sort keys %{ json($answer) }), 'session_cookie session_lifetime', 'fields';
$answer = api($url, GET => 'tenants/settings?fields=session_np&include_fields=false', token => $token{rows});
ok !json($answer)->{session_np} && json($answer)->{session_lifetime}, 'and all others';
ok !json(patch('{"session_cookie":null}', token => $token{rows}))->{session_cookie}, 'null unsets';
$answer = patch('session_lifetime=3', token => $token{rows},
    header => ['Content-Type: application/x-www-form-urlencoded']);
is json($answer)->{session_lifetime}, 3, 'a form does as well';
$answer = api($url, DELETE => 'tenants/settings?fields=session_lifetime', token => $token{rows});
is json($answer)->{session_lifetime}, 168, 'DELETE gives back the file\'s value';
is json($answer)->{idle_session_lifetime}, 0.25, 'of those that are named';
$seen = json(api($url, DELETE => 'tenants/settings', token => $token{rows}));
is_deeply $seen->{session_np}{overridden}, [], 'or of all';
is scalar(() = $log->lines(qr/NP0201: settings of tenant "default" changed by token "rows" from 127\.0\.0\.1/)),
    @rows + 4, 'every change is logged, in a line';
ok scalar($log->lines(qr/NP0201: .*: session_lifetime unset -> 60$/)), 'with before and after';

# --- errors -------------------------------------------------------------------

sub refused {
    my ($answer, $status, $code, $name) = @_;
    my $error = json($answer);
    is join(' ', $answer->status, $error->{statusCode} || 0, $error->{errorCode} || '-'),
        "$status $status $code", $name;
    return $error;
}

my %bad = (
    '{}' => 'nothing', '{"x":1}' => 'a member nobody knows', '{' => 'what is no JSON', '[]' => 'a list',
    '{"session_lifetime":0}' => 'zero', '{"session_lifetime":1.5}' => 'a fraction',
    '{"session_lifetime":8761}' => 'more than a year', '{"session_lifetime":null}' => 'null',
    '{"session_lifetime":"1"}' => 'a text', '{"idle_session_lifetime_in_minutes":525601}' => 'a minute more',
    '{"session_lifetime":1,"session_lifetime_in_minutes":60}' => 'hours and minutes of one',
    '{"session_cookie":{}}' => 'no mode', '{"session_cookie":{"mode":"x"}}' => 'another mode',
    '{"session_cookie":{"mode":"persistent","x":1}}' => 'something besides the mode',
);
refused(patch($_, token => $token{errors}), 400, 'invalid_body', "$bad{$_}: 400") for sort keys %bad;
like json(patch('{"session_lifetime":1.5}', token => $token{errors}))->{message},
    qr/Expected type integer but found type number.* on property session_lifetime/, 'which says what is wrong';
refused(api($url, GET => 'tenants/settings?fields=x', token => $token{errors}),
    400, 'invalid_query_string', 'a field nobody knows');
refused(api($url, GET => $_, token => $token{errors}), 404, '-', "no $_")
    for 'tenants', 'tenants/settings/x', 'tenants/settings/', 'tenants%2Fsettings', 'tenants/set%74ings/x';
$answer = api($url, POST => 'tenants/settings', token => $token{errors}, data => '{}');
refused($answer, 405, '-', 'POST');
like $answer->header('Allow'), qr/\bGET, HEAD, PATCH, DELETE\b/, 'with what is allowed';
is api($url, OPTIONS => 'tenants/settings', token => $token{errors})->status, 204, 'OPTIONS';
$answer = api($url, HEAD => 'tenants/settings', token => $token{errors});
is $answer->status, 200, 'HEAD';
refused(patch('{"session_lifetime":1}', token => $token{errors}, header => ['Content-Type: text/plain']),
    415, 'invalid_body', 'another type');
refused(patch(' ' x 65537, token => $token{errors}), 413, 'invalid_body', 'a body that is too long');
refused(patch(' ' x 70000, token => $token{errors}, header => ['Transfer-Encoding: chunked']),
    413, 'invalid_body', 'in chunks, too');

# As a client that dies
sub cut_off {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port)
        or die "connect: $!\n";
    print $socket "PATCH /api/v2/tenants/settings HTTP/1.1\r\nHost: localhost\r\n"
        . "Authorization: Bearer $token{errors}\r\nContent-Type: application/json\r\n"
        . "Content-Length: 200\r\n\r\n{\"session_lifetime\":5}";
    shutdown $socket, 1;
    local $/;
    return scalar <$socket>;
}
like cut_off(), qr{^HTTP/1\.1 400 }, 'a body that is cut off';
is_deeply settings($url, $token{errors})->{session_np}{overridden}, [], 'nothing of all that did anything';

# --- who may ------------------------------------------------------------------

refused(get(), 401, '-', 'nobody');
$answer = get(token => 'npt_' . 'A' x 43);
is_deeply refused($answer, 401, '-', 'a token that is none')->{attributes}, { error => 'Invalid token' },
    'as Auth0 words it';
like $answer->header('WWW-Authenticate'), qr/^Bearer\b/, 'with a challenge';
refused(get(token => "$token{rows}x"), 401, '-', 'a longer one');
refused(get(user => 'alice:secret'), 401, '-', 'a password where nobody asked for one');
my $error = refused(patch({ session_lifetime => 1 }, token => $token{reader}),
    403, 'insufficient_scope', 'a token for other things');
is $error->{message}, 'Insufficient scope, expected any of: update:tenant_settings', 'which says for what not';
is get(token => $token{reader})->status, 200, 'it may read';
refused(get(token => $token{stranger}), 403, 'insufficient_scope', 'another one may not');
my $brief = token($file, 'brief', expires => '1s');
ok wait_until(10, sub { get(token => $brief)->status == 401 }), 'a token that is over';
my $later = token($file, 'later');
is get(token => $later)->status, 200, 'one that was just made';
token_program('remove', $file, 'later');
refused(get(token => $later), 401, '-', 'and removed');
refused(api("$url/closed", GET => 'tenants/settings', token => $token{rows}), 401, '-',
    'a place that says nothing of who may');

# By a user of httpd's
my @alice = (user => 'alice:secret');
sub staff { my ($method, $data, @more) = @_; return api("$url/staff", $method => 'tenants/settings', @alice, defined $data ? (data => $data) : (), @more) }
is staff('GET')->status, 200, 'a user whom httpd has let in';
is api("$url/staff", GET => 'tenants/settings')->status, 401, 'and nobody else';
is staff(PATCH => '{"idle_session_lifetime":5}')->status, 200, 'he may change';
ok scalar($log->lines(qr/NP0201: .* changed by user "alice"/)), 'and is in the log';
refused(staff(PATCH => '{"session_lifetime":5}', header => ["Sec-Fetch-Site: $_"]), 403, 'cross_site', "from $_")
    for qw(cross-site same-site);
refused(staff(PATCH => '{"session_lifetime":5}', header => ['Origin: http://evil.example']), 403, 'cross_site',
    'by another Origin');
is staff(PATCH => '{"idle_session_lifetime":6}', header => ['Sec-Fetch-Site: same-origin'])->status, 200,
    'from a page of this origin';
refused(staff(PATCH => 'session_lifetime=5', header => ['Content-Type: application/x-www-form-urlencoded']),
    403, 'cross_site', 'a form that any page could send');
refused(staff('DELETE'), 403, 'cross_site', 'a DELETE that nobody wrote for it');
is staff(DELETE => undef, header => ['X-Requested-With: x'])->status, 200, 'and one that somebody did';
my $jar = cookie_jar();
curl("$url/basic/", @alice, jar => $jar);
refused(api("$url/open", GET => 'tenants/settings', jar => $jar), 401, '-',
    'a session where no Require asks for a user');

# --- in force -----------------------------------------------------------------

# In every child at once: each of thirty answers says so
sub everywhere {
    my ($test) = @_;
    return !grep { !$test->() } 1 .. 30;
}
sub team { my ($data) = @_; return api("$url/team", PATCH => 'tenants/settings', data => $data, token => $token{force}) }
is json(team({ session_lifetime => 2 }))->{session_np}{effective}{session_lifetime}, 120, 'the tenant of the place';
is settings($url, $token{force})->{session_lifetime}, 168, 'and no other';
$jar = cookie_jar();
$answer = curl("$url/basic/staff/", @alice, jar => $jar);
like $answer->cookie('team')->{line}, qr/Expires=/, 'a persistent session';
my $began = time;
ok everywhere(sub { curl("$url/status/staff", jar => $jar)->body =~ /"seconds_left":7[12]\d\d\b/ }),
    'lives as long as was set';
team({ session_lifetime_in_minutes => 1 });
ok everywhere(sub { curl("$url/status/staff", jar => $jar)->body =~ /"seconds_left":[1-6]?\d\b/ }),
    'a lower limit is in force in every child at once';
team({ session_lifetime => 8760, session_cookie => { mode => 'non-persistent' } });
is settings("$url/team", $token{force})->{session_lifetime}, 8760, 'above the plan\'s limit: shown as it was set';
is settings("$url/team", $token{force})->{session_np}{effective}{session_lifetime}, 43_200, 'and limited';
api("$url/team", DELETE => 'tenants/settings?fields=session_cookie', token => $token{force});
team({ ephemeral_session_lifetime => 2, session_cookie => { mode => 'non-persistent' } });
my $before = { jar_cookies($jar) }->{team}{value};
$answer = curl("$url/basic/staff/", jar => $jar);
is $answer->status, 200, 'another mode: the session goes on';
my $cookie = $answer->cookie('team');
ok $cookie, 'and its cookie is sent once more';
unlike $cookie->{line}, qr/Expires|Max-Age/, 'as one that the browser drops';
isnt $cookie->{value}, $before, 'with another id';
ok wait_until(10, sub { time - $began > 2.2 }), 'it is older than the file allows';
is curl("$url/basic/staff/", jar => $jar)->status, 200, 'and lives';
api("$url/team", DELETE => 'tenants/settings', token => $token{force});
ok everywhere(sub { curl("$url/status/staff", cookie => "team=$cookie->{value}")->body =~ /expired/ }),
    'with the file\'s value it is over, everywhere';

# --- restarts -----------------------------------------------------------------

patch({ session_lifetime_in_minutes => 77, session_cookie => { mode => 'persistent' } }, token => $token{life});
my $wanted = get(token => $token{life})->body;
$server->graceful;
is get(token => $token{life})->body, $wanted, 'a graceful restart keeps it';
$server->restart;
is get(token => $token{life})->body, $wanted, 'so does a restart';
$memcached->restart;
$server->restart;
is get(token => $token{life})->body, $wanted, 'with an empty store, too';
my $kept = $server->root . '/state/np/shared/settings';
is sprintf('%o', (stat $kept)[2] & 07777), '600', 'its file is ours alone';
$server->stop;
my $text = slurp($kept);
for my $damage ('', '{', substr($text, 0, length($text) / 2), "$text$text", $text =~ s/(?<="session_lifetime":)77/0/r) {
    spew($kept, $damage);
    eval { $server->start };
    like $@, qr/NP0001: .*settings: .*move it away/, 'a damaged file: httpd does not start, and says what to do';
    is slurp($kept), $damage, 'and leaves it';
}
is +($server->configtest)[0], 0, 'the configuration is right all the same';
spew($kept, $text);
$server->start;
is get(token => $token{life})->body, $wanted, 'and all is back with the file';

# --- a disk that does not write ------------------------------------------------

chmod 0500, $server->root . '/state/np/shared';
refused(patch({ session_lifetime => 1 }, token => $token{disk}), 500, 'settings_not_written', 'it cannot be written');
is get(token => $token{disk})->body, $wanted, 'and nothing has changed';
ok scalar($log->lines(qr/NP0202: .*settings cannot be written/)), 'it is logged';
chmod 0700, $server->root . '/state/np/shared';
is patch({ session_lifetime => 1 }, token => $token{disk})->status, 200, 'then it can';
my $key = spew(work_dir() . "/run/key.$$", '5a' x 32 . "\n");
chmod 0600, $key;
my $poor = site(server => "SessionNPKeyFile $key\nSessionNPStateDir \@root\@/none/at/all",
    keep_default_dir => 1, more => api_place($file));
ok scalar($poor->log->rewind->lines(qr/NP0208/)), 'no directory at all: httpd starts, and warns';
refused(api($poor->url, PATCH => 'tenants/settings', token => $token{disk}, data => '{"session_lifetime":1}'),
    500, 'settings_not_written', 'and changes nothing');

# --- more tenants than there is room for ----------------------------------------

my $crowd = join '', map { "<SessionNPTenant t$_>\nSessionNPHosts t$_.example.com\n</SessionNPTenant>\n" } 1 .. 1030;
my $crowded = site(more => $crowd . api_place($file));
my @warnings = $crowded->log->rewind->lines(qr/NP0211/);
is scalar(@warnings), 1, 'it is said in one line, whatever virtual hosts there are';
like $warnings[0], qr/: 7, "(?:t\d+|default)" among them; there is room for 1024$/, 'with their number';
my ($left_out) = $warnings[0] =~ /"(\w+)"/;
refused(api($crowded->url, PATCH => 'tenants/settings', token => $token{disk}, data => '{"session_lifetime":1}',
    header => ["Host: $left_out.example.com"]), 503, 'settings_not_written', 'one of them');
undef $crowded;

# --- two machines ---------------------------------------------------------------

my @both = map { site(store => 'memcache:' . $memcached->address, server => "SessionNPKeyFile $key",
    more => api_place($file)) } 1, 2;
sub takes_over {
    my ($from, $to, $hours) = @_;
    my $answer = api($from->url, PATCH => 'tenants/settings', token => $token{other},
        data => { session_lifetime => $hours });
    my $began = time;
    wait_until(30, sub { sleep 0.1; (settings($to->url, $token{other})->{session_lifetime} || 0) == $hours }) or return 99;
    return time - $began;
}
# The shortest time of three, where the first was not short: this machine may be slow
sub soonest {
    my ($from, $to, @hours) = @_;
    my $seconds = 99;
    $seconds >= 5 and $seconds = min($seconds, takes_over($from, $to, $_)) for @hours;
    return $seconds;
}
cmp_ok soonest(@both, 11, 21, 31), '<', 5, 'another machine takes over what was set';
cmp_ok soonest(reverse(@both), 12, 22, 32), '<', 5, 'and back';
$both[1]->stop;
takes_over($both[0], $both[0], 13);
$both[1]->start;
ok wait_until(30, sub { (settings($both[1]->url, $token{other})->{session_lifetime} || 0) == 13 }),
    'one that was away learns of it';
ok wait_until(30, sub { slurp($both[1]->root . '/state/np/shared/settings') =~ /:780\b/ }),
    'and keeps it';
$memcached->ask("set $_ 0 0 4\r\njunk") for grep { /^np-settings/ } keys %{ { $memcached->items } };
ok wait_until(30, sub { grep { $_->log->rewind->lines(qr/NP0206/) } @both }), 'who writes into the store is not believed';
is settings($both[1]->url, $token{other})->{session_lifetime}, 13, 'and changes nothing';
ok wait_until(30, sub { !grep { $_ eq 'junk' } values %{ { $memcached->items } } }), 'it is written over';

# --- too many --------------------------------------------------------------------

$answer = get(token => $token{limit});
is $answer->header('X-RateLimit-Limit'), 50, 'the rate is told';
cmp_ok abs($answer->header('X-RateLimit-Reset') - time), '<', 5, 'and when there is more';
# So many requests on one connection: how often each status came
sub hammer {
    my ($token, $count) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port)
        or die "connect: $!\n";
    my $request = "GET /api/v2/tenants/settings HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer $token\r\n";
    print $socket "$request\r\n" x ($count - 1), "${request}Connection: close\r\n\r\n";
    local $/;
    my $all = <$socket>;
    my %count;
    $count{$_}++ for $all =~ m{HTTP/1\.1 (\d+) }g;
    return ($all, %count);
}
my ($all, %count) = hammer($token{limit}, 99);
like $all, qr/"statusCode":429.*"errorCode":"too_many_requests"/, 'too many at once';
cmp_ok $count{200}, '>=', 49, 'after fifty';
like $all, qr/X-RateLimit-Remaining: 0\r.*Retry-After: \d/s, 'none is left';
is get(token => $token{reader})->status, 200, 'of this token only';
ok wait_until(5, sub { get(token => $token{limit})->status == 200 }), 'and again soon';
my $refused = 0;
for (1 .. 100) {
    $refused = get(token => 'npt_x')->status;
    last if $refused == 429;
}
is $refused, 429, 'who has no token is stopped after a while';
is get(token => $token{reader})->status, 200, 'and nobody else is';

# --- the file of tokens, and what is written down ---------------------------------

my $said = slurp($server->root . '/logs/access') . join "\n", $log->rewind->lines;
is scalar(grep { index($said, substr $_, 4, 20) >= 0 } values %token), 0, 'no token is in a log';
my %wrong = (
    'is open to other users' => sub { chmod 0644, $_[0] },
    'line 1: nothing follows the name' => sub { spew($_[0], "x\n") },
    'cannot be opened' => sub { unlink $_[0] },
);
for my $why (sort keys %wrong) {
    my $broken = token_file();
    my $config = site(more => api_place($broken), start => 0);
    $wrong{$why}->($broken);
    my ($status, $output) = $config->configtest;
    isnt $status, 0, "$why: httpd does not start";
    like $output, qr/SessionNPTokenFile \(line \d+ of .*$why/, 'and says why';
}

# --- session-np-token --------------------------------------------------------------

my $tokens = token_file();
my ($rc, $output, $complaint) = token_program('add', $tokens, 'one', '--scope', 'read:sessions', '--expires', '2h');
is $rc, 0, 'a token is made';
like $output, qr/^npt_[\w-]{43}\n\z/, 'and shown';
is index(slurp($tokens), substr $output, 4, 20), -1, 'and is not in the file';
is sprintf('%o', (stat $tokens)[2] & 07777), '600', 'which is still closed';
($rc, $output, $complaint) = token_program('add', $tokens, 'one', '--scope', 'read:sessions');
like "$rc $complaint", qr/^1 .* has a token "one" already: remove it first/, 'no second one of a name';
($rc, $output, $complaint) = token_program('add', $tokens, 'two', '--scope', 'read:everything');
like "$rc $complaint", qr/^1 .*the scopes are read:tenant_settings/, 'nor for what is no scope';
($rc, $output) = token_program('list', $tokens);
like $output, qr/^one\n  read:sessions\n  made .*Z, expires .*Z\n\z/, 'the list';
like +(token_program('remove', $tokens, 'two'))[2], qr/no token "two"/, 'what is not there is not removed';
