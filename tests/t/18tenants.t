# SPDX-License-Identifier: Apache-2.0
# A session is one of its tenant, and of its host; which tenant a request has.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;
use NP::Site;

plan tests => 20, need need_module('session_np');

my $memcached = start_memcached();
my $server = site(store => 'memcache:' . $memcached->address, server => <<'CONF', more => <<'MORE');
<SessionNPTenant acme>
  SessionNPPlan essential
  SessionNPInactivityTimeout 100d
  SessionNPRequireLoginAfter 30d
  SessionNPHosts acme.example *.acme.example
</SessionNPTenant>
<SessionNPTenant acme>
  SessionNPMode persistent
</SessionNPTenant>
CONF
<Location /acme>
  SessionNP On
  SessionNPTenant acme
  SetHandler session-np-status
</Location>
<VirtualHost 127.0.0.1:@port@>
  ServerName localhost
</VirtualHost>
<VirtualHost 127.0.0.1:@port@>
  ServerName other.example
</VirtualHost>
MORE
my $url = $server->url;

sub cookie_of {
    my ($host) = @_;
    my $answer = curl("$url/basic/", user => 'alice:secret', header => ["Host: $host"]);
    return 'auth0=' . $answer->cookie('auth0')->{value};
}

sub seen {
    my ($cookie, $host, $path) = @_;
    return curl($url . ($path || '/status'), cookie => $cookie, header => ["Host: $host"])->body;
}

my $default = cookie_of('localhost');
my $acme = cookie_of('acme.example');
my $other = cookie_of('other.example');
like seen($default, 'localhost'), qr/"tenant":"default"/, 'the default tenant';
like seen($acme, 'acme.example'), qr/"tenant":"acme","mode":"persistent"/, 'one by its host';
like seen($acme, 'www.ACME.example'), qr/"tenant":"acme"/, 'and by a host below';
like seen($acme, 'acme.example:8080'), qr/"tenant":"acme"/, 'whatever the port';
like seen($acme, 'localhost', '/acme'), qr/"tenant":"acme"/, 'a place may name it';
is seen($default, 'acme.example'), qq({"state":"none"}\n), 'a session of default is none there';
is seen($acme, 'localhost'), qq({"state":"none"}\n), 'nor the other way round';
is seen($default, 'other.example'), qq({"state":"none"}\n), 'default ends at its host';
is seen($other, 'localhost'), qq({"state":"none"}\n), 'and begins there';
like seen($other, 'other.example'), qr/"tenant":"default"/, 'which has its own';
unlike seen($default, 'xacme.example'), qr/acme/, 'a host that only ends alike is another';

my ($left) = seen($acme, 'acme.example') =~ /"idle_seconds_left":(\d+)/;
cmp_ok $left, '<=', 3 * 86400, 'the plan supersedes the inactivity timeout';
cmp_ok $left, '>', 3 * 86400 - 60, 'and is what holds';
my @lines = $server->log->rewind->lines(qr/NP0002/);
is scalar(grep { /acme/ } @lines), 2, 'each mode is told';
like $lines[0], qr/SessionNPInactivityTimeout.*144000 minutes.*4320 minutes/, 'in minutes';

# A mode that changes under a session
my $jar = cookie_jar();
curl("$url/basic/", user => 'alice:secret', header => ['Host: acme.example'], jar => $jar);
(my $conf = slurp($server->root . '/httpd.conf')) =~ s/SessionNPMode persistent/SessionNPMode non-persistent/;
spew($server->root . '/httpd.conf', $conf);
$server->graceful;
my $persistent = $acme;
my $answer = curl("$url/status", cookie => $persistent, header => ['Host: acme.example']);
my $new = $answer->cookie('auth0');
ok $new, 'a tenant that becomes non-persistent gives its cookies anew';
is $new->{attr}{'max-age'}, undef, 'without a lifetime';
isnt "auth0=$new->{value}", $persistent, 'with a new id';
like seen("auth0=$new->{value}", 'acme.example'), qr/"state":"live"/, 'that is good';
like seen($persistent, 'acme.example'), qr/"state":"live"/, 'the old one for a moment too';
