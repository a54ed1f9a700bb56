#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Does it stay as fast when there are many: sessions in a store, tenants in a
# configuration? And what does a login cost? By hand: a million sessions take
# minutes and 700 MB.
#   --sessions a,b,c (1000,10000,100000,1000000)   --tenants N (10000)
#   --rounds N (5)   --seconds N (4)
use strict;
use warnings;
use Getopt::Long qw(GetOptions);
use MIME::Base64 qw(encode_base64);
use NP::Contender ();
use NP::Measure qw(load median);
use NP::Memcached ();
use NP::Report qw(machine row);
use NP::Run qw(take_ports work_dir spew);
use Time::HiRes qw(time);

my %asked = (sessions => '1000,10000,100000,1000000', tenants => 10_000, rounds => 5,
             seconds => 4);
GetOptions(\%asked, 'sessions=s', 'tenants=i', 'rounds=i', 'seconds=i') && !@ARGV
    or die "usage: growth [--sessions a,b,c] [--tenants N] [--rounds N] [--seconds N]\n";
$| = 1;
my (undef, $block) = take_ports();
mkdir "$ENV{NP_WORK}/t/logs" or die "t/logs: $!\n";
my $key = spew(work_dir() . '/run/record.key', join('', map { sprintf '%02x', rand 256 } 1 .. 32) . "\n");
chmod 0600, $key;
my @users = map { "user$_" } 1 .. 200;
spew(work_dir() . '/run/users', join '', map { "$_:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n" } @users);
my $users = "AuthName bench\nAuthUserFile \@work\@/run/users\n";

my $serial = 0;

# A httpd with a store that has $sessions in it
sub site {
    my ($sessions, %option) = @_;
    my $store = $option{store} || NP::Memcached->start(args => ['-m', 2048]);
    my $cookies = work_dir() . "/run/cookies." . ++$serial;
    my $began = time;
    system(work_dir() . "/programs/np_grow $key " . $store->address . " $sessions >$cookies")
        and die "np_grow does not work\n";
    my $made = time - $began;
    my %stat = $store->stats;
    my $contender = NP::Contender->new(id => "n$sessions", stores => [$store],
        modules => ['session_np'], %option,
        random => { header => 'Cookie', prefix => 'auth0=', values => $cookies },
        conf => "SessionNPStore memcache:" . $store->address . "\nSessionNPKeyFile $key\nSessionNPStoreTimeout 10s\n"
            . ($option{conf} || ''),
        page => "SessionNP On\nAuthType SessionNP\n${users}Require valid-user",
        login => "SessionNP On\nAuthType Basic\nAuthBasicProvider file\n"
            . "${users}Require valid-user", files => { 'login/index.html' => 'in' });
    $began = time;
    $contender->start;
    return { sessions => $sessions, contender => $contender, store => $store,
             start => time - $began, made => $made,
             items => $stat{curr_items}, bytes => $stat{bytes}, rounds => [] };
}

my @problems;

# Rounds of each in turn
sub rounds {
    my (@sites) = @_;
    for my $n (1 .. $asked{rounds}) {
        for my $site (@sites) {
            my $round = load($site->{contender}, 32, $asked{seconds});
            push @problems, "$round->{failed} failed requests" if $round->{failed};
            push @{ $site->{rounds} }, $round;
        }
    }
    return;
}

sub middle { my ($what, $site) = @_; return median(map { $_->{$what} } @{ $site->{rounds} }) }

# To the same rounds of another one
sub ratio {
    my ($what, $site, $other) = @_;
    return median(map { $site->{rounds}[$_]{$what} / $other->{rounds}[$_]{$what} }
                  0 .. $#{ $site->{rounds} });
}

my @columns = ('requests/s', 'to the first', 'CPU us', 'to the first');

sub measured {
    my ($site, $first) = @_;
    return (sprintf('%.0f', middle('rate', $site)), sprintf('%.2f', ratio('rate', $site, $first)),
        sprintf('%.1f', middle('cpu', $site)), sprintf('%.2f', ratio('cpu', $site, $first)));
}

sub sessions {
    my @sites = map { site($_) } split /,/, $asked{sessions};
    rounds(@sites);
    print row('live sessions', 'in the store', 'bytes each', 'made in s', @columns)
        . row(('---:') x 8);
    for my $site (@sites) {
        my $each = $site->{bytes} / $site->{items};
        print row($site->{sessions}, $site->{items}, sprintf('%.0f', $each),
            sprintf('%.1f', $site->{made}), measured($site, $sites[0]));
        push @problems, "$each bytes a session" if $each >= 600;
        push @problems, "sessions were evicted" if $site->{items} < $site->{sessions};
    }
    return;
}

sub tenants {
    my $many = join '', map { <<"CONF" } 1 .. $asked{tenants};
<SessionNPTenant t$_>
  SessionNPHosts t$_.example.com
  SessionNPInactivityTimeout 10m
</SessionNPTenant>
CONF
    my @sites = (site(1000), site(1000, id => 'tenants', conf => $many));
    rounds(@sites);
    print "\n", row('tenants', 'started in s', @columns) . row(('---:') x 6);
    print row($_ == $sites[0] ? 1 : 1 + $asked{tenants}, sprintf('%.2f', $_->{start}),
        measured($_, $sites[0])) for @sites;
    return;
}

# Each makes a session, and a record of the browser
sub logins {
    my $site = site(1);
    my $values = spew(work_dir() . '/run/passwords',
        join '', map { encode_base64("$_:password") } @users);
    $site->{contender}{path} = '/login/index.html';
    $site->{contender}{random} = { header => 'Authorization', prefix => 'Basic ',
                                   values => $values };
    rounds($site);
    my $requests = 0;
    $requests += $_->{requests} for @{ $site->{rounds} };
    my %count = (gets => 0, writes => 0);
    for my $what (keys %count) {
        $count{$what} += $_->{$what} / $requests for @{ $site->{rounds} };
    }
    print "\n", row('logins/s', 'CPU us', 'gets', 'writes') . row(('---:') x 4),
        row(sprintf('%.0f', middle('rate', $site)), sprintf('%.1f', middle('cpu', $site)),
            map { sprintf '%.2f', $count{$_} } qw(gets writes));
    return;
}

print machine(), "- $asked{rounds} rounds of $asked{seconds} s, 32 connections\n\n";
sessions();
tenants();
logins();
print "failed: $_\n" for @problems;
print @problems ? "Result: FAIL\n" : "Result: PASS\n";
exit(@problems ? 1 : 0);
