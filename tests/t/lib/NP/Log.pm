# SPDX-License-Identifier: Apache-2.0
# A growing log file, read from a mark on.
package NP::Log;
use strict;
use warnings;
use NP::Run qw(wait_until);

sub new {
    my ($class, $path) = @_;
    return bless({ path => $path, offset => 0 }, $class)->mark;
}

sub path { return $_[0]{path} }

# From here on: lines() has only what is written later
sub mark {
    my ($self) = @_;
    $self->{offset} = -s $self->{path} || 0;
    return $self;
}

sub rewind {
    my ($self) = @_;
    $self->{offset} = 0;
    return $self;
}

# Lines since the mark, those that match if a pattern is given
sub lines {
    my ($self, $pattern) = @_;
    open my $fh, '<:raw', $self->{path} or return;
    seek $fh, $self->{offset}, 0;
    chomp(my @lines = <$fh>);
    return defined $pattern ? grep { /$pattern/ } @lines : @lines;
}

# Lines that match, as soon as there are some
sub wait_for {
    my ($self, $pattern, $seconds) = @_;
    wait_until(defined $seconds ? $seconds : 5,
        sub { scalar(() = $self->lines($pattern)) });
    return $self->lines($pattern);
}

1;
