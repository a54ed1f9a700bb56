# SPDX-License-Identifier: Apache-2.0
# A memcached on a unix socket.
package NP::UnixMemcached;
use strict;
use warnings;
use parent -norequire, 'NP::Memcached';
use IO::Socket::UNIX ();
use NP::Memcached ();
use NP::Run qw(work_dir spawn wait_until);

sub restart {
    my ($self) = @_;
    $self->stop if $self->{pid};
    $self->{path} = work_dir() . '/run/memcached.sock';
    $self->{pid} = spawn(work_dir() . '/run/memcached.log',
        command => [$ENV{MEMCACHED} || 'memcached', '-s', $self->{path}, '-m', 16]);
    wait_until(10, sub { $self->_connect }) or die "memcached is mute\n";
    return $self;
}

sub address { return $_[0]{path} }

sub _connect { return IO::Socket::UNIX->new(Peer => $_[0]{path}) }

1;
