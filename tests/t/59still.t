# SPDX-License-Identifier: Apache-2.0
# The script of the pages in a browser: "still there?", and that no page is
# another one for it. What it does for the browser's run is in 58run.t and in
# tests/browser/t.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use MIME::Base64 qw(decode_base64);
use NP::Browser;
use NP::Run qw(spew work_dir);
use NP::Site;
use NP::Test;

use constant { DIALOG => 38, TABS => 9, LAST => 7, WHOLE => 3, RUN => 37 };
plan tests => DIALOG + TABS + LAST + WHOLE + RUN + 1, need need_module('session_np');

my $form = '<p>Text <a href="#">link</a></p><form><label>Name <input id="name"></label> <button>Send</button></form>';
my $page = sub {
    my ($lang, $more) = @_;
    return "<!doctype html>\n<html lang=\"$lang\"><head><meta charset=\"utf-8\"><title>An application</title>"
        . '<meta name="viewport" content="width=device-width">' . ($more // '') . "</head>\n"
        . "<body><main><h1>An application</h1>$form</main></body></html>\n";
};
my $hostile = '<style>body *, html > np-still-there { display: none !important; color: red !important; font: 99px fantasy !important; '
    . 'visibility: hidden !important; opacity: 0 !important } dialog, np-still-there, button { transform: scale(0) !important }'
    . '</style><base href="http://elsewhere.invalid/">';
# Names of elements that hide properties of the document
my $clobbering = '<base href="http://elsewhere.invalid/"><img name="currentScript" alt=""><form name="visibilityState"></form>';
# What old libraries add to, and what a page may have in the place of the browser's own
my $changed = <<'HTML' =~ s/\n//gr;
<script>
Object.prototype.added = Array.prototype.added = String.prototype.added = function () {};
Array.prototype.toJSON = function () { return 'none'; };
Array.prototype.reverse = function () { return this; };
var origin = 'theirs', name = 'theirs', status = 'theirs';
function ask() {} function leave() {} function start() {}
</script>
HTML
my $mute = '<script>addEventListener("load", function () { window.loaded = !!document.querySelector("script[data-np]"); });'
    . 'window.fetch = function () {}; Navigator.prototype.sendBeacon = undefined;</script>';
my $in = "#!/bin/sh\nprintf 'Session-NP-Login: alice\\nStatus: 302 Found\\nLocation: /run/%s\\n\\n' \"\$QUERY_STRING\"\n";
my $echo = "#!/bin/sh\nprintf 'Content-Type: text/html; charset=utf-8\\n\\n'\ncat\n";
my $memcached = start_memcached();
my $users = work_dir() . "/run/users.$$";
spew($users, 'alice:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=' . "\n");
my $server = site(store => 'memcache:' . $memcached->address, tenant => 'SessionNPInactivityTimeout 30m',
    files => {
        'en.html' => $page->('en'), 'de.html' => $page->('de-CH'), 'ar.html' => $page->('ar'), 'xx.html' => $page->('xx'),
        'hostile.html' => $page->('en', $hostile), 'strict/en.html' => $page->('en'), 'echo' => $echo,
        'frame.html' => $page->('en') =~ s{</main>}{<iframe title="f" src="en.html"></iframe></main>}r,
        'run/in' => $in, 'run/page.html' => $page->('en'), 'run/strict.html' => $page->('en'),
        'run/frame.html' => $page->('en') =~ s{</main>}{<iframe title="f" src="page.html"></iframe></main>}r,
        'run/changed.html' => $page->('en', $changed), 'run/mute.html' => $page->('en', $mute),
        'run/clobbered.html' => $page->('en', $clobbering), 'run/open/clobbered.html' => $page->('en', $clobbering),
        'quick/in/index.html' => $page->('en'), 'quick/page.html' => $page->('en'), 'quick/login.html' => $page->('en'),
    }, more => <<"CONF");
<Location />
  SessionNP On
  SessionNPStillThere 2m
  SessionNPStillThereText de title "Sind Sie noch da?"
  SessionNPStillThereText de text "Sie werden in {time} abgemeldet."
  SessionNPStillThereText de stay "Angemeldet bleiben"
  SessionNPStillThereText de end "Abmelden"
  SessionNPStillThereText ar title "هل ما زلت هنا؟"
  SessionNPStillThereText ar text "سيتم تسجيل خروجك خلال {time}."
</Location>
<Location /strict>
  Header set Content-Security-Policy "default-src 'none'; require-trusted-types-for 'script'"
</Location>
<Location /echo>
  SetHandler cgi-script
</Location>
<SessionNPTenant run>
  SessionNPCookieName session run
  SessionNPCookieName mfa run-mf
  SessionNPCookieName device run-did
  SessionNPCookiePath /run/
</SessionNPTenant>
<Location /run>
  SessionNPTenant run
  SessionNPStillThere off
  SessionNPBrowserRun prefer
  SessionNPBrowserRunTimer beat 1s
</Location>
<Location /run/in>
  SetHandler cgi-script
  SessionNPTrustBackend On
</Location>
<Location /run/strict.html>
  Header set Content-Security-Policy "default-src 'none'; script-src 'strict-dynamic'"
</Location>
<SessionNPTenant quick>
  SessionNPInactivityTimeout 20s
  SessionNPCookieName session quick
  SessionNPCookieName mfa quick-mf
  SessionNPCookieName device quick-did
  SessionNPCookiePath /quick
</SessionNPTenant>
<Location /quick>
  SessionNPTenant quick
  SessionNPStillThere 15s
</Location>
<Location /quick/in>
  AuthType Basic
  AuthName quick
  AuthUserFile $users
  Require valid-user
</Location>
<Location /quick/page.html>
  AuthType SessionNP
  AuthName quick
  SessionNPLoginURL /quick/login.html
  Require session-np valid
</Location>
CONF

my $jar = cookie_jar();
curl($server->url . '/quick/in/', user => 'alice:secret', jar => $jar);
my ($told) = curl($server->url . '/quick/page.html', jar => $jar, header => ['Accept: text/html'])->body
    =~ /data-np="([^"]*)"/;
like decode_base64($told // ''), qr/"still":10000/, 'half of the timeout at the most';

SKIP: {
    skip 'no browser, or no playwright-core', DIALOG + TABS + LAST + WHOLE + RUN if !have_browser();
    my $url = $server->url =~ s/127\.0\.0\.1/localhost/r;
    browse('scenario.mjs', DIALOG, $url, 'page_dialog');
    browse('scenario.mjs', TABS, $url, 'page_tabs');
    browse('scenario.mjs', LAST, $url, 'page_end');
    browse('scenario.mjs', WHOLE, $url, 'page_whole');
    browse('scenario.mjs', RUN, $url, 'page_run');
}
