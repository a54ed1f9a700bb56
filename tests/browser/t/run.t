# SPDX-License-Identifier: Apache-2.0
# Sessions that die with the browser's run: real browsers with windows, ended and
# restarted in all ways. What is tried is in tests/browser/run.mjs; here is the
# site, with the same application several times:
#
#   /off     as if there were no such directive: what a browser brings back by itself
#   /script  the key by the script             /login  by the redirect of the login
#   /brief   as /script, with short timers     /hide   the same for a hidden page
#   /slow    as /script, with the usual timers
#
# /KIND/USER/docN.html needs a login, and USER's is "secret".
use strict;
use warnings;
use NP::Memcached ();
use NP::Httpd ();
use NP::Run qw(spew work_dir);
use Test::More;

use constant USERS => 98;

my %timers = (
    off => undef,
    script => 'claim 60s beat 5s lease 10m hidden 20m grace 60s',
    login => 'claim 60s beat 5s lease 10m hidden 20m grace 60s',
    brief => 'claim 60s beat 2s lease 20s hidden 60s grace 3s document 60s',
    hide => 'claim 60s beat 2s lease 20s hidden 20s grace 3s',
    slow => 'claim 60s beat 60s lease 150s hidden 150s grace 15s',
);

sub program {
    my ($name) = @_;
    return scalar grep { -x "$_/$name" } split /:/, $ENV{PATH};
}

sub place {
    my ($kind, $users) = @_;
    my @timers = split / /, $timers{$kind} || '';
    my $run = @timers ? "  SessionNPBrowserRun require\n" : '';
    $run .= "  SessionNPBrowserRunKey " . ($kind eq 'login' ? 'login' : 'script') . "\n" if $run;
    $run .= '  SessionNPBrowserRunTimer ' . join(' ', splice @timers, 0, 2) . "\n" while @timers;
    return <<"CONF";
<SessionNPTenant $kind>
  SessionNPCookieName session $kind
  SessionNPCookieName mfa $kind-mfa
  SessionNPCookieName device $kind-device
  SessionNPCookiePath /$kind/
  SessionNPInactivityTimeout 30m
</SessionNPTenant>
<Location /$kind>
  SessionNP On
  SessionNPTenant $kind
$run  Session On
  AuthType form
  AuthName $kind
  AuthFormProvider file
  AuthUserFile $users
  Require valid-user
  ErrorDocument 401 /$kind/form.shtml
</Location>
<Location /$kind/form.shtml>
  Require all granted
</Location>
<Location /$kind/in>
  SetHandler form-login-handler
  Require all granted
  AuthFormLoginRequiredLocation /$kind/form.shtml
</Location>
<Location /$kind/status>
  SetHandler session-np-status
  Require all granted
</Location>
<Location /manage/$kind>
  SetHandler session-np-api
  SessionNPTenant $kind
  AuthType Basic
  AuthName managers
  AuthUserFile $users
  Require user manager
</Location>
CONF
}

sub form {
    my ($kind) = @_;
    return <<"HTML";
<!DOCTYPE html><title>log in</title>
<form method=post action=/$kind/in>
<input type=hidden name=httpd_location value="<!--#echo encoding="entity" var="REDIRECT_URL" -->">
<input name=httpd_username autofocus autocomplete=off><input type=password name=httpd_password autocomplete=off>
<button>log in</button></form>
HTML
}

sub document {
    my ($n) = @_;
    return "<!DOCTYPE html>\n<html lang=en><head><title>protected</title></head>\n"
        . "<body><p id=n>$n</p><a id=next href=doc" . ($n % 3 + 1) . ".html>next</a></body></html>\n";
}

my @missing = grep { !program($_) } qw(node chromium Xvfb openbox xdotool);
$ENV{NP_FIREFOX} = program('firefox-esr') ? 'firefox-esr' : '';
if (@missing) {
    die "missing: @missing, and CI is set\n" if $ENV{CI};
    plan skip_all => "missing: @missing";
}

my $users = work_dir() . '/run/users';
spew($users, join '', map { "$_:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n" } 'manager', map { "run$_" } 1 .. USERS);
my $memcached = NP::Memcached->start;
my @kinds = sort keys %timers;
my $server = NP::Httpd->new(
    conf => 'SessionNPStore memcache:' . $memcached->address . "\nSessionNPStoreTimeout 10s\n" . <<'CONF' . join('', map { place($_, $users) } @kinds),
SessionNPStateDir @root@/state/np
LogFormat "%{begin:msec}t %>s %m %U%q %{Referer}i" trial
CustomLog @root@/logs/access_log trial
AddType text/html .shtml
AddOutputFilter INCLUDES .shtml
<Directory @htdocs@>
  Options +Includes
</Directory>
AliasMatch ^/\w+/run\d+/(doc\d\.html)$ @htdocs@/$1
CONF
    files => { map({ ("$_/form.shtml" => form($_)) } @kinds), map({ ("doc$_.html" => document($_)) } 1 .. 3) });

my $ended;
open my $pipe, '-|', 'node', work_dir() . '/browser/run.mjs', $server->url, $server->root . '/logs' or die "node: $!\n";
while (defined(my $line = <$pipe>)) {
    chomp $line;
    if ($line =~ /^(not )?ok (.*)$/) { ok(!$1, $2) }
    elsif ($line eq 'the end') { $ended = 1 }
    else { diag($line =~ s/^# //r) }
}
close $pipe;
sleep 1;                              # as in NP::Browser
SKIP: {
    skip 'Firefox: there is no firefox-esr here, and it cannot be installed', 1 if !$ENV{NP_FIREFOX};
    pass('with Firefox');
}
ok($ended, 'all of it was run');
done_testing();
