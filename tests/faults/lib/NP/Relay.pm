# SPDX-License-Identifier: Apache-2.0
# A relay in front of a memcached: tests/faults/np_relay.c.
package NP::Relay;
use strict;
use warnings;
use IPC::Open2 qw(open2);
use NP::Run qw(work_dir);

# $upstream: a port, or the path of a unix socket
sub start {
    my ($class, $upstream) = @_;
    my $pid = open2(my $out, my $in, work_dir() . '/programs/np_relay', $upstream);
    my $self = bless { pid => $pid, out => $out, in => $in }, $class;
    my $said = <$out>;
    ($self->{port}) = ($said || '') =~ /^port (\d+)/ or die "no relay\n";
    return $self;
}

sub port    { return $_[0]{port} }
sub address { return "127.0.0.1:$_[0]{port}" }

# A command of np_relay.c; returns how many connections are held back.
sub tell {
    my ($self, $command) = @_;
    syswrite $self->{in}, "$command\n";
    my $said = readline $self->{out};
    my ($held) = ($said || '') =~ /^ok (\d+)/ or die "the relay is gone\n";
    return $held;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $@, $!);
    close $self->{in};
    waitpid $self->{pid}, 0;
    return;
}

1;
