# SPDX-License-Identifier: Apache-2.0
# SessionNPBrowserRun: the key of a browser's run, by HTTP and without a browser.
# What pages say, and when, is in 58run_pages.t.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Key;
use NP::Run qw(spawn take_port);
use NP::Test;
use NP::Site;
use Time::HiRes qw(time);

plan tests => 119, need need_module('session_np'), need_module('proxy_http'),
    need_module('rewrite');

# A backend that shows what it is asked
my $echo = <<'APP';
use IO::Socket::INET;
my $listener = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1',
    LocalPort => shift, ReuseAddr => 1) or die "listen: $!\n";
while (my $client = $listener->accept) {
    my $text = '';
    while (defined(my $line = <$client>)) { last if $line eq "\r\n"; $text .= $line }
    my %challenge = (ask => 'basic realm=x', next => "Bearer\r\nWWW-Authenticate: Basic realm=x",
        list => 'Bearer realm="a, b", Basic realm=x', token => 'Bearer realm="a, Basic b"');
    my ($name) = $text =~ m{^GET /(\w+)};
    my $status = $challenge{$name // ''} ? "401 No\r\nWWW-Authenticate: $challenge{$name}" : '200 OK';
    print $client "HTTP/1.1 $status\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nECHO $text";
}
APP
my $port = take_port();
spawn(work_dir() . '/run/echo.log', command => [$^X, '-e', $echo, $port]);

# Says to httpd what stands in the query
my $say = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n'\n"
    . "test -z \"\$QUERY_STRING\" || printf \"\$(echo \"\$QUERY_STRING\" | sed 's/%20/ /g;s/&/\\\\n/g;s/=/: /g')\\\\n\"\n"
    . "printf '\\nsaid\\n'\n";
my $lua = spew(work_dir() . '/run/who.lua',
    "function who(r)\n  r.user = 'carol'\n  return apache2.OK\nend\n");
sub tenant {
    my ($name, $path) = @_;
    return "<SessionNPTenant $name>\n  SessionNPCookieName session np_$name\n"
        . "  SessionNPCookiePath $path\n</SessionNPTenant>\n";
}
sub place {
    my ($name, $mode, $more) = @_;
    return "<Location /$name/>\n  SessionNP On\n  SessionNPTenant $name\n"
        . "  SessionNPTrustBackend On\n  SessionNPBrowserRun $mode\n"
        . "  SessionNPBrowserRunTimer skew 1s\n"
        . "  SessionNPBrowserRunTimer claim 1h\n  CGIPassAuth On\n$more</Location>\n";
}
my $memcached = start_memcached();
my $server = site(also => ['lua'], store => 'memcache:' . $memcached->address,
    server => "LogLevel trace8\n"
        . "CustomLog \@root\@/logs/access_log \"%r %>s %{Location}o %{Authorization}i\"\n",
    more => tenant('a', '/a/') . tenant('b', '/b/') . tenant('l', '/l/') . tenant('x', '/x/') . tenant('still', '/free/still/')
        . place('a', 'require', '') . place('b', 'require', '')
        . place('x', 'prefer', "  ProxyPass http://127.0.0.1:$port/\n")
        . place('l', 'require', "  SessionNPBrowserRunKey login\n") . <<"CONF",
<Location /a/app>
  AuthType SessionNP
  SessionNPLoginURL /free/login
</Location>
<LocationMatch "^/(a|b|l|free)/say">
  SetHandler cgi-script
</LocationMatch>
<LocationMatch "^/(a|b|free)/env">
  SetHandler cgi-script
  CGIPassAuth On
</LocationMatch>
<Location /l/who>
  AuthType CAS
  AuthName who
  Require valid-user
  LuaHookCheckUserID $lua who early
</Location>
<Directory "\@htdocs\@/b/basic">
  AuthType Basic
  AuthName b
  Require valid-user
</Directory>
<Location /l/off>
  SessionNPBrowserRun off
</Location>
<Location /a/soft>
  SessionNPBrowserRun prefer
</Location>
<Location /a/hard>
  SessionNPBrowserRunTimer claim 1s
  AuthType SessionNP
  Require valid-user
</Location>
<Directory "\@htdocs\@/a/soft">
  RewriteEngine On
  RewriteRule ".*" "/a/hard/index.html" [L]
</Directory>
<Location /free/still>
  SessionNP On
  SessionNPTenant still
  SessionNPStillThere 60s
</Location>
RewriteEngine On
RewriteRule "^/x/\\.np" "-" [F]
CONF
    files => { map({ ("$_/say" => $say) } qw(a b l)),
        map({ ("$_/env" => "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nenv | sort\n") } qw(a b free)),
        'a/index.html' => 'a', 'a/app/index.html' => 'app', 'a/pic.txt' => 'pic', 'b/index.html' => 'b', 'b/basic/index.html' => 'b',
        'a/soft/x' => 'x', 'a/hard/index.html' => 'hard', 'l/index.html' => 'l', 'l/who/index.html' => 'who', 'l/off/index.html' => 'off',
        'free/still' => 'x' });
my $url = $server->url;
my $log = $server->log;

sub escape {
    my ($text) = @_;
    $text =~ s/([^\w.~-])/sprintf '%%%02X', ord $1/ge;
    return $text;
}

# A browser that has logged in at /NAME/say
sub browser {
    my ($name, %option) = @_;
    my $run = NP::Key->new(url => $url, path => "/$name/", jar => cookie_jar());
    $run->{answer} = $run->get("/$name/say?Session-NP-Login=alice", %option) if !$option{anonymous};
    return $run;
}

# One whose run has its key, and whose requests under way are through
sub bound {
    my ($name) = @_;
    my $run = browser($name);
    $run->hello('p1');
    $run->seed;
    return $run;
}
sub is_past_skew {
    my ($run) = @_;
    return wait_until(10, sub { $run->get("$run->{path}.np/s", key => 0)->body =~ /none/ });
}

# No key yet
my $run = browser('a');
is $run->visit('/a/index.html')->body, 'a', 'the first page needs no key';
is $run->get('/a/.np-seed', key => 0)->status, 403, 'nothing to be bound';
my $answer = $run->hello('p1');
is $answer->status, 200, 'hello';
like $answer->body, qr/^\{"k":"[\w-]{43}"\}$/, 'is answered with a key';
is $answer->header('Cache-Control'), 'no-store', 'which nobody stores';
is scalar($answer->cookies), 0, 'and no cookie';
is $run->hello('p1')->body, $answer->body, 'the same again, if the answer was lost';

# Who may speak
my $e = '/a/.np/e?p=' . $run->page('p1') . '&e=';
is $run->get($e . 'hello')->status, 405, 'only by POST';
is $run->say('hello', 'p1', header => [])->status, 403, 'only with X-NP';
is $run->say('hello', 'p1', header => ['X-NP: 1', "Sec-Fetch-Site: $_"])->status, 403, "not $_"
    for qw(same-site cross-site none);
is $run->say('hello', 'p1', header => ['X-NP: 1', 'Origin: http://evil.example'])->status, 403,
    'nor from another origin';
is $run->say('hello', 'p1', header => ['X-NP: 1', "Origin: $url"])->status, 200, 'but from this one';
is $run->say('bye', 'p0', header => ['Sec-Fetch-Site: same-site'])->status, 403, 'a beacon neither';
is $run->say('bye', 'p0', header => ['Sec-Fetch-Site: same-origin'], data => 'x')->status, 204,
    'it needs no X-NP';
is $run->get($e . 'dance', method => 'POST', header => ['X-NP: 1'])->status, 400, 'no such word';
is $run->get("/a/.np/e?e=hello&p=$_", method => 'POST', header => ['X-NP: 1'])->status, 400,
    'page id of ' . length for 'a' x 15, 'a' x 44, 'a' x 15 . '!';
is browser('a', anonymous => 1)->say('hello', 'p1')->status, 410, 'without a session it is over';

# The key is bound
$answer = $run->get('/a/.np-seed', key => 0);
is $answer->status, 401, 'the challenge';
like $answer->header('WWW-Authenticate'),
    qr{^Digest realm="np /a/", domain="/a/", nonce="[\w-]{22}", algorithm=SHA-256, qop="auth"$}, 'by Digest';
$run->listen($answer);
is $run->get('/a/.np-seed', other => { key => 'wrong' })->status, 403, 'a wrong key';
$answer = $run->get('/a/.np-seed', other => { nonce => 'old' });
is $answer->status, 401, 'the key by another nonce';
like $answer->header('WWW-Authenticate'), qr/stale=true/, 'is only stale';
$answer = $run->get('/a/.np-seed', other => { nonce => 'old', key => 'old' });
is $answer->status, 401, 'the key of another session';
unlike $answer->header('WWW-Authenticate'), qr/stale/, 'is another';
like $run->hello('p1', key => 0)->body, qr/"k"/, 'none of them has bound it';
# (all within that second: where this machine was too slow, with another browser)
my ($seeded, $said, $under_way);
for (1 .. 10) {
    my $began = time;
    $seeded = curl("$url/a/.np-seed", jar => $run->{jar}, digest => 1, user => 'np:' . $run->key);
    $said = $run->hello('p1');
    $under_way = $run->visit('/a/index.html', key => 0);
    last if time - $began < 0.8;
    $run = browser('a');
    $run->hello('p1');
    $run->listen($run->get('/a/.np-seed', key => 0));
}
my $lost = () = $log->lines(qr/NP0131.*user "alice", tenant "a"/);
is $seeded->status, 200, 'curl has it bound, too';
is $seeded->header('Cache-Control'), 'no-store', 'which is not stored';
is $said->body, "{}\n", 'then nobody gets it any more';
is $said->header('Cache-Control'), 'no-cache', 'and browsers may keep the page for "back"';
is $under_way->status, 200, 'requests under way are served';
ok is_past_skew($run), 'for a second';

# With it and without it
is $run->visit('/a/index.html')->body, 'a', 'with the key';
$answer = $run->get('/a/app/index.html', key => 0);
is $answer->status, 401, 'a part of a page without it';
like $answer->body, qr/"reason":"none"/, 'finds no session';
unlike $answer->header('WWW-Authenticate') || '', qr/Digest/, 'nobody is asked for a password';
is scalar($answer->cookies), 0, 'the cookie stays';
is $run->get('/a/app/index.html', other => $_)->status, 401, 'nor with ' . join ' ', %$_
    for { key => 'wrong' }, { nonce => 'other' }, { uri => '/a/' }, { realm => 'np /b/' },
        { algorithm => 'MD5' }, { qop => 'auth-int' }, { nc => '1' };
is $run->get('/a/app/index.html', method => 'POST', other => { uri => '/a/app/' })->status, 401,
    'nor for another request';
is $run->say('hide', 'p1', key => 0)->status, 403, 'nor by what pages say';
is $run->get('/a/.np/s', key => 0)->body, "{\"state\":\"none\"}\n", 'nor by the status';
is $run->get('/a/app/index.html')->status, 200, 'the session lives on';
like $run->get('/a/.np/s')->body, qr/"state":"live","user":"alice"/, 'as the status says';
is scalar($log->lines(qr/NP0134/)) > 0, 1, 'the log has it';

# Nobody else sees it
for my $path ('/a/env', '/free/env') {
    unlike $run->get($path)->body, qr/AUTHORIZATION/, "$path does not see it";
    like $run->get($path, key => 0, user => 'eve:x')->body, qr/HTTP_AUTHORIZATION=Basic/,
        "$path sees others";
}
my $proxied = NP::Key->new(url => $url, path => '/x/', jar => $run->{jar}, %$run{qw(key nonce)});
like $proxied->get('/x/hi')->body, qr{^ECHO GET /hi}, 'the backend is there';
unlike $proxied->get('/x/hi')->body, qr/^Authorization/m, 'and does not see it';
is $proxied->get('/x/.np-seed')->status, 403, 'nor is it asked for ours';
is $proxied->say('hello', 'p1')->status, 410, 'which mod_rewrite cannot forbid';
is scalar($log->lines(qr/NP0116/)), 6, 'what is refused is so once';

# Another tenant on the same host
my $other = bound('b');
is is_past_skew($other), 1, 'bound by a key of its own';
my $mixed = $other->with(jar => $other->{jar}, key => $run->key, nonce => $run->{nonce}, path => '/a/');
is $mixed->get('/b/index.html')->status, 200, 'its place is open';
unlike $mixed->get('/b/.np/s')->body, qr/live/, 'but the key of one is none of the other';
like $other->get('/b/.np/s')->body, qr/live/, 'each has its own';

# Who asks for passwords himself
is $other->get('/b/basic/')->status, 500, 'AuthType Basic is refused';
is scalar($log->lines(qr/NP0135.*AuthType Basic.*BrowserRun off/)), 1, 'with a word in the log';
$answer = $proxied->get('/x/ask');
is $answer->status, 500, 'an application that asks is, too';
is $answer->header('WWW-Authenticate'), undef, 'and nobody sees the question';
is scalar($log->lines(qr{NP0137.*/x/ask})), 1, 'with a word in the log';
is join(' ', map { $proxied->get("/x/$_")->status } qw(next list)), '500 500', 'or asks among other things';
is $proxied->get('/x/token')->status, 401, 'one that asks for a token is not';

# A new id keeps the key
my $old = 'np_a=' . {jar_cookies($run->{jar})}->{np_a}{value};
$answer = $run->get('/a/say?Session-NP-MFA=otp');
is scalar($answer->cookies), 1, 'a step-up, a new id';
is $run->visit('/a/app/')->status, 200, 'under the same key';
is $run->get('/a/app/', jar => cookie_jar(), cookie => $old)->status, 200, 'the old id with the key';
is $run->get('/a/app/', jar => cookie_jar(), cookie => $old, key => 0)->status, 401, 'and without';
is $run->say('beat', 'p1', jar => cookie_jar(), cookie => $old)->status, 204, 'what it says is lost';

# A link that names a user, for which browsers leave the key out
is $run->visit('/a/app/', key => 0, user => 'eve:x')->status, 302, 'a document for another user';
is $run->visit('/a/app/')->status, 200, 'is none, and ends nothing';
for (qw(cross-site same-site)) {
    is $run->visit('/a/app/', key => 0, site => $_)->status, 302, "one by a link, $_";
    is $run->visit('/a/app/')->status, 200, 'is refused, and ends nothing';
}

# Another run of the browser, or a copy of the cookie
my $copy = $run->with(jar => cookie_jar(), key => undef);
my $cookie = 'np_a=' . {jar_cookies($run->{jar})}->{np_a}{value};
is $copy->get('/a/app/', cookie => $cookie)->status, 401, 'a copy is refused';
is $run->visit('/a/app/')->status, 200, 'and does no harm';
$answer = $copy->visit('/a/app/', cookie => $cookie);
is $answer->status, 302, 'a document without the key';
like $answer->header('Location'), qr{^/free/login\?return=}, 'leads to the login';
is $answer->cookie('np_a')->{attr}{'max-age'}, 0, 'the cookie goes';
is scalar($log->lines(qr/NP0131.*user "alice", tenant "a"/)) - $lost, 1, 'and the session with it';
like $run->get('/a/app/')->body, qr/"reason":"ended"/, 'for everybody';
$run = bound('b');
is_past_skew($run);
$answer = $run->say('hello', 'p2', key => 0);
is $answer->status, 410, 'so does the word of a page without the key';
is $answer->cookie('np_b')->{attr}{'max-age'}, 0, 'its cookie goes, too';

# By the login's redirect
$run = browser('l', anonymous => 1);
$answer = $run->get('/l/say?Session-NP-Login=alice&Status=302&Location=/l/index.html');
(my $host = $url) =~ s{^http://}{};
my ($key, $to) = $answer->header('Location')
    =~ m{^http://np:([\w-]{43})\@\Q$host\E/l/\.np-seed\?to=(.*)$};
ok $key, 'the redirect goes by way of the key';
$run->take($key);
is $run->get('/l/.np/e?p=' . $run->page('p') . '&e=hello', method => 'POST', header => ['X-NP: 1'])->body,
    "{\"k\":\"$key\"}\n", 'the script would get the same';
$answer = $run->seed($to);
is $answer->status, 302, 'bound';
is $answer->header('Location'), "$url/l/index.html", 'and on by an absolute address';
is $run->get('/l/.np-seed?to=http://evil.example/', key => 0)->status, 400, 'nowhere else';
is $run->visit('/l/index.html')->body, 'l', 'from the first page on';
$answer = browser('l', anonymous => 1)->get(
    '/l/say?Session-NP-Login=alice&Status=302&Location=http://other.example/');
is $answer->header('Location'), 'http://other.example/', 'another server gets no key';
my $far = '/l/' . ',' x 2600;
is browser('l', anonymous => 1)->get("/l/say?Session-NP-Login=alice&Status=302&Location=$far")->header('Location'),
    $far, 'nor does an address that would be too long';
$run = browser('l', anonymous => 1);
$answer = $run->visit('/l/who/?x=1');
like $answer->header('Location'), qr{^http://np:[\w-]{43}\@.*to=[^&]*%2Fl%2Fwho%2F%3Fx%3D1$},
    'a login without a redirect gets one';
$answer = $run->visit('/l/.np-seed?to=' . escape("$url/l/"), key => 0);
like $answer->body, qr{url=\Q$url\E/l/"}, 'whoever is asked for a password can go on';
is browser('l', anonymous => 1)->visit('/l/.np-seed?to=' . escape("$url/l/"))->status, 403,
    'nobody goes round in a circle';

# A place that leads to a stricter one
is bound('a')->get('/a/soft/x')->body, 'hard', 'a place that prefers a key leads on';
my ($older, $younger) = map { browser('a') } 1 .. 2;
ok wait_until(10, sub { $younger->get('/a/hard/index.html')->status == 401 }), 'where it is asked for in time';
is $older->get('/a/soft/x')->status, 401, 'by that way, too';
is $older->get('/a/.np/s')->body, "{\"state\":\"none\"}\n", 'which ends the session';

# What is written down
my @keys = grep { defined } ($key, $other->key, $run->key);
my $written = join '', map { slurp($server->root . "/logs/$_") } qw(access_log error_log);
ok $written =~ m{GET /l/\.np-seed\?to=\S+ HTTP/1.1 302}, 'the log has the way of the key';
is join(' ', grep { index($written, $_) >= 0 } @keys), '', 'and no key';
ok $written !~ /(np:[\w-]{43})/, 'nor another' or diag $1;
my %items = $memcached->items;
is scalar(grep { my $item = $_; grep { index($item, $_) >= 0 } @keys } values %items), 0,
    'nor has the store';

# The script, and only the question
$run = browser('a');
$answer = $run->get('/a/.np/p-000000000000.js');
is $answer->status, 200, 'the script, of another version';
is $answer->header('Cache-Control'), 'no-cache', 'is not kept';
is $run->get('/a/.np/p-00000000000.js')->status, 404, 'another name is nobody';
is curl("$url/free/still")->status, 200, 'a place that only asks';
is $run->get('/a/.np/out', method => 'POST')->status, 403, 'logout needs X-NP';
is $run->get('/a/.np/out', method => 'POST', header => ['X-NP: 1'])->status, 303, 'and is one';
is $run->get('/a/.np/s')->body, "{\"state\":\"none\"}\n", 'indeed';
