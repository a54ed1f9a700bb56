# SPDX-License-Identifier: Apache-2.0
# One of those that are compared: a httpd of its own, a session in it, and the
# stores that it asks.
package NP::Contender;
use strict;
use warnings;
use NP::Curl qw(curl);
use NP::Httpd ();
use NP::Processors qw(as_httpd);

use constant PAGE => '<!DOCTYPE html><title>1 KiB</title>' . 'x' x (1024 - 36) . "\n";

# Those that every httpd has here, so that they make no difference
my @common = qw(mime dir headers authz_host authz_user authn_file auth_basic);

my $serial = 0;

# One child that has a thread for each connection of wrk: none is started while
# it is measured.
sub base {
    my ($threads) = @_;
    return <<"CONF";
LogLevel notice
StartServers 1
ThreadsPerChild $threads
MinSpareThreads 1
MaxSpareThreads $threads
MaxRequestWorkers $threads
MaxKeepAliveRequests 0
KeepAliveTimeout 30
<Directory />
  AllowOverride None
</Directory>
CONF
}

# All have the same two places, for a place costs something by itself.
sub places {
    my ($page, $login) = @_;
    return <<"CONF";
<Location /page.html>
$page
</Location>
<Location /login>
$login
</Location>
CONF
}

# name    => of the row         id   => a word for it
# conf    => lines of the configuration
# page, login => those of the page that is asked for, and of where to log in
# modules => [besides those that all have]
# log_in  => sub ($contender): text of a Cookie header; none without
# stores  => [NP::Memcached]    reads => how often a request asks them (1)
# random  => { header, prefix, values }: see random.lua     path => instead of the page's
# host    => of the requests, where it is no address
sub new {
    my ($class, %option) = @_;
    my $self = bless { stores => [], modules => [], conf => '',
                       page => 'Require all granted', login => 'Require all denied',
                       %option }, $class;
    $self->{reads} = @{ $self->{stores} } ? 1 : 0 if !defined $self->{reads};
    return $self;
}

sub start {
    my ($self) = @_;
    my @options = (mpm => 'event', name => "bench-$self->{id}-" . ++$serial,
        modules => [@common, @{ $self->{modules} }],
        conf => base($self->{threads} || 40) . $self->{conf}
            . "\n" . places($self->{page}, $self->{login}),
        files => { 'page.html' => PAGE, %{ $self->{files} || {} } });
    ($self->{httpd}) = as_httpd(sub { NP::Httpd->new(@options) });
    $self->{after_start}->($self) if $self->{after_start};
    return $self;
}

# Where its memory lies may make a process a little faster or slower, for as long
# as it lives: another one has other luck.
sub restart {
    my ($self) = @_;
    as_httpd(sub { $self->{httpd}->restart });
    return $self;
}

sub name  { return $_[0]{name} }
sub httpd { return $_[0]{httpd} }
sub url   { return $_[0]{httpd}->url('', $_[1] || '/page.html') }

# A session that has just begun, so that no last interaction is due
sub log_in {
    my ($self) = @_;
    $self->{cookie} = $self->{log_in} ? $self->{log_in}->($self) : undef;
    my $page = curl($self->url, cookie => $self->{cookie},
        header => [defined $self->{host} ? "Host: $self->{host}" : ()]);
    die "$self->{name}: " . $page->status . " with its session\n"
        if $page->status != 200 || $page->body ne PAGE;
    return;
}

sub cookie { return $_[0]{cookie} }

# name=value of the cookies that an answer sets
sub cookies_of {
    my ($answer) = @_;
    return join '; ', map { "$_->{name}=$_->{value}" } grep { length $_->{value} }
        $answer->cookies;
}

# What the stores were asked so far: reads and writes
sub asked {
    my ($self) = @_;
    my %sum = (get => 0, write => 0);
    for my $store (@{ $self->{stores} }) {
        my %count = $store->counts;
        $sum{get} += $count{get};
        $sum{write} += $count{$_} for qw(set touch delete cas);
    }
    return %sum;
}

1;
