# SPDX-License-Identifier: Apache-2.0
# The load driver, which knows what is true: tests/faults/np_load.c.
package NP::Load;
use strict;
use warnings;
use IPC::Open2 qw(open2);
use NP::Run qw(work_dir);

# Options of np_load, with or without values: (-p => 8080, ...)
sub start {
    my ($class, %option) = @_;
    my $pid = open2(my $out, my $in, work_dir() . '/programs/np_load', %option);
    return bless { pid => $pid, out => $out, in => $in, stalls => [] }, $class;
}

# name => count, so far
sub report {
    my ($self) = @_;
    syswrite $self->{in}, "\n";
    return $self->_read;
}

sub _read {
    my ($self) = @_;
    while (defined(my $line = readline $self->{out})) {
        if ($line =~ /^stall (\d+) (\d+)/) {
            push @{ $self->{stalls} }, [$1 / 1e6, $2 / 1e6];
        }
        elsif ($line =~ s/^report //) {
            return map { split /=/ } split ' ', $line;
        }
    }
    die "the load driver is gone\n";
}

# [begin, length] in seconds, of the moments when the machine did not keep up
sub stalls { return @{ $_[0]{stalls} } }

# End it: its last counts
sub stop {
    my ($self) = @_;
    close delete $self->{in};
    my %count = $self->_read;
    waitpid delete $self->{pid}, 0;
    # httpd's event MPM may crash if it has to stop while it still closes
    # connections (in apr_os_sock_get(), called by its main thread)
    sleep 1;
    return %count;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $@, $!);
    close $self->{in} if $self->{in};
    waitpid $self->{pid}, 0 if $self->{pid};
    return;
}

1;
