# SPDX-License-Identifier: Apache-2.0
# mod_session's own sessions live in ours: what it documents holds, concurrent
# requests lose nothing, and other providers keep their places.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::App;
use NP::Run qw(spawn);
use NP::Test;
use NP::Site;

use constant AT_ONCE => 12;
plan tests => 57, need need_module('session_np'), need_module('session'), need_module('session_cookie');

my $memcached = start_memcached();
my $conf = <<'CONF';
<Location /kept>
  SessionNP On
  Session On
  SessionEnv On
  SessionHeader X-Session
</Location>
<Location /kept/hidden>
  SessionEnv Off
</Location>
<Location /off>
  SessionNP On
  SessionEnv On
  SessionHeader X-Session
</Location>
<Location /chosen>
  SessionNP On
  Session On
  SessionEnv On
  SessionHeader X-Session
  SessionInclude /chosen/in
  SessionExclude /chosen/in/no
</Location>
<Location /lazy>
  SessionNP On
  Session On
  SessionEnv On
  SessionHeader X-Session
  SessionMaxAge 100
  SessionExpiryUpdateInterval 60
</Location>
<Location /aged>
  SessionNP On
  Session On
  SessionEnv On
  SessionHeader X-Session
  SessionMaxAge 2
</Location>
<Location /voice>
  SessionNP On
  SessionNPTrustBackend On
</Location>
<Location /foreign>
  Session On
  SessionEnv On
  SessionHeader X-Session
  SessionCookieName theirs path=/
</Location>
CONF
$conf .= "ScriptAlias /$_/speak \@work\@/t/apps/speak.cgi\n" for qw(kept kept/hidden aged foreign voice off chosen chosen/in chosen/in/no lazy);
$conf .= "<Directory \@work\@/t/apps>\n  Require all granted\n</Directory>\n";
$conf .= "ScriptAlias /$_/env \@htdocs\@/env\n" for qw(kept kept/hidden aged foreign off chosen chosen/in chosen/in/no lazy);
# (twelve at once wait for each other)
my $server = site(store => 'memcache:' . $memcached->address, more => $conf, patience => '10s');
my $url = $server->url;
my $log = $server->log;

sub names { return join ' ', map { $_->{name} } $_[0]->cookies }
sub put { my ($jar, $text, $place) = @_; return curl("$url/" . ($place || 'kept') . speak(say => ["X-Session: $text"]), jar => $jar) }
sub entries {
    my ($jar, $place) = @_;
    my ($text) = curl("$url/" . ($place || 'kept') . '/env', jar => $jar)->body =~ /^HTTP_SESSION=(.*)$/m;
    return join '&', sort split /&/, defined $text ? $text : '';
}
sub logged_in { my $jar = cookie_jar(); curl("$url/basic/", jar => $jar, user => "$_[0]:secret"); return $jar }

# Before a login there is no session
my $nobody = cookie_jar();
my $answer = put($nobody, 'a=1');
is $answer->status . names($answer), '200', 'a visitor gets no cookie';
is_deeply { $memcached->items }, {}, 'and the store nothing';
is scalar(() = $log->lines(qr/NP0123/)), 1, 'and the log says so';
is entries($nobody), '', 'there is nothing the next time';

# Kept in the session of a user
my $jar = logged_in('alice');
is entries($jar), '', 'at first there is nothing';
my $asked = $memcached->counts_during(sub { curl("$url/kept/env", jar => $jar) });
is_deeply $asked, { get => 1 }, 'which costs no write';
$answer = put($jar, 'cart=tea+pot&count=2');
is names($answer), '', 'entries are kept without a cookie of their own';
is entries($jar), 'cart=tea+pot&count=2', 'and are there the next time';
is entries($jar, 'kept/hidden'), '', 'SessionEnv Off hides them';
$asked = $memcached->counts_during(sub { curl("$url/kept/env", jar => $jar) });
is_deeply $asked, { get => 1 }, 'to read them costs one read and no write';
put($jar, 'count=3');
is entries($jar), 'cart=tea+pot&count=3', 'one is changed';
put($jar, 'cart=');
is entries($jar), 'count=3', 'one is taken out';
put($jar, 'odd%20name%3d%26=%00%ff&x=y');
like entries($jar), qr/^count=3&/, 'odd names do no harm';
my %items = $memcached->items;
is scalar(grep { /count|tea/ } %items), 0, 'the store cannot read them';
is scalar(grep { /^l/ } keys %items), 0, 'no lock is left';

# Theirs, and nobody else's
my $bob = logged_in('bob');
is entries($bob), '', 'another session has none of them';
put($bob, 'bob=1');
is entries($bob), 'bob=1', 'but its own';
unlike entries($jar), qr/bob/, 'and the first none of those';

# Over a new id, not over a login or a logout
curl("$url/voice" . speak(say => ['Session-NP-MFA: otp']), jar => $jar);
like entries($jar), qr/count=3/, 'a step-up takes them along';
curl("$url/voice" . speak(say => ['Session-NP-Login: alice']), jar => $jar);
is entries($jar), '', 'a login does not';
put($jar, 'again=1');
my $cookie = { jar_cookies($jar) }->{auth0}{value};
curl("$url/logout", jar => $jar, method => 'POST');
is curl("$url/kept/env", cookie => "auth0=$cookie")->body =~ /again/ ? 1 : 0, 0, 'nor a logout';

# Emptied: the session is over
$jar = logged_in('alice');
put($jar, 'only=1');
$answer = put($jar, 'only=');
is $answer->header('Clear-Site-Data'), '"cache", "storage"', 'an emptied session is a logout';
is app_state($url, $jar), 'ended', 'and is over';

# Many at once
curl("$url/basic/", jar => $jar, user => 'alice:secret') for 1 .. 2;
put($jar, 'base=0');
$cookie = { jar_cookies($jar) }->{auth0}{value};
for my $round (1 .. 3) {
    my @pids = map {
        spawn(work_dir() . "/run/session.$_", command => ['curl', '-s', '--noproxy', '*', '-o', '/dev/null',
            '-w', '%{http_code}', '-H', "Cookie: auth0=$cookie",
            "$url/kept" . speak(say => ["X-Session: k$round-$_=1"])])
    } 1 .. AT_ONCE;
    waitpid $_, 0 for @pids;
    my $kept = () = entries($jar) =~ /k$round-\d+=1/g;
    is $kept, AT_ONCE, 'requests at once lose nothing of each other';
}

# A logout wins over whoever writes
for my $round (1 .. 3) {
    my $racer = logged_in('alice');
    put($racer, 'base=0');
    my $value = { jar_cookies($racer) }->{auth0}{value};
    my @pids = map {
        my $target = $_ == 4 ? '/logout' : '/kept' . speak(say => ["X-Session: k$_=1"]);
        spawn(work_dir() . '/run/race', command => ['curl', '-s', '--noproxy', '*', '-o', '/dev/null',
            $_ == 4 ? ('-X', 'POST') : (), '-H', "Cookie: auth0=$value", "$url$target"])
    } 1 .. 8;
    waitpid $_, 0 for @pids;
    is app_state($url, $racer), 'ended', 'what ended stays ended';
}

# SessionMaxAge: as mod_session has it
$jar = logged_in('alice');
put($jar, 'old=1', 'aged');
like entries($jar, 'aged'), qr/old=1/, 'SessionMaxAge: fresh entries are there';
select undef, undef, undef, 2.2;
unlike entries($jar, 'aged'), qr/old=1/, 'later they are not';
put($jar, 'new=1', 'aged');
like entries($jar, 'aged'), qr/new=1/, 'new ones may be written';
is app_state($url, $jar), 'live', 'our session goes on';

# Where there is none, and where it is left alone
$jar = logged_in('alice');
put($jar, 'a=1');
is entries($jar, 'off'), '', 'Session Off: nothing to read';
put($jar, 'b=2', 'off');
is entries($jar), 'a=1', 'nor to write';
is entries($jar, $_), '', "$_: left out" for qw(chosen chosen/in/no);
is entries($jar, 'chosen/in'), 'a=1', 'SessionInclude takes it in';
put($jar, 'c=3', 'chosen/in/no');
is entries($jar), 'a=1', 'SessionExclude leaves it alone';
put($jar, 'd=4', 'lazy');
like entries($jar, 'lazy'), qr/^a=1&d=4&expiry=\d+$|^a=1&d=4$/, 'SessionExpiryUpdateInterval: entries are kept';
$asked = $memcached->counts_during(sub { entries($jar, 'lazy') });
is_deeply $asked, { get => 1 }, 'and the expiry is not written each time';
put($jar, 'd=5', 'lazy');
like entries($jar, 'lazy'), qr/d=5/, 'but what changes is';

# Elsewhere the others go on
my $foreign = cookie_jar();
$answer = put($foreign, 'a=1', 'foreign');
is names($answer), 'theirs', 'where SessionNP is Off, mod_session_cookie keeps its sessions';
is entries($foreign, 'foreign'), 'a=1', 'as ever';

# Too much
$jar = logged_in('alice');
put($jar, 'some=1');
put($jar, "big$_=" . 'x' x 7000) for 1 .. 10;
like entries($jar), qr/some=1/, 'more than 60 KB: what was there stays';
is scalar(() = entries($jar) =~ /big/g), 8, 'as much as there is room for';
is scalar(() = $log->lines(qr/NP0124/)), 2, 'the log tells of the others';

# No store
$jar = logged_in('alice');
$server->patience('250ms');
$memcached->pause;
is put($jar, 'lost=1')->status, 200, 'without a store there is no session to write';
$memcached->resume;

# Any load order, and without mod_session
my $order = sub {
    my (@modules) = @_;
    my $text = "SessionNPStore memcache:" . $memcached->address . "\n$conf";
    $text =~ s/^\s*Session(?!NP)\w*[ ].*\n//gm if !grep { $_ eq 'session' } @modules;
    $text =~ s/^\s*SessionCookieName.*\n//m if !grep { $_ eq 'session_cookie' } @modules;
    return $text;
};
for my $case ([qw(session_np session session_cookie)], [qw(session session_np)], [qw(session_np)]) {
    my @modules = (@$case, qw(authn_core authn_file authz_user auth_basic alias mime dir env cgid cgi));
    my $other = eval { httpd(modules => \@modules, conf => $order->(@modules)) };
    ok $other, "loaded: @$case" or diag $@;
    next if !$other;
    is scalar(() = $other->log->rewind->lines(qr/AH0181[56]|AH0182[12]/)), 0, 'and nothing to complain of';
    is curl($other->url . '/kept' . speak())->status, 200, 'it serves';
}
