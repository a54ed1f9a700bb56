# SPDX-License-Identifier: Apache-2.0
# Our script in the pages of applications: where it is put in, how the headers
# change with that, and that all else comes as it was sent, octet by octet.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use Compress::Zlib ();
use IO::Socket::INET ();
use JSON::PP ();
use MIME::Base64 qw(decode_base64url);
use NP::Run qw(stop_process);
use NP::Site;
use NP::Test;

my $top = "<!doctype html>\n<html lang=\"en\"><head><title>a &lt;/head> b</title>";
my $rest = "</head>\n<body>caf\xc3\xa9</body></html>\n";
my $page = $top . $rest;
my $type = 'Content-Type: text/html; charset=utf-8';

# What an application says: name => [headers, body, what is before the element]
my %said = (
    plain => [$type, $page, $top],
    'no-head' => [$type, "<!doctype html><p>x", '<!doctype html>'],
    'no-end' => [$type, "<html><script>a()</script>", "<html><script>a()</script>"],
    hidden => [$type, "<html><!-- </head> --><script>'</head>'</script></head>",
        "<html><!-- </head> --><script>'</head>'</script>"],
    bom => ['Content-Type: text/html', "\xef\xbb\xbf$page", "\xef\xbb\xbf$top"],
    latin => ['Content-Type: text/html; charset=ISO-8859-1', "$top$rest\xe9", $top],
    base => [$type, "<html><head><title>x</title><base href=\"//elsewhere.example/\"></head>",
        '<html><head><title>x</title>'],
    digests => ["$type\nContent-MD5: x\nDigest: x\nContent-Digest: x\nRepr-Digest: x\nUnencoded-Digest: x\n"
        . "ETag: \"x\"\n"
        . 'Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT', $page, $top],
    inline => ["$type\nContent-Disposition: inline", $page, $top],
    identity => ["$type\nContent-Encoding: identity", $page, $top],
    own => ["$type\nCache-Control: public, max-age=9", $page, $top],
    partly => ["$type\nCache-Control: max-age=9, private=\"x-theirs\"", $page, $top],
    cdn => ["$type\nCache-Control: private\nCDN-Cache-Control: max-age=9\nSurrogate-Control: max-age=9\n"
        . "Theirs-CDN-Cache-Control: max-age=9\nX-Accel-Expires: 9", $page, $top],
    meta => [$type, "<html><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'\"></head>",
        "<html><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'\">"],

    # none for it
    empty => [$type, ''],
    text => [$type, "hello </head>"],
    fragment => [$type, "<div>a</div></head>"],
    json => [$type, '{"html":"<html><head></head>"}'],
    'early-base' => ['Content-Type: text/html', "<html><base href=\"/a/\"></head>"],
    plaintext => ['Content-Type: text/plain', $page],
    xhtml => ['Content-Type: application/xhtml+xml', $page],
    svg => ['Content-Type: image/svg+xml', $page],
    utf16 => ['Content-Type: text/html; charset=utf-16', join '', map { "$_\0" } split //, $page],
    'utf16-bom' => ['Content-Type: text/html', "\xff\xfe" . join '', map { "$_\0" } split //, $page],
    'iso-2022' => ['Content-Type: text/html; charset=iso-2022-jp', $page],
    unknown => ['Content-Type: text/html; charset=x-whatever', $page],
    gzip => ["$type\nContent-Encoding: gzip", Compress::Zlib::memGzip($page)],
    brotli => ["$type\nContent-Encoding: br", "\x0b\x02\x80$page"],
    attachment => ["$type\nContent-Disposition: attachment; filename=a.html", $page],
    untransformed => ["$type\nCache-Control: no-transform", $page],
    'untransformed-too' => ["$type\nCache-Control: public\nCache-Control: no-transform", $page],
    'encoded-too' => ["$type\nContent-Encoding: identity\nContent-Encoding: x-theirs", $page],
    'another-type' => ["$type, text/plain", $page],
    signed => ["$type\nSignature-Input: a=();\nSignature: a=:x:", $page],
    range => ["$type\nContent-Range: bytes 0-9/99", $page],
    missing => ["Status: 404 Not Found\n$type", $page],
    created => ["Status: 201 Created\n$type", $page],
    'logged-out' => ["$type\nSession-NP-Logout: ?1", $page],
    'sandbox' => ["$type\nContent-Security-Policy: sandbox allow-scripts", $page],
);
# policy => what it is afterwards; H is the host, S the script, N its hash
my %policies = (
    "default-src 'self'" => '',
    "default-src 'none'" => "default-src 'none'; script-src HS; connect-src H/.np/ H/.np-seed",
    "script-src 'nonce-abc' 'strict-dynamic'" => '',
    "script-src 'strict-dynamic'" => "script-src 'strict-dynamic' N",
    "script-src 'sha256-x'; connect-src 'self', connect-src 'none'"
        => "script-src 'sha256-x' HS; connect-src 'self', connect-src H/.np/ H/.np-seed",
    "sandbox allow-scripts allow-same-origin" => '',
);
my $n = 0;
my %policy_of = map { ('policy' . $n++ => $_) } sort keys %policies;
$said{$_} = ["$type\nContent-Security-Policy: $policy_of{$_}\nContent-Security-Policy-Report-Only: default-src 'none'",
    $page, $top] for keys %policy_of;

my @into = sort grep { defined $said{$_}[2] } keys %said;
my @alone = sort grep { !defined $said{$_}[2] } keys %said;
plan tests => 5 * @into + 2 * @alone + 2 * keys(%policy_of) + 114, need need_module('session_np');

my $say = "#!/bin/sh\ncat >/dev/null\ncat \"\${SCRIPT_FILENAME%/*}/said\$PATH_INFO\"\n";
my $slow = <<'CGI';
#!/usr/bin/perl
$| = 1;
open my $file, '<', ($ENV{SCRIPT_FILENAME} =~ s{/[^/]*$}{}r) . '/said/plain' or die;
local $/;
syswrite STDOUT, $_, 1 for split //, <$file>;
CGI
# The second half comes when somebody has seen the first one
my $halves = <<'CGI';
#!/usr/bin/perl
$| = 1;
my $first = $ENV{QUERY_STRING} =~ s/%(..)/chr hex $1/ger;
print "Content-Type: text/html; charset=utf-8\n\n<!doctype html><html><head>$first";
my $go = $ENV{SCRIPT_FILENAME} . '.go';
select undef, undef, undef, 0.05 until -e $go || $n++ > 400;
print 'second</html>';
CGI
my $big = $top . $rest . ("<p>0123456789abcdef</p>\n" x 450000);
my %files = (
    say => $say, slow => $slow, halves => $halves,
    'back/say' => $say, 'ssi/part.html' => 'a part', 'ssi/page.shtml' => "$top</head><body><!--#include file=\"part.html\" -->",
    'plain.html' => $page, 'zip/plain.html' => $page, 'zip2/plain.html' => $page, 'substituted/plain.html' => $page,
    'headers/plain.html' => $page, 'big.html' => $big, 'big.txt' => $big, 'bigtext.html' => 'x' x 3000000,
    'paper.pdf' => '%PDF', 'own/index.html' => $page, 'odd+x/plain.html' => $page,
    map({ ("said/$_" => "$said{$_}[0]\n\n$said{$_}[1]", "back/said/$_" => "$said{$_}[0]\n\n$said{$_}[1]") } keys %said),
);
my $memcached = start_memcached();
my $server = site(store => 'memcache:' . $memcached->address, files => \%files,
    tenant => "SessionNPInactivityTimeout 30m",
    tenants => { odd => 'SessionNPCookiePath /odd+x/' }, more => <<'CONF');
<Location />
  SessionNP On
  SessionNPStillThere 5m
  SessionNPStillThereText de title "Noch da?"
  SessionNPStillThereText de stay "<Ja> \"bitte\""
  SessionNPStillThereText fr title "C'est vous?"
</Location>
<Location /off>
  SessionNPStillThere off
</Location>
Alias /off @htdocs@
<Files ~ "^(say|slow|halves)$">
  SetHandler cgi-script
</Files>
ProxyPass /proxied http://127.0.0.1:@port@/back
<Location /zip>
  SetOutputFilter DEFLATE
</Location>
<Location /zip2>
  AddOutputFilterByType DEFLATE text/html
</Location>
<Location /substituted>
  SetOutputFilter SUBSTITUTE
  Substitute "s|</head>|<meta name=x></head>|"
</Location>
<Directory @htdocs@/ssi>
  Options +Includes
  AddType text/html .shtml
  AddOutputFilter INCLUDES .shtml
</Directory>
<Location /odd+x>
  SessionNPTenant odd
  Header set Content-Security-Policy "script-src 'none'; connect-src 'none'"
</Location>
<Location /headers>
  Header always set Content-Security-Policy "script-src 'none'"
  Header set Cache-Control "max-age=60"
  Header set ETag "x"
</Location>
CONF
my $url = $server->url;
(my $host = $url) =~ s{^http://}{};
my @browser = ('Sec-Fetch-Dest: document', 'Sec-Fetch-Mode: navigate', 'Accept: text/html,*/*');
my $jar = cookie_jar();
curl("$url/basic/", user => 'alice:secret', jar => $jar);
is app_state($url, $jar), 'live', 'somebody is logged in';

sub visit {
    my ($path, %option) = @_;
    my $headers = delete $option{header} || [@browser];
    return curl("$url$path", jar => $jar, header => $headers, %option);
}

my $element = qr{<script\ src="/\.np/(p-[0-9a-f]{12}\.js)"\ integrity="(sha256-[\w+/]{43}=)"(?:\ nonce="(\w+)")?
    \ data-np="([\w-]+)"\ async></script>}x;

sub without { return $_[0] =~ s/$element//r }

sub has_it { return scalar(() = $_[0]->body =~ /($element)/g) }

# --- the element --------------------------------------------------------------

my $plain = visit('/plain.html');
is $plain->status, 200, 'a page';
is has_it($plain), 5, 'has the script, once';
my ($script, $hash, $nonce, $data) = $plain->body =~ $element;
is $nonce, undef, 'without a nonce where the page has none';
is_deeply(JSON::PP->new->utf8->decode(decode_base64url($data)), {
    p => '/', run => JSON::PP::false, seed => JSON::PP::false, beat => 60000, still => 300000,
    text => { de => { title => 'Noch da?', stay => '<Ja> "bitte"' }, fr => { title => "C'est vous?" } },
}, 'with all that it has to know');
is visit("/.np/$script")->status, 200, 'it is there';
is without($plain->body), $page, 'all else is as it was';
is $plain->body =~ s{</script></head>.*}{}sr, $plain->body =~ s{</head>\n.*}{}sr =~ s{</script>$}{}r, 'at the end of the head';
is $plain->header($_), undef, "no $_" for qw(ETag Last-Modified Accept-Ranges);
is $plain->header('Cache-Control'), 'no-store', 'not stored';
is length $plain->body, $plain->header('Content-Length') // length $plain->body, 'as long as it says';

for my $path ('/plain.html', '/off/plain.html') {
    my $answer = $path =~ /off/ ? visit($path) : curl("$url$path", header => [@browser]);
    is $answer->body, $page, $path =~ /off/ ? 'not where it is off' : 'not without a session';
    ok $answer->header('ETag') && $answer->header('Content-Length') == length $page, 'nor do headers change';
}

# --- which answers ------------------------------------------------------------

for my $name (@into) {
    my ($head, $body, $before) = @{ $said{$name} };
    for my $place ('', '/proxied') {
        my $answer = visit("$place/say/$name");
        is without($answer->body), $body, "$name$place: the page is whole";
        is index($answer->body, '<script src="/.np/'), length $before, 'and has the script where it belongs';
        next if $place;
        is join(' ', map { $answer->header($_) // () } qw(Content-MD5 Digest Content-Digest Repr-Digest
            Unencoded-Digest ETag Last-Modified)),
            '', 'no header speaks of another body';
    }
}
for my $name (@alone) {
    is visit("$_/say/$name")->body, $said{$name}[1], "$name$_: untouched"
        for '', $name eq 'logged-out' ? '' : '/proxied';
}
like visit('/say/own')->header('Cache-Control'), qr/public, max-age=9.*private/, 'no cache gives it to others';
like visit('/say/partly')->header('Cache-Control'), qr/private="x-theirs".*, private$/, 'nor all but a header of it';
for my $place ('', '/proxied') {
    my $answer = visit("$place/say/cdn");
    is join(' ', map { $answer->header($_) // () } qw(CDN-Cache-Control Theirs-CDN-Cache-Control Surrogate-Control X-Accel-Expires)),
        '', 'nor is one told so by a header of its own';
    is $answer->header('Cache-Control'), 'private', 'beside the one for all';
}

for my $case (
    ['a frame', 0, 'Sec-Fetch-Dest: iframe'], ['an old frame', 0, 'Sec-Fetch-Dest: frame'],
    ['fetch', 0, 'Sec-Fetch-Dest: empty'], ['a script', 0, 'Sec-Fetch-Dest: script'],
    ['XMLHttpRequest', 0, 'X-Requested-With: XMLHttpRequest'], ['a program', 0, 'Accept: application/json'],
    ['an old browser', 1, 'Accept: text/html'], ['one that says nothing, as over WebDAV', 0, 'Accept:'],
) {
    my ($name, $wanted, $header) = @$case;
    my $answer = visit('/plain.html', header => [$header]);
    is !!has_it($answer), !!$wanted, "$name: " . ($wanted ? 'yes' : 'no');
    is !!$answer->header('ETag'), !$wanted, 'and the headers with it';
}
my $form = visit('/say/plain', method => 'POST', data => 'a=b');
ok has_it($form), 'the answer to a form';
is(JSON::PP->new->decode(decode_base64url(($form->body =~ $element)[3] // ''))->{post}, JSON::PP::true, 'which it is told');
ok !has_it(visit('/say/plain', method => 'POST', data => 'a=b', header => ['Accept: text/html'])),
    'but not to a POST of whom nobody knows';
ok has_it(visit('/own/')), 'an index';
ok has_it(visit('/plain.html', http2 => 1)), 'over HTTP/2';

# --- HEAD, ranges, copies that the browser has --------------------------------

for my $path ('/plain.html', '/say/plain', '/proxied/say/plain') {
    my $head = visit($path, method => 'HEAD');
    is $head->status, 200, "HEAD $path";
    is join(' ', map { $head->header($_) // () } qw(ETag Last-Modified Accept-Ranges)), '',
        'says nothing that would not be true';
    my $whole = length visit($path)->body;
    is $head->header('Content-Length') // $whole, $whole, 'and no other length';
}
is visit('/paper.pdf', method => 'HEAD')->header('Content-Length'), 4, 'and of other files as ever';
for my $range ('3-20', '90-', '-9') {
    my $part = visit('/plain.html', args => ['-r', $range]);
    is $part->status, 200, "there are no parts of such a page: $range";
    is without($part->body), $page, 'it comes as a whole';
    $part = visit('/plain.html', header => ['Sec-Fetch-Dest: empty'], args => ['-r', $range]);
    is $part->status, 206, 'for others there are';
    my ($from, $to) = $range =~ /^(\d*)-(\d*)$/;
    is $part->body, $from eq '' ? substr($page, -$to) : substr($page, $from, $to eq '' ? length $page : $to - $from + 1),
        'of the page as it is';
}
is visit('/paper.pdf', args => ['-r', '1-2'])->body, 'PD', 'and of other files';
my $bare = curl("$url/plain.html", header => [@browser]);
for my $copy ('If-None-Match: ' . $bare->header('ETag'), 'If-Modified-Since: ' . $bare->header('Last-Modified')) {
    my $answer = visit('/plain.html', header => [@browser, $copy]);
    is $answer->status, 200, 'a copy without the script is not good enough';
    ok has_it($answer), 'the page comes with it';
    is visit('/plain.html', header => ['Sec-Fetch-Dest: empty', $copy])->status, 304, 'for others it is';
    is curl("$url/plain.html", header => [@browser, $copy])->status, 304, 'and without a session';
}

# --- beside other filters -----------------------------------------------------

for my $place ('zip', 'zip2') {
    my $answer = visit("/$place/plain.html", header => [@browser, 'Accept-Encoding: gzip']);
    is $answer->header('Content-Encoding'), 'gzip', "$place: compressed by us";
    is without(Compress::Zlib::memGunzip($answer->body)), $page, 'with the script in it';
    isnt Compress::Zlib::memGunzip($answer->body), $page, 'indeed';
}
is without(visit('/ssi/page.shtml')->body), "$top</head><body>a part", 'server-side includes';
ok has_it(visit('/ssi/page.shtml')), 'with the script';
my $substituted = visit('/substituted/plain.html');
like $substituted->body, qr{<meta name=x>$element</head>}, 'behind mod_substitute';
my $headers = visit('/headers/plain.html');
is $headers->header('Content-Security-Policy'), "script-src $host/.np/$script", 'a policy of mod_headers';
is $headers->header('Cache-Control'), 'max-age=60, private', 'and its Cache-Control';
is curl("$url/headers/plain.html")->header('Content-Security-Policy'), "script-src 'none'", 'as it is for others';

# --- slow and large -----------------------------------------------------------

my $slowly = visit('/slow');
is without($slowly->body), $page, 'octet by octet';
ok has_it($slowly), 'with the script';
my %cookie = jar_cookies($jar);
my $login = "auth0=$cookie{auth0}{value}";
for my $first ('</head>first', '<script>first</scr', '<title>first<', 'first</hea', "<title></title><!-- first --></he") {
    unlink $server->root . '/htdocs/halves.go';
    my $socket = IO::Socket::INET->new(PeerAddr => $host, Timeout => 20) or die "connect: $!\n";
    my $query = $first =~ s/([^\w])/sprintf '%%%02X', ord $1/ger;
    print $socket "GET /halves?$query HTTP/1.0\r\nHost: $host\r\nCookie: $login\r\nSec-Fetch-Dest: document\r\n\r\n";
    my $got = '';
    while ($got !~ /first/ && sysread $socket, my $more, 4096) { $got .= $more }
    like $got, qr/first(?!.*second)/s, 'the first half is there while the second is not';
    spew($server->root . '/htdocs/halves.go', '');
    while (sysread $socket, my $more, 4096) { $got .= $more }
    like without($got), qr/<head>\Q${first}\Esecond/, 'then the other, after it';
}
for my $path ('/big.html', '/big.txt', '/bigtext.html') {
    my $answer = visit($path);
    my $wanted = $path eq '/bigtext.html' ? 'x' x 3000000 : $big;
    ok without($answer->body) eq $wanted, "$path is whole";
    is !!has_it($answer), $path eq '/big.html', 'with the script if it is a page';
}

# --- policies -----------------------------------------------------------------

for my $name (sort keys %policy_of) {
    my $answer = visit("/say/$name");
    my $wanted = $policies{ $policy_of{$name} } || $policy_of{$name};
    $wanted =~ s{HS}{$host/.np/$script}g;
    $wanted =~ s{H/}{$host/}g;
    $wanted =~ s{\bN\b}{'$hash'}g;
    is $answer->header('Content-Security-Policy'), $wanted, $policy_of{$name};
    is $answer->header('Content-Security-Policy-Report-Only'), "default-src 'none'", 'what only reports is left alone';
}
my ($with_nonce) = grep { $policy_of{$_} =~ /nonce-abc/ } keys %policy_of;
like visit("/say/$with_nonce")->body, qr/ nonce="abc"/, 'the script has the nonce of the page';

my $odd = cookie_jar();
curl("$url/basic/odd/", user => 'alice:secret', jar => $odd);
my $unnamed = visit('/odd+x/plain.html', jar => $odd);
like $unnamed->body, qr{<script src="/odd\+x/\.np/}, 'a path that cannot stand in a policy';
is $unnamed->header('Content-Security-Policy'), "script-src '$hash'; connect-src 'self'", 'lets in no other script';

# --- what an administrator hears ----------------------------------------------

my $log = $server->log;
$log->clear if $log->can('clear');
for my $case (['NP0150', 'sandbox'], ['NP0151', 'gzip'], ['NP0152', 'meta']) {
    my ($number, $name) = @$case;
    visit("/say/$name") for 1 .. 20;
    my $times = () = slurp($server->root . '/logs/error_log') =~ /$number:/g;
    cmp_ok $times, '>=', 1, "$number for $name";
    cmp_ok $times, '<=', 8, 'once in each child';
}
