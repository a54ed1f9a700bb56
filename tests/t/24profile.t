# SPDX-License-Identifier: Apache-2.0
# SessionNPProfile: apachectl -t tells each rule that a tenant misses, at its
# limit and one over it, and what to write instead.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;

# A tenant that misses nothing on any level; what a test adds comes later, and wins
my $good = <<'CONF';
SessionNPInactivityTimeout 15m
SessionNPRequireLoginAfter 12h
SessionNPCookieSecure on
SessionNPCookieSameSite Lax
SessionNPCompatCookies Off
SessionNPCookieName session __Host-auth0
SessionNPCookieName mfa __Host-auth0-mf
SessionNPCookieName device __Host-did
SessionNPLoginAttempts 10
CONF
(my $domain = $good) =~ s/__Host-/__Secure-/g;
$domain .= "SessionNPCookieDomain example.com\n";

# [level, what is set, error or warning, what it says]; without the last two:
# nothing is said
my @cases = (
    ['aal1', ''], ['aal2', ''], ['aal3', ''],
    ['aal1', 'SessionNPRequireLoginAfter 30d'],
    ['aal1', 'SessionNPRequireLoginAfter 43201m', 'warn',
        qr/SessionNPRequireLoginAfter is 43201m in both modes, and SHOULD.* 30d: write SessionNPRequireLoginAfter 30d \(NIST SP 800-63B-4 section 2\.1\.3\)/],
    ['aal1', "SessionNPRequireLoginAfter 30d\nSessionNPInactivityTimeout 30d"],
    ['aal2', "SessionNPRequireLoginAfter 24h\nSessionNPInactivityTimeout 60m"],
    ['aal2', 'SessionNPRequireLoginAfter 1441m', 'warn',
        qr/SessionNPRequireLoginAfter is 1441m .*SHOULD.* 24h: write SessionNPRequireLoginAfter 24h .*2\.2\.3/],
    ['aal2', 'SessionNPInactivityTimeout 61m', 'warn',
        qr/SessionNPInactivityTimeout is 61m .*SHOULD.* 1h: write SessionNPInactivityTimeout 1h .*2\.2\.3/],
    ['aal3', 'SessionNPRequireLoginAfter 721m', 'error',
        qr/SessionNPRequireLoginAfter is 721m .*SHALL.* 12h: write SessionNPRequireLoginAfter 12h .*2\.3\.3/],
    ['aal3', 'SessionNPInactivityTimeout 16m', 'warn',
        qr/SessionNPInactivityTimeout is 16m .*SHOULD.* 15m: write SessionNPInactivityTimeout 15m .*2\.3\.3/],
    # each mode is looked at, for applications choose
    ['aal2', 'SessionNPInactivityTimeout persistent 61m', 'warn', qr/is 61m in persistent mode,/],
    ['aal2', 'SessionNPInactivityTimeout non-persistent 61m', 'warn', qr/is 61m in non-persistent mode,/],
    # nobody is idle for longer than he lives
    ['aal2', "SessionNPInactivityTimeout 24h\nSessionNPRequireLoginAfter 1h"],
    ['aal3', "SessionNPInactivityTimeout 24h\nSessionNPRequireLoginAfter 1h", 'warn',
        qr/SessionNPInactivityTimeout is 1h in both modes, by another limit,/],
    # what is in force is what counts
    ['aal1', "SessionNPPlan professional\nSessionNPRequireLoginAfter 31d"],
    ['aal1', 'SessionNPMode persistent', 'warn', qr/write SessionNPMode non-persistent .*section 5\.1\)/],
    ['aal1', 'SessionNPCookieSecure auto', 'error', qr/SHALL.*write SessionNPCookieSecure on .*5\.1\.1/],
    ['aal1', 'SessionNPCookieName device did', 'warn',
        qr/begin with __Host-, and "did" do not: write SessionNPCookieName device __Host-did \(/],
    ['aal1', "SessionNPCookieName session auth0\nSessionNPCookieName mfa mf", 'warn',
        qr/"auth0", "mf" do not: write SessionNPCookieName session __Host-auth0, SessionNPCookieName mfa __Host-mf/],
    ['aal1', $domain, 'warn', qr/SessionNPCookieDomain is example\.com.*remove/],
    ['aal1', 'SessionNPCookieSameSite None', 'warn', qr/is None, .*write SessionNPCookieSameSite Lax/],
    ['aal1', 'SessionNPCookieSameSite Strict'],
    ['aal1', 'SessionNPCompatCookies On', 'warn', qr/write SessionNPCompatCookies Off/],
    ['aal1', 'SessionNPLoginAttempts 100'],
    ['aal1', 'SessionNPLoginAttempts off'],
    # the second argument
    ['aal3 warn', "SessionNPRequireLoginAfter 721m\n", 'warn', qr/SHALL be no more than 12h/],
    ['aal2 refuse', 'SessionNPInactivityTimeout 61m', 'error', qr/SHOULD be no more than 1h/],
    ['aal2 refuse', ''],
    ['off refuse', "SessionNPCookieSecure auto\nSessionNPRequireLoginAfter 90d"],
);
plan tests => 3 * @cases + 24, need need_module('session_np');

my $server = httpd(start => 0);

# What a configuration test says of profiles: exit, lines
sub test {
    my ($exit, $said) = $server->configure($_[0])->configtest;
    return ($exit, grep { /misses aal/ } split /\n/, $said);
}
sub tenant { return join "\n", '<SessionNPTenant t>', @_, '</SessionNPTenant>', '' }

for my $case (@cases) {
    my ($profile, $text, $level, $says) = @$case;
    my ($exit, @lines) = test(tenant("SessionNPProfile $profile", $good, $text));
    (my $name = "$profile: $text") =~ s/\n+(?=.)/ | /g;
    is $exit ? 'refused' : 'accepted', ($level || '') eq 'error' ? 'refused' : 'accepted', $name;
    is scalar @lines, $says ? 1 : 0, 'so many rules are missed' or diag @lines;
    like $lines[0] || '', $says || qr/^$/, 'and told';
}

# The line is complete: number, level, directive, tenant
my ($exit, @lines) = test(tenant("SessionNPProfile aal3", $good, 'SessionNPInactivityTimeout 16m'));
like $lines[0], qr/:warn\].*NP0007: SessionNPProfile \(line \d+ of .*httpd\.conf\): tenant "t" misses aal3: /, 'a warning';
($exit, @lines) = test(tenant("SessionNPProfile aal3", $good, 'SessionNPCookieSecure auto'));
like $lines[0], qr/:error\].*NP0001: SessionNPProfile \(line \d+ of .*httpd\.conf\): tenant "t" misses aal3: /, 'an error';

# The defaults
($exit, @lines) = test(tenant('SessionNPProfile aal2 warn'));
is $exit, 0, 'the defaults, with warn: accepted';
is scalar(@lines), 9, 'every limit in each mode, and every cookie rule but Domain and mode';
is scalar(grep { /is 3d in persistent mode, the default, / } @lines), 1, 'defaults are called so';
is scalar(grep { /is 24h in non-persistent mode, the default, / } @lines), 1, 'in each mode';
is scalar(grep { /SessionNPLoginAttempts off/ } @lines), 1, 'failed logins have to be counted';
($exit, @lines) = test(tenant('SessionNPProfile aal2', 'SessionNPLoginWindow 5m'));
is scalar(grep { /SessionNPLoginAttempts/ } @lines), 0, 'a window counts them, too';
($exit, @lines) = test(tenant(''));
is "$exit @lines", '0 ', 'without the directive nothing is checked';

# A tenant that is opened again: the last line counts, wherever it stands
($exit, @lines) = test(tenant($good) . tenant('SessionNPProfile aal3') . tenant('SessionNPInactivityTimeout 16m'));
is scalar(@lines), 1, 'opened again: the whole is checked';
($exit, @lines) = test(tenant($good, 'SessionNPProfile aal3 refuse') . tenant('SessionNPProfile aal2'));
is scalar(@lines), 0, 'opened again: the last profile counts';
($exit, @lines) = test(tenant($good, 'SessionNPProfile aal3 refuse') . tenant("SessionNPProfile aal3\nSessionNPCompatCookies On"));
is $exit . scalar(@lines), '01', 'and does not keep the other\'s second argument';

# Virtual hosts
sub vhost { return join "\n", '<VirtualHost 127.0.0.1:@port@>', "ServerName $_[0].example", @_[1 .. $#_], '</VirtualHost>', '' }
my $strict = tenant($good, 'SessionNPProfile aal3');
($exit, @lines) = test($strict . vhost('plain') . vhost('busy', tenant('SessionNPInactivityTimeout 16m')));
is scalar(@lines), 1, 'a virtual host refines a tenant';
like $lines[0], qr/tenant "t" of virtual host busy\.example misses aal3: .*16m/, 'and is named';
($exit, @lines) = test(tenant($good, "SessionNPProfile aal3\nSessionNPInactivityTimeout 16m") . vhost('plain')
    . vhost('other', "<SessionNPTenant u>\nSessionNPMode persistent\n</SessionNPTenant>"));
is scalar(@lines), 1, 'a tenant that it does not refine is told of once';
unlike $lines[0], qr/virtual host/, 'by the server';
($exit, @lines) = test($strict . vhost('own', tenant("SessionNPProfile aal2 refuse\nSessionNPInactivityTimeout 61m")));
isnt $exit, 0, 'a virtual host has a profile of its own';
like $lines[0], qr/own\.example misses aal2: /, 'which takes the place of the server\'s';
($exit, @lines) = test($strict . vhost('off', tenant("SessionNPProfile off\nSessionNPInactivityTimeout 61m")));
is "$exit @lines", '0 ', 'or none';
($exit, @lines) = test(tenant($good) . vhost('only', tenant("SessionNPProfile aal3\nSessionNPRequireLoginAfter 13h")));
like $lines[0], qr/only\.example misses aal3: .*13h/, 'or the only one';

# Mistakes in the directive itself
my $said;
($exit, $said) = $server->configure(tenant('SessionNPProfile aal4'))->configtest;
like $said, qr/SessionNPProfile: "aal4" is not known: use one of aal1, aal2, aal3, off/, 'no such level';
($exit, $said) = $server->configure(tenant('SessionNPProfile aal2 maybe'))->configtest;
like $said, qr/SessionNPProfile: "maybe" is not known: use one of warn, refuse/, 'no such way';
($exit, $said) = $server->configure('SessionNPProfile aal2')->configtest;
like $said, qr/SessionNPProfile belongs to a tenant/, 'outside of a tenant';

# A server runs by it as by any other
$server->configure(tenant($good, 'SessionNPProfile aal3', 'SessionNPInactivityTimeout 16m'))->start;
ok scalar($server->log->lines(qr/NP0007/)), 'a server that starts says so';
