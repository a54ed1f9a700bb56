# SPDX-License-Identifier: Apache-2.0
# Each figure moves by exactly what was done, whichever child did it; and its
# forms say the same.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use JSON::PP ();
use NP::Log ();
use NP::Metrics;
use NP::Run qw(spawn);
use NP::Site;
use NP::Test;
use Time::HiRes qw(sleep);

use constant { PROCESSES => 6, EACH => 10 };
plan tests => 81, need need_module('session_np');

my $memcached = start_memcached();
my %tenants = (idle => 'SessionNPInactivityTimeout 1s', life => 'SessionNPRequireLoginAfter 2s',
    locked => 'SessionNPLoginAttempts 2', few => 'SessionNPMaxSessions 1',
    one => 'SessionNPMaxSessions 1 deny', mode => 'SessionNPMode persistent');
my $server = site(store => 'memcache:' . $memcached->address, tenants => \%tenants, more => <<'CONF',
<Location /speak>
  SessionNP On
  SessionNPTrustBackend On
  SetHandler cgi-script
</Location>
<Location /metrics>
  Require local
  SetHandler session-np-metrics
</Location>
<Location /metrics/closed>
  Require all denied
</Location>
<Location /server-status>
  Require local
  SetHandler server-status
</Location>
Listen 127.0.0.1:@port3@
<VirtualHost 127.0.0.1:@port3@>
  ServerName other.example
</VirtualHost>
CONF
    files => { speak => <<'SH' });
#!/bin/sh
printf 'Content-Type: text/plain\n%s\n\n.' "$(printf '%s' "$QUERY_STRING" | sed 's/=/: /')"
SH
my $url = $server->url;

sub figures { return parse_metrics(curl("$url/metrics")->body)->{values} }

# What changed, without the stores: "requests none" => 1, of the tenant
# default of localhost; "idle: requests none" of another one
sub tenant_name {
    my ($labels) = @_;
    my ($tenant) = $labels =~ /tenant="([^"]*)"/;
    my ($host) = $labels =~ /host="([^"]*)"/;
    return '' if $tenant eq 'default' && $host eq 'localhost';
    return ($tenant eq 'default' ? $host : $tenant) . ': ';
}

sub changes {
    my ($before, $after) = @_;
    my %change;
    for (grep { !/store_|start_time|build_info/ } keys %$after) {
        my ($metric, $labels) = /^session_np_(?:sessions_)?(\w+?)(?:_unsuccessful)?_total\{(.*)\}$/ or die "what is $_?\n";
        my ($value) = $labels =~ /(?:state|cause|result|reason)="(\w+)"/;
        my $change = $after->{$_} - ($before->{$_} || 0);
        $change{ tenant_name($labels) . $metric . (defined $value ? " $value" : '') } = $change if $change;
    }
    return \%change;
}

# What is done when the answer is out is counted a moment later. The figures when
# nothing is due any more:
sub settled {
    my $last = figures();
    wait_until(10, sub {
        sleep 0.2;
        my ($before, $now) = ($last, figures());
        $last = $now;
        return !%{ changes($before, $now) };
    });
    return $last;
}

sub moves {
    my ($name, $code, %expected) = @_;
    my $before = figures();
    my $said = $code->();
    my $found;
    wait_until(10, sub {
        $found = changes($before, figures());
        return same($found, \%expected);
    });
    is_deeply $found, \%expected, "counted: $name" or diag explain $found;
    return $said;
}

# The store's: "get found" => 1
sub operations {
    my ($before, $after) = @_;
    my %change;
    for (grep { /^session_np_store_operations_total/ } keys %$after) {
        my ($operation) = /operation="(\w+)"/;
        my ($outcome) = /outcome="(\w+)"/;
        my $change = $after->{$_} - $before->{$_};
        $change{"$operation $outcome"} = $change if $change;
    }
    return \%change;
}

my $jar = cookie_jar();
sub log_in { my ($place, $in) = @_; return curl("$url/basic/$place", user => 'alice:secret', jar => $in || $jar) }
sub ask { return curl("$url/basic/", jar => $_[0] || $jar) }

# --- the page ------------------------------------------------------------------

my $answer = curl("$url/metrics");
is $answer->status, 200, 'the page is there';
is $answer->header('Content-Type'), 'text/plain; version=0.0.4; charset=utf-8', 'with its type';
is $answer->header('Cache-Control'), 'no-store', 'and is not kept';
is $answer->header('Set-Cookie'), undef, 'no cookie';
my $parsed = eval { parse_metrics($answer->body) };
ok $parsed, 'it is the text format' or diag $@;
is $parsed->{type}{session_np_requests_total}, 'counter', 'with types';
is scalar(grep { $_ && !/^[12]$/ } map { $parsed->{values}{$_} } grep { /^session_np_\w+_total/ && !/_ups_|_downs_/ } keys %{ $parsed->{values} }), 0,
    'and begins at nothing';
for my $host (qw(localhost other.example)) {
    is $parsed->{values}{qq(session_np_sessions_begun_total{host="$host",tenant="default"})}, 0, "the tenant of $host";
}
is $parsed->{values}{'session_np_sessions_begun_total{tenant="idle"}'}, 0, 'a tenant of all hosts has no label for one';
$answer = curl("$url/metrics", method => 'HEAD');
is $answer->status, 200, 'HEAD is answered';
like $answer->header('Content-Length'), qr/^[1-9]/, 'with a length';
$answer = curl("$url/metrics", data => 'x');
is $answer->status, 405, 'POST is refused';
like $answer->header('Allow'), qr/GET/, 'and told what is not';
is curl("$url/metrics?format=xml")->status, 400, 'a format that is not there';
is curl("$url/metrics/closed")->status, 403, 'Require says who may see it';
for my $bad ('x 1', "# HELP x y\n# TYPE x counter\nx 1\n", "# HELP x_total y\n# TYPE x_total counter\nx_total{a=\"b\",} 1\n",
             "# HELP x_total y\n# TYPE x_total counter\nx_total 1\nx_total 1\n") {
    ok !eval { parse_metrics($bad); 1 }, 'the parser of this test is strict';
}

# --- each figure ---------------------------------------------------------------

moves('a login', sub { log_in('') }, 'requests none' => 1, begun => 1, new_devices => 1);
moves('a request', sub { ask() }, 'requests live' => 1);
moves('two', sub { ask() for 1 .. 2 }, 'requests live' => 2);
moves('a place without sessions', sub { curl("$url/", jar => $jar) });
moves('a forged cookie', sub { curl("$url/basic/", cookie => 'auth0=' . 'A' x 64) }, 'requests none' => 1);
moves('a second factor', sub { curl("$url/speak?Session-NP-MFA=otp", jar => $jar) }, 'requests live' => 1, step_ups => 1);
moves('a header that is not obeyed', sub { curl("$url/speak?Session-NP-Mode=x", jar => $jar) }, 'requests live' => 1, headers_ignored => 1);
moves('a login in the place of another', sub { curl("$url/speak?Session-NP-Login=bob", jar => $jar) },
    'requests live' => 1, begun => 1, 'ended replaced' => 1);
moves('an application\'s failed login', sub { curl("$url/speak?Session-NP-Login-Failed=bob") }, 'requests none' => 1, 'logins failed' => 1);
my $old = slurp($jar);
moves('a logout', sub { curl("$url/logout", jar => $jar, method => 'POST') }, 'requests live' => 1, 'ended logout' => 1);
my $gone = cookie_jar();
spew($gone, $old);
moves('a session that was logged out', sub { curl("$url/status", jar => $gone) }, 'requests ended' => 1);
$memcached->flush;
spew($gone, $old);
moves('a session that the store does not know', sub { curl("$url/status", jar => $gone) }, 'requests none' => 1);

# Limits: to ask for the status is no interaction
for (['idle', 'idle'], ['life', 'expired']) {
    my ($tenant, $cause) = @$_;
    my $in = cookie_jar();
    my $before = figures();
    log_in("$tenant/", $in);
    wait_until(30, sub { my $s = app_state("$url/status/$tenant?", $in); $s ne 'live' && $s });
    my $found;
    wait_until(10, sub {
        $found = changes($before, figures());
        return !grep { !$found->{"$tenant: $_"} } "ended $cause", "requests $cause", 'begun';
    });
    is $found->{"$tenant: ended $cause"}, 1, "counted: the end of a session, $cause";
    is $found->{"$tenant: requests $cause"}, 1, 'and the request that found it';
    is $found->{"$tenant: begun"}, 1, 'and its beginning';
}

# Guesses
settled();
moves("failure $_", sub { curl("$url/basic/locked/", user => 'alice:wrong') }, 'locked: requests none' => 1, 'locked: logins failed' => 1)
    for 1 .. 2;
is moves('a try of who is locked out', sub { curl("$url/basic/locked/", user => 'alice:secret') },
    'locked: requests none' => 1, 'locked: logins locked' => 1)->status, 429, 'which is answered so';

# Too many sessions
log_in("$_/", cookie_jar()) for qw(few one);
settled();
moves('the oldest session, which makes room', sub { log_in('few/', cookie_jar()) },
    'few: requests none' => 1, 'few: begun' => 1, 'few: ended limit' => 1, 'few: new_devices' => 1);
moves('a login that is one too many', sub { log_in('one/', cookie_jar()) }, 'one: requests none' => 1, 'one: logins refused' => 1);

# Virtual hosts
my $other = 'http://127.0.0.1:' . $server->port(3);
moves('another virtual host', sub { curl("$other/basic/", user => 'alice:secret') },
    'other.example: requests none' => 1, 'other.example: begun' => 1, 'other.example: new_devices' => 1);

# --- the store -----------------------------------------------------------------

# The module may look after its store meanwhile: then it is done once more
sub same { my $json = JSON::PP->new->canonical; return $json->encode($_[0]) eq $json->encode($_[1]) }

$memcached->flush;
log_in('');
my ($before, $told);
wait_until(60, sub {
    $before = figures();
    ask();
    return same($told = operations($before, figures()), { 'get found' => 1 });
});
is_deeply $told, { 'get found' => 1 }, 'a request asks the store once';
my (%sum, $asked);
wait_until(60, sub {
    $before = figures();
    $asked = $memcached->counts_during(sub { log_in('', cookie_jar()); curl("$url/logout", jar => $jar, method => 'POST') });
    $told = operations($before, figures());
    %sum = ();
    $sum{ /^get/ ? 'get' : /^remove/ ? 'delete' : 'set' } += $told->{$_} for keys %$told;
    return same(\%sum, $asked);
});
is_deeply \%sum, $asked, 'operations are those that memcached saw';
ok !(grep { !$sum{$_} } qw(get set delete)), 'of each kind';
my $all = figures();
my ($durations) = grep { /duration_seconds_count.*"get"/ } keys %$all;
is $all->{$durations}, $all->{ (grep { /operations_total.*"get".*found/ } keys %$all)[0] }
    + $all->{ (grep { /operations_total.*"get".*missing/ } keys %$all)[0] }, 'each of them is timed';

my $damaged = cookie_jar();
$memcached->flush;
log_in('', $damaged);
for (grep { !/^x/ } keys %{ { $memcached->items } }) {
    $memcached->ask("append $_ 0 0 1 noreply\r\nx\r\nstats");
}
settled();
moves('a damaged record', sub { curl("$url/status", jar => $damaged) }, 'requests none' => 1, 'records_ignored damaged' => 1);

log_in('');
$before = settled();
$memcached->pause;
moves('a request while the store is away', sub { curl("$url/status", jar => $jar) }, 'requests unavailable' => 1);
$told = operations($before, figures());
ok $told->{'get unavailable'} > 0, 'the store did not answer';
my ($downs) = grep { /store_downs/ } keys %$before;
my ($ups) = grep { /store_ups/ } keys %$before;
ok figures()->{$downs} > $before->{$downs}, 'it went';
$memcached->resume;
ok wait_until(10, sub { ask()->status == 200 }), 'it answers again';
ok wait_until(10, sub { figures()->{$ups} > $before->{$ups} }), 'it came back';

# --- all children, and those after a graceful restart ---------------------------

wait_until(10, sub { my $first = figures(); ask(); !operations($first, figures())->{'get unavailable'} });
settled();
moves('requests to all children', sub {
    my @pids = map { spawn(work_dir() . "/run/metrics.out", command => ['curl', '-sS', '--noproxy', '*', '-o', '/dev/null',
        '-b', $jar, "$url/basic/?[1-" . EACH . ']']) } 1 .. PROCESSES;
    waitpid $_, 0 for @pids;
}, 'requests live' => PROCESSES * EACH);
my $moded = cookie_jar();
moves('a login in another mode', sub { log_in('mode/', $moded) },
    'mode: requests none' => 1, 'mode: begun' => 1, 'mode: new_devices' => 1);
my $conf = $server->root . '/httpd.conf';
(my $text = slurp($conf)) =~ s/SessionNPMode persistent/SessionNPMode non-persistent/ or die;
spew($conf, $text);
$before = figures();
$server->graceful;
my $after = figures();
is_deeply changes($before, $after), {}, 'a graceful restart keeps the counts';
my $log = NP::Log->new($server->log->path);
kill HUP => $server->pid;
wait_until(30, sub { scalar(() = $log->lines(qr/resuming normal operations/)) }) or die "no restart\n";
is_deeply changes($before, $after = figures()), {}, 'and so does another one';
is $after->{session_np_start_time_seconds}, $before->{session_np_start_time_seconds}, 'and since when';
ok !(grep { $after->{$_} < $before->{$_} } grep { /store_op.*(?:total|count|sum|bucket)/ } keys %$before), 'those of the store, too';
moves('a new id for another mode', sub { curl("$url/basic/mode/", jar => $moded) }, 'mode: requests live' => 1, 'mode: reissues' => 1);

# --- JSON ------------------------------------------------------------------------

$answer = curl("$url/metrics?format=json");
is $answer->header('Content-Type'), 'application/json', 'JSON has its type';
my $json = JSON::PP::decode_json($answer->body);
$all = figures();
my ($tenant) = grep { $_->{tenant} eq 'default' && $_->{host} eq 'localhost' } @{ $json->{tenants} };
my $labels = 'host="localhost",';
is $tenant->{begun}, $all->{"session_np_sessions_begun_total{${labels}tenant=\"default\"}"}, 'it says the same of logins';
is $tenant->{requests}{live}, $all->{"session_np_requests_total{${labels}state=\"live\",tenant=\"default\"}"}, 'and of requests';
is $tenant->{ended}{logout}, $all->{"session_np_sessions_ended_total{cause=\"logout\",${labels}tenant=\"default\"}"}, 'and of ends';
my ($store) = @{ $json->{stores} };
is $store->{operations}{get}{unavailable}, $all->{ (grep { /operations_total.*"get".*unavailable/ } keys %$all)[0] }, 'and of the store';
ok $store->{p50_ms} > 0 && $store->{p50_ms} <= $store->{p95_ms} && $store->{p95_ms} <= $store->{p99_ms}, 'percentiles are in their order';
like $json->{since}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'since when';
like curl("$url/metrics", header => ['Accept: application/json'])->body, qr/^\{/, 'Accept asks for it';
like curl("$url/metrics?format=text", header => ['Accept: application/json'])->body, qr/^#/, 'the query comes first';
like curl("$url/metrics", header => ['Accept: application/openmetrics-text;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'])->body,
    qr/^#/, 'what Prometheus asks for';

# --- mod_status, in any order -------------------------------------------------------

sub status_says {
    my ($where, $name) = @_;
    my $lines = curl("$where/server-status?auto")->body;
    like $lines, qr/^SessionNPRequestsLive: \d+$/m, "$name: lines of mod_status";
    like $lines, qr/^SessionNPStoreFailures: \d+$/m, "$name: and of the store";
    like curl("$where/server-status")->body, qr{<td>default</td><td>localhost</td><td>ended</td><td>logout</td><td>\d+</td>}, "$name: its table";
    return $lines;
}
my ($begun) = status_says($url, 'before us') =~ /^SessionNPBegun: (\d+)$/m;
my $sum = 0;
$sum += $_->{begun} for @{ $json->{tenants} };
is $begun, $sum, 'over all tenants';

$server->restart;
is scalar(keys %{ changes({}, figures()) }), 0, 'a new start begins at nothing';

chomp(my $libexec = qx(@{[ $ENV{APXS} || 'apxs' ]} -q LIBEXECDIR));
my $places = <<'CONF';
SessionNPStateDir @root@/state/np
<Location />
  SessionNP On
</Location>
<Location /server-status>
  SetHandler server-status
</Location>
<Location /metrics>
  SetHandler session-np-metrics
</Location>
CONF
my @few = qw(session_np socache_shmcb authz_host dir mime);
status_says(httpd(modules => \@few, conf => "LoadModule status_module $libexec/mod_status.so\n$places")->url, 'after us');
my $without = httpd(modules => \@few, conf => $places);
is curl($without->url . '/metrics')->status, 200, 'without mod_status all is as it was';
