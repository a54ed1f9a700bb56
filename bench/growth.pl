#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Does it stay as fast when there are many: sessions in a store, tenants in a
# configuration? And what does a login cost? By hand: a million sessions take
# a minute to make, and 700 MB.
#   --sessions a,b,c (1000,10000,100000,1000000)   --tenants N (10000)
#   --rounds N (10)   --seconds N (1)   --shared: all processors for all
use strict;
use warnings;
use Getopt::Long qw(GetOptions);
use List::Util qw(shuffle sum0);
use MIME::Base64 qw(encode_base64);
use NP::Contender ();
use NP::Curl qw(curl);
use NP::Measure qw(load in_turn);
use NP::Memcached ();
use NP::Processors qw(divide_processors);
use NP::Report qw(machine row spread);
use NP::Run qw(take_ports work_dir slurp spew);
use NP::Series qw(median middle added to_beside cpu_to_beside per_request);
use NP::Targets qw(verdict);
use Time::HiRes qw(time);

my %asked = (sessions => '1000,10000,100000,1000000', tenants => 10_000, rounds => 10,
             seconds => 1, shared => 0);
GetOptions(\%asked, 'sessions=s', 'tenants=i', 'rounds=i', 'seconds=i', 'shared') && !@ARGV
    or die "usage: growth [--sessions a,b,c] [--tenants N] [--rounds N] [--seconds N] [--shared]\n";
$| = 1;
my (undef, $block) = take_ports();
mkdir "$ENV{NP_WORK}/t/logs" or die "t/logs: $!\n";
divide_processors() if !$asked{shared};
my $run = work_dir() . '/run';
my $key = spew("$run/record.key", join('', map { sprintf '%02x', rand 256 } 1 .. 32) . "\n");
chmod 0600, $key;
my (@problems, @targets);

# Basic that believes everybody: so a user's name is looked for in no file
my $basic = "AuthType Basic\nAuthName bench\nAuthBasicProvider anon\nAnonymous *\n"
    . "Anonymous_MustGiveEmail Off\nRequire valid-user";

# A httpd with this module, and a store of its own
sub site {
    my ($name, %option) = @_;
    my $id = $name =~ s/\W+/-/gr;
    my $store = NP::Memcached->start(args => ['-m', 2048]);
    my $conf = 'SessionNPStore memcache:' . $store->address
        . "\nSessionNPKeyFile $key\nSessionNPStoreTimeout 10s\n";
    return NP::Contender->new(id => $id, name => $name, stores => [$store],
        page => "SessionNP On\nAuthType SessionNP\nAuthName bench\nRequire valid-user",
        login => "SessionNP On\n$basic", files => { 'login/index.html' => 'in' },
        %option, modules => [qw(session_np authn_anon)], conf => $conf . ($option{conf} || ''));
}

# Rounds of each, the first one between any two of the others, and processes of
# their own for each round. Fills {rounds}, and {started} in seconds.
sub rounds {
    my ($connections, $first, @others) = @_;
    for my $n (1 .. $asked{rounds}) {
        for my $site ($first, @others) {
            my $began = time;
            $n > 1 ? $site->restart : $site->start;
            push @{ $site->{started} }, time - $began;
            $site->log_in if $site->{log_in};
        }
        my @order = shuffle @others;
        my ($firsts, @rounds) =
            in_turn(sub { load($_[0], $connections, $asked{seconds}) }, $first, @order);
        push @{ $first->{rounds} }, @$firsts;
        push @{ $_->{rounds} }, shift @rounds for @order;
        print STDERR "$first->{id}: round $n of $asked{rounds}\n";
    }
    for my $site ($first, @others) {
        my $failed = sum0(map { $_->{failed} } @{ $site->{rounds} });
        push @problems, "$site->{name}: $failed failed requests" if $failed;
    }
    return;
}

sub target {
    my ($name, $how, $limit, $is, $format) = @_;
    push @targets, row($name, "$how $limit", sprintf($format, $is), verdict($is, $how, $limit));
    return;
}

my @columns = ('requests/s', 'to the first', 'CPU us', 'to the first', 'CPU us more', 'store CPU us',
    'gets', 'writes');

sub measured {
    my ($site, $is_first) = @_;
    my $rounds = $site->{rounds};
    return (sprintf('%.0f', middle('rate', $rounds)), sprintf('%.2f', median(to_beside($rounds))),
        sprintf('%.1f', middle('cpu', $rounds)), sprintf('%.2f', median(cpu_to_beside($rounds))),
        $is_first ? '' : spread(added($rounds)), sprintf('%.1f', middle('store_cpu', $rounds)),
        map { sprintf '%.2f', per_request($_, $rounds) } qw(gets writes));
}

# --- sessions ---------------------------------------------------------------

# So many cookies of some, evenly: wrk is as slow by them whatever there is
use constant ASKED_FOR => 20_000;

sub draw {
    my ($file) = @_;
    my @all = split /^/, slurp($file);
    return spew($file, join '', map { $all[$_ * @all / ASKED_FOR] } 0 .. ASKED_FOR - 1);
}

sub filled {
    my ($sessions) = @_;
    my $cookies = "$run/cookies.$sessions";
    my $site = site("$sessions sessions", sessions => $sessions,
        random => { header => 'Cookie', prefix => 'auth0=', values => $cookies });
    my ($store) = @{ $site->{stores} };
    my $began = time;
    system(work_dir() . "/programs/np_grow $key " . $store->address . " $sessions >$cookies")
        and die "np_grow does not work\n";
    $site->{made} = time - $began;
    draw($cookies);
    my %stat = $store->stats;
    @$site{qw(items bytes)} = @stat{qw(curr_items bytes)};
    return $site;
}

sub sessions {
    my @sites = map { filled($_) } split /,/, $asked{sessions};
    rounds(32, @sites);
    print row('live sessions', 'in the store', 'bytes each', 'made in s', @columns)
        . row(('---:') x 12);
    for my $site (@sites) {
        my $each = $site->{bytes} / $site->{items};
        my $is_first = $site == $sites[0];
        print row($site->{sessions}, $site->{items}, sprintf('%.0f', $each),
            sprintf('%.1f', $site->{made}), measured($site, $is_first));
        push @problems, "$each bytes a session" if $each >= 600;
        push @problems, 'sessions were evicted' if $site->{items} < $site->{sessions};
        next if $is_first;
        target("$site->{name}: CPU, to $sites[0]{name}", '<=', 1.1,
            median(cpu_to_beside($site->{rounds})), '%.2f');
        target("$site->{name}: requests/s, to $sites[0]{name}", '>=', 0.9,
            median(to_beside($site->{rounds})), '%.2f');
    }
    target('bytes of a session', '<', 600, $sites[-1]{bytes} / $sites[-1]{items}, '%.0f');
    return;
}

# --- tenants ----------------------------------------------------------------

sub tenants {
    my $count = $asked{tenants};
    my $host = 't' . int(($count + 1) / 2) . '.example.com';
    my $log_in = sub {
        my ($site) = @_;
        return NP::Contender::cookies_of(curl($site->url('/login/index.html'), user => 'alice:x',
            header => ["Host: $host"]));
    };
    my @sites = map {
        my ($first, $last) = @$_;
        my $conf = join '', map { <<"CONF" } $first .. $last;
<SessionNPTenant t$_>
  SessionNPHosts t$_.example.com
  SessionNPInactivityTimeout 10m
</SessionNPTenant>
CONF
        site($first == $last ? 'one tenant' : "$count tenants", conf => $conf, host => $host, log_in => $log_in);
    } [($host =~ /(\d+)/) x 2], [1, $count];
    rounds(32, @sites);
    print "\n", row('tenants', 'started in s', @columns) . row(('---:') x 10);
    print row($_->{name}, sprintf('%.2f', median(@{ $_->{started} })),
        measured($_, $_ == $sites[0])) for @sites;
    target("$count tenants: start in s", '<', 2, median(@{ $sites[1]{started} }), '%.2f');
    target("$count tenants: CPU, to one tenant", '<=', 1.1,
        median(cpu_to_beside($sites[1]{rounds})), '%.2f');
    return;
}

# --- logins -----------------------------------------------------------------

# Each makes a session, and a record of the browser. There are so many users that
# most of them have few.
sub logins {
    my $values = spew("$run/passwords",
        join '', map { encode_base64("user$_:password") } 1 .. 100_000);
    my @option = (path => '/login/index.html',
        random => { header => 'Authorization', prefix => 'Basic ', values => $values });
    my @sites = (site('Basic, Off', @option, login => $basic), site('login', @option));
    rounds(32, @sites);
    print "\n", row('', 'requests/s', 'CPU us', 'CPU us more', 'store CPU us', 'gets', 'writes')
        . row('---', ('---:') x 6);
    for my $site (@sites) {
        my $rounds = $site->{rounds};
        print row($site->{name}, sprintf('%.0f', middle('rate', $rounds)),
            sprintf('%.1f', middle('cpu', $rounds)),
            $site == $sites[0] ? '' : spread(added($rounds)),
            sprintf('%.1f', middle('store_cpu', $rounds)),
            map { sprintf '%.2f', per_request($_, $rounds) } qw(gets writes));
    }
    return;
}

print machine(), "- $asked{rounds} rounds of $asked{seconds} s, 32 connections, each between two "
    . "of the first row\n\n";
sessions();
tenants();
logins();
print "\n", row('target', '', '', '') . row('---', '---:', '---:', '---'), @targets;
print "failed: $_\n" for @problems;
print @problems ? "Result: FAIL\n" : "Result: PASS\n";
exit(@problems ? 1 : 0);
