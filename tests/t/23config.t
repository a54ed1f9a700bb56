# SPDX-License-Identifier: Apache-2.0
# Every mistake in the configuration is found, and the text says what to write.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;

sub tenant { return "<SessionNPTenant t>\n$_[0]\n</SessionNPTenant>" }

# A place that binds sessions to the browser's run
sub run {
    my ($place, $tenant) = @_;
    $tenant = 'SessionNPCookiePath /x/' if !defined $tenant;
    return "<SessionNPTenant r>\n$tenant\n</SessionNPTenant>\n<Location /x/>\nSessionNP On\n"
        . "SessionNPTenant r\nSessionNPBrowserRun require\n$place\n</Location>";
}

my @wrong = (
    ['SessionNPStore memcache:', qr/SessionNPStore.*host:port/],
    ['SessionNPStore nonsense:x', qr/SessionNPStore.*mod_socache_nonsense/],
    ['SessionNPStore shmcb:x(y)', qr/SessionNPStore.*size/],
    ['SessionNPStoreTimeout 250', qr/SessionNPStoreTimeout.*unit.*250ms/],
    ['SessionNPStoreTimeout 31s', qr/SessionNPStoreTimeout.*30s/],
    ['SessionNPNearCache 5', qr/SessionNPNearCache.*unit/],
    ['SessionNPNearCache 61s', qr/SessionNPNearCache.*over 60s.*such as 5s, or off/],
    ['SessionNPNearCache on', qr/SessionNPNearCache.*"on" is not a duration/],
    [tenant('SessionNPNearCache 5s'), qr/SessionNPNearCache does not belong inside a tenant/],
    ['SessionNPStoreReplicas 0', qr/SessionNPStoreReplicas.*"0".*such as 2/],
    ['SessionNPStoreReplicas 5', qr/SessionNPStoreReplicas.*"5".*1 to 4/],
    ['SessionNPStoreReplicas 2x', qr/SessionNPStoreReplicas.*"2x"/],
    ["SessionNPStore memcache:127.0.0.1\nSessionNPStoreReplicas 2",
        qr/SessionNPStoreReplicas \(line \d+.*names 1 server, and 2 copies.*Replicas 1/],
    ["SessionNPStoreReplicas 2\n<Location /x>\nSessionNP On\n</Location>",
        qr/SessionNPStoreReplicas \(line \d+.*"shmcb" is one store.*memcache: and 2 servers/],
    ['SessionNPKeyFile /nowhere/key', qr{SessionNPKeyFile.*/nowhere/key}],
    ['SessionNPMode persistent', qr/SessionNPMode.*<SessionNPTenant default>/],
    [tenant('SessionNPMode sticky'), qr/SessionNPMode.*sticky.*non-persistent/],
    [tenant('SessionNPPlan gold'), qr/SessionNPPlan.*gold.*enterprise/],
    [tenant('SessionNPInactivityTimeout soon'), qr/SessionNPInactivityTimeout.*soon.*15m/],
    [tenant('SessionNPInactivityTimeout persistent 0'), qr/SessionNPInactivityTimeout.*zero/],
    [tenant('SessionNPRequireLoginAfter sticky 1h'), qr/SessionNPRequireLoginAfter.*sticky/],
    [tenant('SessionNPCookieName session a;b'), qr/SessionNPCookieName.*a;b/],
    [tenant('SessionNPCookieName mfa did_compat'), qr/did_compat.*SessionNPCookieName/],
    [tenant("SessionNPCookieName session __Host-a\nSessionNPCookiePath /x"), qr/__Host-a.*prefix/],
    [tenant('SessionNPCookiePath x'), qr/SessionNPCookiePath.*'\/'/],
    [tenant('SessionNPCookieDomain http://x'), qr/SessionNPCookieDomain.*example\.com/],
    [tenant('SessionNPCookieSameSite maybe'), qr/SessionNPCookieSameSite.*Strict/],
    [tenant('SessionNPCookieSecure off'), qr/SessionNPCookieSecure.*auto/],
    [tenant('SessionNPCompatCookies maybe'), qr/SessionNPCompatCookies.*On/],
    [tenant('SessionNPHosts https://x'), qr/SessionNPHosts.*www\.example\.com/],
    [tenant('DocumentRoot /tmp'), qr/DocumentRoot.*outside/],
    [tenant('SessionNPStore shmcb'), qr/SessionNPStore.*tenant/],
    ["<SessionNPTenant a b>\n</SessionNPTenant>", qr/SessionNPTenant.*one name/],
    ["<SessionNPTenant a/b>\n</SessionNPTenant>", qr/letters, digits/],
    ["<Location /x>\nSessionNPTenant nobody\n</Location>", qr/SessionNPTenant \(line \d+.*nobody.*define/],
    [tenant('SessionNPHosts a.x') . "\n<SessionNPTenant u>\nSessionNPHosts A.X\n</SessionNPTenant>",
        qr/SessionNPHosts.*a\.x.*belongs/],
    ['SessionNP maybe', qr/SessionNP must be On or Off/],
    ['SessionNPLoginURL //evil', qr/SessionNPLoginURL.*\/login/],
    ['SessionNPPassive [', qr/SessionNPPassive.*regular expression/],
    ['SessionNPCacheControl some', qr/SessionNPCacheControl.*documents/],
    ['SessionNPStoreFailure shrug', qr/SessionNPStoreFailure.*deny, pass/],
    ['SessionNPClearSiteData "a b"', qr/SessionNPClearSiteData.*cookies/],
    ["<Location /x>\nRequire session-np\n</Location>", qr/Require session-np valid/],
    ["MergeTrailers On\n<Location /x>\nSessionNP On\n</Location>", qr/MergeTrailers On.*remove it/],
    [tenant("SessionNPLoginAttempts 0"), qr/SessionNPLoginAttempts.*1 to 100/],
    [tenant("SessionNPLoginAttempts 101"), qr/SessionNPLoginAttempts.*off/],
    [tenant("SessionNPLoginAttempts +5"), qr/SessionNPLoginAttempts.*\+5/],
    [tenant("SessionNPMaxSessions 0"), qr/SessionNPMaxSessions.*"0".*1 to 250/],
    [tenant("SessionNPMaxSessions 251"), qr/SessionNPMaxSessions.*251.*1 to 250/],
    [tenant("SessionNPMaxSessions 5x"), qr/SessionNPMaxSessions.*5x/],
    [tenant("SessionNPMaxSessions +5"), qr/SessionNPMaxSessions.*\+5/],
    [tenant("SessionNPMaxSessions 99999999999999999999"), qr/SessionNPMaxSessions.*1 to 250/],
    [tenant("SessionNPMaxSessions 5 newest"), qr/SessionNPMaxSessions.*newest.*oldest.*deny/],
    ["SessionNPMaxSessions 5", qr/SessionNPMaxSessions.*<SessionNPTenant default>/],
    [tenant("SessionNPLoginWindow soon"), qr/SessionNPLoginWindow.*soon.*15m/],
    [tenant("SessionNPMFALifetime 0"), qr/SessionNPMFALifetime.*zero/],
    [tenant("SessionNPDeviceLifetime long"), qr/SessionNPDeviceLifetime.*long/],
    ["SessionNPTrustBackend maybe", qr/SessionNPTrustBackend.*On/],
    ["SessionNPLoginAttempts 5", qr/SessionNPLoginAttempts.*<SessionNPTenant default>/],
    (map { [run("SessionNPBrowserRunTimer $$_[0]"), qr/SessionNPBrowserRunTimer.*$$_[1]/] }
        ['claim 30', 'unit'], ['claim 999ms', '1s to 1h'], ['claim 3601s', '1s to 1h'],
        ['skew 61s', '1s to 60s'], ['beat 601s', '1s to 10m'], ['lease 1s', '2s to 1d'],
        ['hidden 366d', '365d'], ['document 25h', '1s to 1d'], ['grace 2h', '1s to 1h'],
        ['nap 1s', 'claim, skew, beat']),
    [run('SessionNPBrowserRunTimer beat 150s'), qr/lease of a page is not longer than its beat/],
    [run('SessionNPBrowserRun maybe'), qr/SessionNPBrowserRun.*maybe.*off, prefer, require/],
    [run('SessionNPBrowserRunKey cookie'), qr/SessionNPBrowserRunKey.*script, login/],
    [run('SessionNPStillThere 2'), qr/SessionNPStillThere.*unit/],
    [run('SessionNPStillThere 25h'), qr/SessionNPStillThere.*such as 2m/],
    [run('SessionNPStillThereText de name x'), qr/SessionNPStillThereText.*title, text/],
    [run('SessionNPStillThereText de- text'), qr/SessionNPStillThereText/],
    [run('SessionNPStillThereText -de text x'), qr/SessionNPStillThereText.*pt-BR/],
    ["<Directory />\nSessionNPBrowserRun require\n</Directory>", qr/SessionNPBrowserRun only works in a <Location>/],
    ["<Location />\n<If true>\nSessionNPBrowserRun require\n</If>\n</Location>", qr/SessionNPBrowserRun only works in a <Location>/],
    ["<Files x>\nSessionNPBrowserRunKey login\n</Files>", qr/SessionNPBrowserRunKey only works/],
    ["<Location /x/>\nSessionNP On\nSessionNPBrowserRun require\n</Location>",
        qr{SessionNPBrowserRun \(line \d+.*lie at "/".*<Location "/">}],
    [run('', 'SessionNPCookiePath /x'), qr{SessionNPBrowserRun \(line \d+.*write SessionNPCookiePath /x/}],
    [run('', "SessionNPCookiePath /x/\nSessionNPCookieDomain example.com"), qr/SessionNPCookieDomain example.com.*one host/],
    [run('', 'SessionNPCookiePath /x"/'), qr/realm.*letters, digits/],
    [run('') . "\n<SessionNPTenant s>\nSessionNPCookiePath /x/\n</SessionNPTenant>\n"
        . "<Location /x/s>\nSessionNPTenant s\nSessionNPBrowserRun prefer\n</Location>",
        qr{tenants "r" and "s" both have the path "/x/"}],
    [run("AuthType Basic"), qr/AuthType \(line \d+ of .*"Basic" does not go.*SessionNPBrowserRun \(line \d+.*off in this place/],
    [run('') . "\n<Location /x/y>\nAuthType Digest\n</Location>", qr/AuthType.*"Digest" does not go/],
    ["<Location /x>\nAuthType GSSAPI\n</Location>\n" . run(''), qr/AuthType.*"GSSAPI" does not go/],
    ["SessionNPBrowserRun prefer\n<Directory /srv>\nAuthType Basic\n</Directory>", qr/AuthType.*"Basic" does not go/],
    ["SessionNPBrowserRun prefer\n<VirtualHost *:8>\n<LocationMatch x>\nAuthType Basic\n</LocationMatch>\n</VirtualHost>",
        qr/AuthType.*"Basic" does not go/],
    [run("<If true>\nAuthType Basic\n</If>"), qr/AuthType.*"Basic" does not go/],
    ["<Location />\nSessionNP On\nSessionNPBrowserRun prefer\n</Location>\n<VirtualHost *:8>\n<SessionNPTenant default>\n"
        . "SessionNPCookieDomain example.com\n</SessionNPTenant>\n</VirtualHost>", qr/SessionNPCookieDomain example.com.*one host/],
    ["SessionNP On\nSessionNPBrowserRun prefer\n<VirtualHost *:8>\n<SessionNPTenant default>\n"
        . "SessionNPCookiePath /y\n</SessionNPTenant>\n</VirtualHost>", qr{write SessionNPCookiePath /y/}],
    ["<Location />\nSessionNP On\nSessionNPBrowserRun prefer\n</Location>\n<VirtualHost *:8>\n<Location />\n"
        . "SessionNPBrowserRun off\n</Location>\n<Location /x/>\nSessionNPBrowserRun require\n</Location>\n</VirtualHost>",
        qr{lie at "/", where SessionNPBrowserRun is missing}],
    # The addresses of the pages are not where sessions are on
    ["SessionNPBrowserRun require\n<Location /app>\nSessionNP On\n</Location>",
        qr{SessionNPBrowserRun \(line \d+.*lie at "/", where SessionNP On is missing: write it in <Location "/">, or .*CookiePath of "/app"}],
    ["<Location /app>\nSessionNP On\nSessionNPBrowserRun prefer\n</Location>",
        qr{where SessionNP On and SessionNPBrowserRun is missing}],
    ["SessionNPBrowserRun require\n<Directory /srv>\nSessionNP On\n</Directory>", qr{lie at "/", where SessionNP On is missing}],
    ["<LocationMatch ^/app>\nSessionNP On\nSessionNPBrowserRun require\n</LocationMatch>", qr{lie at "/", where SessionNP On and}],
    ["<Location /app/*>\nSessionNP On\nSessionNPBrowserRun require\n</Location>", qr{lie at "/", where SessionNP On and}],
    ["SessionNP On\nSessionNPBrowserRun require\n<Location /.np-seed>\nSessionNP Off\n</Location>", qr{where SessionNP On is missing}],
    ["<Location />\nSessionNP On\nSessionNPBrowserRun require\n</Location>\n<VirtualHost *:8>\n<Location />\nSessionNP Off\n</Location>\n"
        . "<Location /app>\nSessionNP On\n</Location>\n</VirtualHost>", qr{lie at "/", where SessionNP On is missing}],
    [run('') . "\n<Location /x/y>\nSessionNPTenant default\n</Location>", qr{tenant "default" lie at "/", where SessionNP On and}],
    [run('') . "\n<Location /app>\nSessionNP On\nSessionNPBrowserRun require\n</Location>", qr{tenant "default" lie at "/", where SessionNP On and}],
    [run('') . "\n<Location />\nSessionNPBrowserRun prefer\nSessionNP On\nSessionNPTenant r\n</Location>\n"
        . "<Location /y>\nSessionNPTenant default\n</Location>",
        qr{tenant "default" lie at "/", which is a place of tenant "r": write SessionNPTenant default in <Location "/">}],
    ["<Location /app>\nSessionNP On\n</Location>\nSessionNPStillThere 2m",
        qr{SessionNPStillThere \(line \d+.*the script of tenant "default" lies at "/", where SessionNP On is missing}],
    ["<Location /app>\nSessionNP On\nSessionNPStillThere 2m\n</Location>",
        qr{SessionNPStillThere \(line \d+.*where SessionNP On and SessionNPStillThere is missing: write it in <Location "/">}],
    ["SessionNP On\n<Location /app>\nSessionNPStillThere 2m\n</Location>", qr{where SessionNPStillThere is missing}],
    [run('SessionNPBrowserRunTimer hidden 60s'), qr/lease of a hidden page is not longer than its beat.*Timer hidden with twice/],
    [run('') . "\n<Location /x/y>\nSessionNPBrowserRunTimer beat 3m\n</Location>", qr/lease of a page is not longer than its beat/],
    ["SessionNPBrowserRunTimer lease 60s\n" . run(''), qr/lease of a page is not longer than its beat/],
    ["<Location /x>\nRequire session-np fresh soon\n</Location>", qr/fresh.*soon.*15m/],
);
plan tests => 2 * @wrong + 40, need need_module('session_np');

my $server = httpd(start => 0);
for my $case (@wrong) {
    my ($text, $says) = @$case;
    my ($exit, $said) = $server->configure($text)->configtest;
    (my $name = $text) =~ s/\n/ | /g;
    isnt $exit, 0, $name;
    like $said, $says, 'says what to write';
}

# What is right
my ($exit, $said) = $server->configure(<<'CONF')->configtest;
SessionNPStore memcache:127.0.0.1,localhost:11212,/run/memcached.sock
SessionNPStoreTimeout 30s
SessionNPStoreReplicas 3
SessionNPNearCache 60s
SessionNPStateDir @root@/state/other
<SessionNPTenant t>
  SessionNPPlan developer-pro
  SessionNPInactivityTimeout 4320
  SessionNPRequireLoginAfter non-persistent 30d
  SessionNPCookieName session __Host-t
</SessionNPTenant>
<Location /x>
  SessionNP On
  SessionNPTenant t
  SessionNPPassive ^/x/poll ^/x/beat
  Require session-np fresh 15m
</Location>
CONF
is $exit, 0, 'a good configuration' or diag $said;
for my $place ('', 'AuthType Form', 'AuthType None', 'AuthType openid-connect',
    "SessionNPBrowserRun off\nAuthType Basic", "SessionNPBrowserRunTimer claim 1s",
    'SessionNPBrowserRunTimer claim 1h', 'SessionNPBrowserRunTimer hidden 365d') {
    ($exit, $said) = $server->configure(run($place) . "\n<Location /xy>\nAuthType Basic\n</Location>\n"
        . "<Location /x/off>\nAuthType Basic\nSessionNPBrowserRun off\n</Location>")->configtest;
    is $exit, 0, "so is one with the browser's run: $place" or diag $said;
}
my $domain = "<SessionNPTenant default>\nSessionNPCookieDomain example.com\n</SessionNPTenant>\n";
for my $case (
    ['a place of a virtual host below one of the server',
        "<Location />\nSessionNP On\nSessionNPBrowserRun prefer\n</Location>\n<VirtualHost *:8>\n<Location /app>\n"
        . "SessionNPBrowserRun require\n</Location>\n</VirtualHost>"],
    ['a virtual host that takes it back', "<Location />\nSessionNP On\nSessionNPBrowserRun prefer\n</Location>\n"
        . "<VirtualHost *:8>\n$domain<Location />\nSessionNPBrowserRun off\n</Location>\n</VirtualHost>"],
    ['one that does so outside of sections',
        "SessionNP On\nSessionNPBrowserRun prefer\n<VirtualHost *:8>\n${domain}SessionNPBrowserRun off\n</VirtualHost>"],
    ['timers of the server', "SessionNPBrowserRunTimer lease 20m\n" . run('SessionNPBrowserRunTimer beat 5m')],
    ['a tenant of the server', "<SessionNPTenant r>\nSessionNPCookiePath /x/\n</SessionNPTenant>\nSessionNPTenant r\n"
        . "<VirtualHost *:8>\n<Location /x/>\nSessionNP On\nSessionNPBrowserRun require\n</Location>\n</VirtualHost>"],
    ['said for all, with sessions in one place', "SessionNPBrowserRun require\n" . run('')],
    ['nowhere on', "SessionNPBrowserRun require\n$domain<Location /app>\nSessionNPStillThere 2m\n</Location>"],
    ['on for all, and not where the place asks', "SessionNP On\n" . run('')],
    ['on by a condition', "<Location />\nSessionNPBrowserRun prefer\n<If true>\nSessionNP On\n</If>\n</Location>"],
    ['by a pattern that covers all', "<LocationMatch ^/>\nSessionNP On\nSessionNPBrowserRun require\n</LocationMatch>"],
    ['a pattern within', run('') . "\n<LocationMatch ^/x/.*\\.php>\nSessionNPBrowserRun prefer\n</LocationMatch>"],
    ['tenants by host', tenant("SessionNPHosts a.example\nSessionNPCookiePath /app/")
        . "\n<Location /app/>\nSessionNP On\nSessionNPBrowserRun require\n</Location>"],
    ['tenants by directory', tenant('SessionNPCookiePath /app/') . "\n<Directory /srv>\nSessionNPTenant t\n</Directory>\n"
        . "<Location /app/>\nSessionNP On\nSessionNPBrowserRun require\n</Location>"],
    ['a question', "<Location />\nSessionNP On\nSessionNPStillThere 2m\n</Location>\n" . tenant('SessionNPCookiePath /y')
        . "\n<Location /y>\nSessionNPTenant t\n</Location>"],
    ['a question below the run', "<Location />\nSessionNP On\nSessionNPBrowserRun prefer\n</Location>\n"
        . "<Location /app>\nSessionNPBrowserRun off\nSessionNPStillThere 2m\n</Location>"],
    ['one that is taken back', "<Location /app>\nSessionNP On\nSessionNPStillThere 2m\nSessionNPStillThere off\n</Location>"]) {
    ($exit, $said) = $server->configure($$case[1])->configtest;
    is $exit, 0, "right with the browser's run: $$case[0]" or diag $said;
}
for my $case (['beat 80s', ''], ['lease 119s', ''], ['hidden 119s', 'hidden '], ['beat 75s', undef],
    ['hidden 120s', undef], ['lease 2m', undef]) {
    my ($timer, $page) = @$case;
    ($exit, $said) = $server->configure(run("SessionNPBrowserRunTimer $timer"))->configtest;
    is $exit, 0, "$timer is no error" or diag $said;
    defined $page
        ? like($said, qr/NP0008: SessionNPBrowserRun \(line \d+.*lease of a ${page}page is less than twice/, 'but a doubt')
        : unlike($said, qr/NP0008/, 'nor a doubt');
}
ok !-e $server->root . '/state/other', 'the test makes no directory';

# A key that others can read
my $key = $server->root . '/key';
spew($key, ('0f' x 32) . "\n");
chmod 0644, $key;
($exit, $said) = $server->configure("SessionNPKeyFile $key")->configtest;
like $said, qr/SessionNPKeyFile.*chmod 600/, 'a key that others can read';
chmod 0600, $key;
($exit, $said) = $server->configure("SessionNPKeyFile $key")->configtest;
is $exit, 0, 'one that they cannot';
