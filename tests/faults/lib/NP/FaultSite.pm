# SPDX-License-Identifier: Apache-2.0
# A site whose store is memcached servers behind relays.
#
#   /app     the example of tests/modules, open to all; says state and user in
#            the headers X-State and X-User
#   /closed  the same for live sessions only     /logout  the endpoint
#   /race/   the same three, where the last interaction is written much sooner
package NP::FaultSite;
use strict;
use warnings;
use Exporter 'import';
use NP::Httpd ();
use NP::Memcached ();
use NP::Relay ();
use NP::Run qw(spew work_dir);
use NP::Waits ();

our @EXPORT_OK = qw(HANG);

# What a request may wait for the store; what it may take in all; what is no
# slow machine any more
use constant { TIMEOUT => 0.250, MORE => 0.050, HANG => 3 };

# servers => how many, named => [which of them the configuration names], copies =>
# of each record, timeout => SessionNPStoreTimeout in seconds, fault => of the first relay, conf => more lines
sub new {
    my ($class, %option) = @_;
    my $count = $option{servers} || 1;
    my $self = bless { copies => $option{copies} || 1, timeout => $option{timeout} || TIMEOUT },
        $class;
    for (1 .. $count) {
        my $memcached = NP::Memcached->start(args => ['-m', 256, '-c', 2000]);
        push @{ $self->{memcached} }, $memcached;
        push @{ $self->{relay} }, NP::Relay->start($memcached->port);
    }
    $self->{names} = $option{named} || [0 .. $count - 1];
    $self->{more} = $option{conf} || '';
    $self->{relay}[0]->tell($option{fault}) if $option{fault};
    $self->{httpd} = NP::Httpd->new(conf => $self->_conf);
    return $self;
}

sub httpd     { return $_[0]{httpd} }
sub port      { return $_[0]{httpd}->port }
sub url       { return $_[0]{httpd}->url }
sub memcached { return $_[0]{memcached}[$_[1] || 0] }
sub relay     { return $_[0]{relay}[$_[1] || 0] }
sub timeout   { return $_[0]{timeout} }
sub bound     { return $_[0]{timeout} + MORE }
sub servers   { return scalar @{ $_[0]{relay} } }
sub waits     { return NP::Waits->new($_[0]{httpd}->root . '/logs/waits') }

# Another list of servers, by their numbers, from the next graceful() on
sub name_servers {
    my ($self, @names) = @_;
    $self->{names} = \@names;
    $self->{httpd}->configure($self->_conf);
    return $self;
}

sub _conf {
    my ($self) = @_;
    my $store = join ',', map { $self->{relay}[$_]->address } @{ $self->{names} };
    my $replicas = $self->{copies} > 1 ? "SessionNPStoreReplicas $self->{copies}" : '';
    my $timeout = $self->timeout * 1000 . 'ms';
    return <<"CONF" . _places('') . _places('/race') . $self->{more};
LogLevel warn session_np:error
MaxKeepAliveRequests 0
# two processes with a thread for each connection, and none is ended for want
# of work
<IfModule mpm_prefork_module>
  StartServers 64
  MinSpareServers 1
  MaxSpareServers 64
  MaxRequestWorkers 64
</IfModule>
<IfModule !mpm_prefork_module>
  ServerLimit 4
  StartServers 2
  ThreadsPerChild 40
  MinSpareThreads 1
  MaxSpareThreads 160
  MaxRequestWorkers 80
</IfModule>
KeepAliveTimeout 60
SessionNPStore memcache:$store
$replicas
SessionNPStoreTimeout $timeout
SessionNPStateDir \@root\@/state/np
<SessionNPTenant default>
  SessionNPInactivityTimeout 60s
</SessionNPTenant>
<SessionNPTenant race>
  SessionNPInactivityTimeout 2s
</SessionNPTenant>
<Location /race>
  SessionNPTenant race
</Location>
Header always set X-State "%{SESSION_NP_STATE}e"
Header always set X-User "%{SESSION_NP_USER}e"
LogFormat "%{begin:usec}t %D %P %>s %{SESSION_NP_STATE}e %m %U%q %{SESSION_NP_USER}e" waits
CustomLog \@root\@/logs/waits waits
CONF
}

sub _places {
    my ($prefix) = @_;
    return <<"CONF";
<Location $prefix/app>
  SessionNP On
  SetHandler np-example
  Require all granted
</Location>
<Location $prefix/closed>
  SessionNP On
  SetHandler np-example
  AuthType SessionNP
  AuthName members
  Require session-np valid
</Location>
<Location $prefix/logout>
  SessionNP On
  SetHandler session-np-logout
  Require all granted
</Location>
CONF
}

1;
