# SPDX-License-Identifier: Apache-2.0
# Bounds: what many requests leave behind in the children's memory and in the
# store, and how many threads, connections and descriptors there are. The
# numbers are those of docs/bounds.md.
# NP_BOUNDS_REQUESTS=1000000 for a long run.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;
use NP::Site;
use IO::Socket::INET ();
use POSIX ();

use constant {
    REQUESTS => $ENV{NP_BOUNDS_REQUESTS} || 20_000,
    LOGINS   => 500,
    FAILURES => 200,
    MOST     => 10,          # SessionNPLoginAttempts
    CLIENTS  => 4,
    PIPE     => 50,          # requests that are sent before answers are read
    GROWTH   => 1024,        # KB of one child, after the first fifth
    LANES    => 64,          # connections of one child to one server
};

# a sanitizer or valgrind keeps what was freed
my $exact = !$ENV{HTTPD_WRAPPER};
plan tests => 26, need need_module('session_np');

my $memcached = start_memcached();
# a fixed number of children: none begins or ends meanwhile
# (a busy machine is no store that is away)
my $fixed = <<'CONF';
SessionNPStoreTimeout 10s
LogLevel warn session_np:warn
MaxKeepAliveRequests 0
MaxConnectionsPerChild 0
<IfModule mpm_prefork_module>
  StartServers 4
  MinSpareServers 4
  MaxSpareServers 5
  MaxRequestWorkers 4
</IfModule>
<IfModule !mpm_prefork_module>
  StartServers 1
  MinSpareThreads 1
  MaxSpareThreads 10
  ThreadsPerChild 10
  MaxRequestWorkers 10
</IfModule>
CONF
my $server = site(
    store => 'memcache:' . $memcached->address, server => $fixed,
    tenant => 'SessionNPLoginAttempts ' . MOST . "\nSessionNPLoginWindow 15m");
my $jar = cookie_jar();
curl($server->url . '/basic/', user => 'alice:secret', jar => $jar);
my %cookie = jar_cookies($jar);
my $good = "auth0=$cookie{auth0}{value}";

# Threads, connections, descriptors
my $shared = site(server => $fixed);
curl($shared->url . '/app/');
my ($ours, $other);
wait_until(30, sub {
    ($ours, $other) = map { biggest($_) } $server, $shared;
    return $ours->{threads} - $other->{threads} == 3;
});
my $workers = ($ENV{MPM} || 'event') eq 'prefork' ? 1 : 10;
is $ours->{threads} - $other->{threads}, 3,
    'a child with memcached has three threads more: connector, deadline keeper, exchange';
my @children = children($server);
cmp_ok open_connections(), '<=', @children * ($workers < LANES ? $workers : LANES),
    'no more connections than threads';
cmp_ok $ours->{descriptors} - $other->{descriptors}, '<=', 2 * $workers + 2,
    'each with two descriptors';
$shared->stop;

# Requests
many('live session', REQUESTS, 200, sub { ('/app/data.txt', "Cookie: $good") });
is open_items(), 4, 'and in the store session, device, list of sessions, and a pointer to it';
many('nobody', REQUESTS, 401, sub { '/app/' });
is open_items(), 4, 'put nothing into the store';
many('forged cookies', REQUESTS, 401, sub { ('/app/', 'Cookie: auth0=' . forged()) });
is open_items(), 4, 'put nothing into the store';

# Logins whose cookies never come back
my ($items, $octets) = (open_items(), stored());
many('logins', LOGINS, 200, sub { ('/basic/', 'Authorization: Basic YWxpY2U6c2VjcmV0') });
is open_items() - $items, 3 * LOGINS, 'a session or its headstone, a pointer, a device each';
my $each = (stored() - $octets) / LOGINS;
cmp_ok $each, '<=', 1024, sprintf 'of %d octets together', $each;

# Failures
($items, $octets) = (open_items(), stored());
many('wrong passwords', FAILURES, qr/401|429/,
    sub { ('/basic/', 'Authorization: Basic YWxpY2U6d3Jvbmc=') });
cmp_ok open_items() - $items, '<=', MOST + 1, 'a key for each that is allowed, and the lock';
$each = (stored() - $octets) / (MOST + 1);
cmp_ok $each, '<=', 160, sprintf 'of %d octets each', $each;
is scalar($server->log->rewind->lines(qr/session_np:(?:warn|error|crit)\].*NP0(?!119)/)), 0,
    'and nothing was wrong';

# --- what is asked ----------------------------------------------------------

sub stat_of { return {$memcached->stats}->{ $_[0] } }
sub open_items { return stat_of('curr_items') }
sub stored { return stat_of('bytes') }
# but for the one that asks
sub open_connections { return stat_of('curr_connections') - 2 }

# Those that answer requests: cgid's daemon does not have our store
sub children {
    my ($server) = @_;
    return sort grep { !is_cgid($_) } $server->children;
}

sub is_cgid {
    my ($pid) = @_;
    my @sockets = grep { /socket/ } map { readlink || '' } glob "/proc/$pid/fd/*";
    my %listening = map { ((split)[9] => 1) }
        grep { / 00000000:0000 0A / } split /\n/, slurp('/proc/net/tcp');
    return !grep { /\[(\d+)\]/ && $listening{$1} } @sockets;
}

sub status_of {
    my ($pid) = @_;
    my %status = slurp("/proc/$pid/status") =~ /^(\w+):\s+(\S+)/mg;
    my @descriptors = glob "/proc/$pid/fd/*";
    return { threads => $status{Threads}, descriptors => scalar @descriptors,
             memory => $status{RssAnon} };
}

# The most that one child of a server has of each
sub biggest {
    my ($server) = @_;
    my %most;
    for my $one (map { status_of($_) } children($server)) {
        for (keys %$one) {
            $most{$_} = $one->{$_} if !defined $most{$_} || $one->{$_} > $most{$_};
        }
    }
    return \%most;
}

# --- what is done -----------------------------------------------------------

sub forged {
    my @alphabet = ('a' .. 'z', 'A' .. 'Z', 0 .. 9, '-', '_');
    return join '', map { $alphabet[rand @alphabet] } 1 .. 43;
}

# A fifth of the requests, then the rest; three tests
sub many {
    my ($name, $count, $status, $request) = @_;
    my $fifth = int($count / 5);
    my $good = drive($fifth, $status, $request);
    my @pids = children($server);
    my %before = map { $_ => status_of($_)->{memory} } @pids;
    $good += drive($count - $fifth, $status, $request);
    is $good, $count, "$name: $count answers";
    is join(' ', children($server)), "@pids", "$name: by the same children";
    my ($most) = sort { $b <=> $a } map { status_of($_)->{memory} - $before{$_} } @pids;
    SKIP: {
        skip 'no exact memory', 1 if !$exact;
        cmp_ok $most, '<', GROWTH, "$name: no child grew ($most KB)";
    }
    return;
}

# Several clients at once, each on one connection that is kept alive; the number
# of answers with that status
sub drive {
    my ($count, $status, $request) = @_;
    my $share = int($count / CLIENTS);
    my @pipes = map {
        my $number = $_ ? $share : $count - $share * (CLIENTS - 1);
        defined(my $pid = open my $pipe, '-|') or die "fork: $!\n";
        if (!$pid) {
            srand;
            my $good = eval { client($number, $status, $request) };
            print defined $good ? $good : "0 broke off: $@";
            close STDOUT;
            POSIX::_exit(0);
        }
        $pipe;
    } 0 .. CLIENTS - 1;
    my $good = 0;
    for my $pipe (@pipes) {
        my $said = do { local $/; <$pipe> };
        close $pipe;
        my ($number, $wrong) = split / /, $said, 2;
        diag $wrong if $wrong;
        $good += $number;
    }
    return $good;
}

sub client {
    my ($count, $status, $request) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port)
        or die "connect: $!\n";
    my ($good, $wrong) = (0, '');
    while ($count > 0) {
        my $now = $count < PIPE ? $count : PIPE;
        $count -= $now;
        print $socket map {
            my ($path, @fields) = $request->();
            join "\r\n", "GET $path HTTP/1.1", 'Host: localhost', @fields, '', '';
        } 1 .. $now;
        $socket->flush;
        for (1 .. $now) {
            my $got = answer($socket);
            $got =~ /^(?:$status)$/ ? $good++ : ($wrong ||= " answered $got");
        }
    }
    return "$good$wrong";
}

sub answer {
    my ($socket) = @_;
    my ($got, $length) = (0, 0);
    while (defined(my $line = <$socket>)) {
        $got = $1 if $line =~ m{^HTTP/1\.1 (\d+)};
        $length = $1 if $line =~ /^Content-Length: (\d+)/i;
        last if $line eq "\r\n";
    }
    die "the connection was closed\n" if !$got;
    my $body;
    read $socket, $body, $length;
    return $got;
}
