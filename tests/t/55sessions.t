# SPDX-License-Identifier: Apache-2.0
# Sessions by the management API: looked at, described, ended; and a user whose
# sessions all end, whatever is left of the list of them.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use File::Copy qw(copy);
use NP::Api;
use NP::App;
use NP::Test;
use NP::Site;

plan tests => 66, need need_module('session_np');

my $file = token_file();
my $token = token($file, 'all');
my %weak = map { ($_ => token($file, $_ =~ tr/:/-/r, scope => $_)) } qw(read:sessions delete:sessions);
my $memcached = start_memcached();
my %option = (store => 'memcache:' . $memcached->address,
    server => 'AllowEncodedSlashes NoDecode',
    more => api_place($file) . api_place($file, "SessionNPTenant team\n", '/team') . app_conf('/trusted') . <<'CONF');
<SessionNPTenant team>
  SessionNPCookieName session team
  SessionNPCookieName device teamdid
</SessionNPTenant>
<Location /trusted>
  SessionNP On
  SessionNPTrustBackend On
</Location>
CONF
my $server = site(%option);
my ($url, $log) = ($server->url, $server->log);

sub ask { my ($method, $path, @more) = @_; return api($url, $method => $path, token => $token, @more) }

# Log in, and learn the session's id: (id, jar)
sub log_in {
    my ($user, @more) = @_;
    my $jar = cookie_jar();
    curl("$url/trusted/cgi" . speak(say => ["Session-NP-Login: $user"]), jar => $jar, @more);
    my ($id) = scalar((app_state($url, $jar))[1]) =~ /"id":"([\w-]+)"/;
    return ($id, $jar);
}

# A jar as it is now: a browser that finds its session ended loses the cookie
sub copy_of {
    my ($jar) = @_;
    my $copy = cookie_jar();
    copy($jar, $copy) or die "$jar: $!\n";
    return $copy;
}

sub ids { return map { $_->{id} } @{ json($_[0])->{sessions} } }

# --- one ---------------------------------------------------------------------

my ($id, $jar) = log_in('auth0|a/b c', args => ['-A', 'Browser/1']);
my $answer = ask(GET => "sessions/$id");
is $answer->status, 200, 'a session is found';
my $seen = json($answer);
is $seen->{id}, $id, 'its id';
is $seen->{user_id}, 'auth0|a/b c', 'its user';
is $seen->{device}{initial_user_agent}, 'Browser/1', 'the browser';
is $seen->{device}{initial_ip}, '127.0.0.1', 'the address';
is ask(GET => 'sessions/' . 'A' x 22)->status, 404, 'another id is none';
is ask(GET => 'sessions/nonsense')->status, 404, 'nor is nonsense';
is ask(GET => 'sessions/' . 'A' x 51)->status, 400, 'one that is too long is refused';
is api($url, GET => "sessions/$id", token => $weak{'delete:sessions'})->status, 403, 'who may not read does not';
is curl("$url/team/api/v2/sessions/$id", header => ["Authorization: Bearer $token"])->status, 404,
    'another tenant does not see it';

# Metadata
$answer = ask(PATCH => "sessions/$id", data => { session_metadata => { plan => 'gold' } });
is $answer->status, 200, 'metadata are taken';
is_deeply json($answer)->{session_metadata}, { plan => 'gold' }, 'and shown';
curl("$url/trusted/cgi" . speak(say => ['Session-NP-MFA: otp']), jar => $jar);
$seen = json(ask(GET => "sessions/$id"));
is_deeply $seen->{session_metadata}, { plan => 'gold' }, 'they stay over a new id';
is scalar @{ $seen->{authentication}{methods} }, 2, 'which has the second factor';
is ask(PATCH => "sessions/$id", data => { session_metadata => undef })->status, 200, 'null takes them away';
ok !json(ask(GET => "sessions/$id"))->{session_metadata}, 'and they are gone';
is ask(PATCH => "sessions/$id", data => {})->status, 400, 'nothing is no metadata';
is ask(PATCH => 'sessions/' . 'A' x 22, data => { session_metadata => {} })->status, 404, 'nor has nobody any';
is api($url, PATCH => "sessions/$id", token => $weak{'read:sessions'}, data => {})->status, 403, 'who may not write does not';
is app_state($url, $jar), 'live', 'the browser has noticed nothing';

# Its end
$log->mark;
$answer = ask(DELETE => "sessions/$id");
is $answer->status, 202, 'it is deleted';
is $answer->body, '{}', 'without many words';
is app_state($url, $jar), 'ended', 'its browser finds it ended';
is scalar(() = $log->lines(qr/NP0213.*$id.*token "all" from 127/)), 1, 'it is logged, and who did it';
is ask(GET => "sessions/$id")->status, 404, 'it is not found any more';
is ask(DELETE => "sessions/$id")->status, 202, 'to delete it once more is success';
is ask(POST => "sessions/$id/revoke")->status, 404, 'to revoke it is not';
($id, $jar) = log_in('bob');
is api($url, POST => "sessions/$id/revoke", token => $weak{'delete:sessions'})->status, 403, 'to revoke needs both scopes';
$answer = ask(POST => "sessions/$id/revoke");
is $answer->status, 202, 'with them it is revoked';
is app_state($url, $jar), 'ended', 'and over';

# --- all of a user -----------------------------------------------------------

my (@ids, @jars);
for (0 .. 4) {
    ($ids[$_], $jars[$_]) = log_in('auth0|a/b c');
}
my $path = 'users/auth0%7Ca%2Fb%20c/sessions';
$answer = ask(GET => "$path?include_totals=true&take=50");
is $answer->status, 200, 'his sessions are listed';
is_deeply [ids($answer)], [reverse @ids], 'the newest first';
is json($answer)->{next}, undef, 'on one page';
my ($from, @listed) = ('');
for my $page (1 .. 3) {
    $answer = ask(GET => "$path?take=2" . ($from ? "&from=$from" : ''));
    push @listed, ids($answer);
    $from = json($answer)->{next};
    is !!$from, $page < 3, "page $page" . ($page < 3 ? ' names the next' : ' is the last');
    ask(DELETE => "sessions/$ids[3]") if $page == 1;
}
is_deeply \@listed, [reverse @ids], 'each is listed once, though one ends meanwhile';
is_deeply [ids(ask(GET => $path))], [@ids[4, 2, 1, 0]], 'and not any more after that';
is ask(GET => "$path?take=101")->status, 400, 'too many for a page';
is ask(GET => "$path?from=nonsense")->status, 400, 'a position that is none';
$answer = ask(GET => 'users/nobody/sessions');
is $answer->body, '{"sessions":[]}', 'who has none has an empty list';
is json(curl("$url/team/api/v2/$path", header => ["Authorization: Bearer $token"]))->{sessions}[0], undef,
    'so has he of another tenant';

# The list is lost, and the sessions end all the same
my @lists = grep { /^u-/ } keys %{ +{ $memcached->items } };
$memcached->delete_key($_) for @lists;
is_deeply [ids(ask(GET => $path))], [], 'a list that was lost names none';
my ($bobs, $bob) = log_in('bob');
$log->mark;
is ask(DELETE => $path)->status, 202, 'all are deleted';
is scalar(() = $log->lines(qr/NP0214.*"auth0\|a\/b c".*token "all"/)), 1, 'that is logged';
is app_state($url, $jars[$_]), 'ended', "session $_ is over" for 0, 1, 2, 4;
is scalar(() = $log->lines(qr/NP0130/)), 4, 'and was buried';
is app_state($url, $bob), 'live', 'others live on';
my ($new, $again) = log_in('auth0|a/b c');
is app_state($url, $again), 'live', 'he may log in again';

# What was kept before the end does not come back, after a restart neither
($id, $jar) = log_in('carol');
my %before = $memcached->items;

sub put_back {
    $memcached->delete_key($_) for grep { /^x/ } keys %{ +{ $memcached->items } };
    for my $key (grep { /^s-/ } keys %before) {
        $memcached->ask("set $key 0 0 " . length($before{$key}) . "\r\n$before{$key}");
    }
    return;
}

is ask(DELETE => 'users/carol/sessions')->status, 202, "carol's sessions end";
put_back();
is app_state($url, copy_of($jar)), 'ended', 'a record that somebody has put back is over';
put_back();
ok -s $server->root . '/state/np/shared/revocations', 'it is written down';
$server->stop;
$memcached->delete_key('np-revocations');
$server->start;
is app_state($url, copy_of($jar)), 'ended', 'also after a restart';
is app_state($url, $again), 'live', 'and the others live';

# Another machine, which learns of it by the store
my $other = site(store => $option{store},
    server => 'SessionNPKeyFile ' . $server->root . '/state/np/record.key');
($id, $jar) = log_in('dave');
is app_state($other->url, $jar), 'live', 'another machine with the same keys knows the session';
my %daves = map { ($_ => 1) } grep { /^u-/ } keys %{ +{ $memcached->items } };
$memcached->delete_key($_) for keys %daves;
ask(DELETE => 'users/dave/sessions');
ok wait_until(15, sub { app_state($other->url, copy_of($jar)) eq 'ended' }), 'and in a moment that it is over';

# --- no store ----------------------------------------------------------------

($id, $jar) = log_in('erin');
$server->patience('250ms');
$memcached->pause;
is ask(GET => "sessions/$id")->status, 503, 'no store: nothing is known of a session';
is ask(GET => 'users/erin/sessions')->status, 503, 'nor of a user';
is ask(DELETE => "sessions/$id")->status, 503, 'none is ended';
is ask(PATCH => "sessions/$id", data => { session_metadata => { a => 'b' } })->status, 503, 'nor described';
is ask(DELETE => 'users/erin/sessions')->status, 202, 'but all of a user are';
$memcached->resume;
$server->patience;
my $state;
ok wait_until(20, sub { ($state = app_state($url, copy_of($jar))) ne 'unavailable' }), 'when it is back';
is $state, 'ended', 'they are over';
