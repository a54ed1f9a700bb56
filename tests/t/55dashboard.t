# SPDX-License-Identifier: Apache-2.0
# The management page: its files and who gets them, what lies below it, and
# then, in a browser, all that a person does there.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Api qw(json);
use NP::Browser;
use NP::Site;
use NP::Test;

use constant { SETTINGS => 39, SESSIONS => 31, LOOK => 26, OUTAGE => 2 };
plan tests => 73 + SETTINGS + SESSIONS + LOOK + OUTAGE, need need_module('session_np');

my $memcached = start_memcached();
my $users = work_dir() . "/run/users.$$";
spew($users, join '', map { "$_:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n" } qw(alice bob), '<img src=x onerror="alert(1)">');
my $login = "AuthType Basic\n  AuthName members\n  AuthUserFile $users\n";
my $server = site(store => 'memcache:' . $memcached->address,
    tenant => "SessionNPPlan essential\nSessionNPInactivityTimeout non-persistent 30m\nSessionNPRequireLoginAfter non-persistent 10h\n",
    files => { 'wild/index.html' => 'x', 'taken/style.css' => 'the file of the folder' }, more => <<"CONF");
<Location /session-np>
  SetHandler session-np-dashboard
  SessionNP On
  $login  Require user alice
</Location>
<Location /plain>
  SetHandler session-np-dashboard
  $login  Require user alice
</Location>
<Location /brief>
  SetHandler session-np-dashboard
  SessionNP On
  SessionNPTenant brief
  $login  Require user alice
</Location>
<SessionNPTenant brief>
  SessionNPInactivityTimeout 2s
  SessionNPCookieName session brief
  SessionNPCookieName mfa brief-mf
  SessionNPCookieName device brief-did
</SessionNPTenant>
<Location /deep/er/page>
  SetHandler session-np-dashboard
  Require all granted
</Location>
<Location /open>
  SetHandler session-np-dashboard
  Require all granted
</Location>
<Location /taken>
  SetHandler session-np-dashboard
  Require all granted
</Location>
<Location /wild>
  SessionNP On
  $login  Require valid-user
</Location>
<Location /state>
  SessionNP On
  SetHandler session-np-status
</Location>
CONF
my $url = $server->url;
my @alice = (user => 'alice:secret');

# --- the files ----------------------------------------------------------------

my $policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    . "img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
my %type = ('' => 'text/html', 'style.css' => 'text/css',
    map { ("$_.js" => 'text/javascript') } qw(page settings sessions figures));
for my $name (sort keys %type) {
    my $answer = curl("$url/open/$name");
    is $answer->status, 200, "/$name";
    is $answer->header('Content-Type'), "$type{$name}; charset=utf-8", 'its type';
    is $answer->header('Content-Security-Policy'), $policy, 'under a strict policy';
    is join(' ', map { $answer->header($_) || '' } qw(X-Content-Type-Options Referrer-Policy Cache-Control)),
        'nosniff no-referrer no-store', 'neither guessed, nor told, nor stored';
    unlike $answer->body, qr{(?:src|href)\s*=\s*"?(?:https?:)?//|\@import|\bimport\(}, 'nothing of anybody else';
}
my $page = curl("$url/open/");
unlike $page->body, qr/<script(?![^>]*src=)|\son\w+=|\sstyle=/, 'no script and no style in the page itself';
like $page->body, qr/<noscript>/, 'a word for those without JavaScript';
my $head = curl("$url/open/", method => 'HEAD');
is $head->status, 200, 'HEAD';
is $head->header('Content-Length'), length $page->body, 'says how long it is';
for my $method (qw(POST PUT DELETE)) {
    my $answer = curl("$url/open/", method => $method);
    is $answer->status, 405, $method;
    like $answer->header('Allow'), qr/^(?:GET,HEAD|HEAD,GET)(?:,TRACE)?$/, 'with what is allowed';
}
is curl("$url/open/$_")->status, 404, "no $_" for qw(other.js index.html embed.sh style.css/x %2e%2e/x);
for my $place ('/open', '/deep/er/page', '/taken') {
    my $answer = curl($url . $place);
    is $answer->status, 301, "$place without a slash";
    my ($name) = $place =~ m{(\w+)$};
    like $answer->header('Location'), qr{(?:^\./$name|\Q$place\E)/$}, 'leads to the one with it';
}
is curl("$url/taken/style.css")->body, curl("$url/open/style.css")->body, 'folders with its name do not matter';
is curl("$url/deep/er/page/page.js")->body, curl("$url/open/page.js")->body, 'nor how deep it lies';

# --- who may ------------------------------------------------------------------

is curl("$url/session-np/$_")->status, 401, "/$_: not without a login"
    for '', 'page.js', 'api/v2/tenants/settings', 'figures', 'session';
is curl("$url/session-np/$_", user => 'bob:secret')->status, 401, "/$_: not for everybody"
    for '', 'api/v2/tenants/settings';
is curl("$url/session-np/$_", @alice)->status, 200, "/$_: for those who may"
    for '', 'api/v2/tenants/settings', 'figures';
is curl("$url/open/api/v2/tenants/settings")->status, 401, 'the API wants a user, also where the page wants none';
my @change = (method => 'PATCH', data => '{"session_lifetime":5}');
my @json = ('Content-Type: application/json');
is curl("$url/session-np/api/v2/tenants/settings", @alice, @change, header => [@json, "Sec-Fetch-Site: $_"])->status,
    403, "a PATCH that is $_" for qw(cross-site same-site);
is curl("$url/session-np/api/v2/tenants/settings", @alice, @change, header => [@json, 'Origin: http://evil.example'])->status,
    403, 'of another origin';
is_deeply json(curl("$url/session-np/api/v2/tenants/settings", @alice))->{session_np}{overridden}, [],
    'changes nothing';
is curl("$url/session-np/logout", @alice, method => 'POST', header => ['Sec-Fetch-Site: cross-site'])->status, 403,
    'nor does another site log anybody out';

# --- looking on is no interaction ---------------------------------------------

my $jar = cookie_jar();
curl("$url/session-np/", @alice, jar => $jar);
my $session = json(curl("$url/session-np/session", jar => $jar));
is $session->{user}, 'alice', 'who is logged in';
my $brief = cookie_jar();
curl("$url/brief/", @alice, jar => $brief);
is curl("$url/brief/figures", jar => $brief)->status, 200, 'the page has a session';
ok wait_until(15, sub { curl("$url/brief/figures", jar => $brief)->status == 401 }),
    'which ends, though the page asks for figures all the time';
like json(curl("$url/session-np/figures?format=json", jar => $jar))->{since}, qr/^\d{4}-/, 'the figures as JSON';

# --- a browser ----------------------------------------------------------------

SKIP: {
    skip 'no browser, or no playwright-core', SETTINGS + SESSIONS + LOOK + OUTAGE if !have_browser();
    browse('scenario.mjs', SETTINGS, $url, 'dashboard_settings');
    browse('scenario.mjs', SESSIONS, $url, 'dashboard_sessions');
    browse('scenario.mjs', LOOK, $url, 'dashboard_look');
    $memcached->stop;
    browse('scenario.mjs', OUTAGE, $url, 'dashboard_outage');
}
