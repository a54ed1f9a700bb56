# SPDX-License-Identifier: Apache-2.0
# How long requests took, by httpd's own access log; the log has lines
#   BEGIN-USEC DURATION-USEC PID STATUS SESSION_NP_STATE METHOD URL USER
package NP::Waits;
use strict;
use warnings;

sub new {
    my ($class, $path) = @_;
    open my $fh, '<', $path or die "$path: $!\n";
    seek $fh, 0, 2;
    return bless { fh => $fh, rest => '' }, $class;
}

# Calls back for each line since the last time, with a hash: begin and took in
# seconds, pid, failed (the store did not answer), line
sub each_new {
    my ($self, $code) = @_;
    my $fh = $self->{fh};
    seek $fh, 0, 1;
    while (defined(my $line = <$fh>)) {
        $line = $self->{rest} . $line;
        $self->{rest} = '';
        if ($line !~ /\n\z/) {
            $self->{rest} = $line;
            last;
        }
        my ($begin, $took, $pid, $status, $state) = split ' ', $line;
        $code->({ begin => $begin / 1e6, took => $took / 1e6, pid => $pid,
                  failed => $status >= 500 || $state eq 'unavailable',
                  line => $line });
    }
    return;
}

# What a wait was longer than $bound, less what the machine was too slow for
# while it lasted (@stalls as of NP::Load). Whoever waits for a processor waits
# behind others that do: so a stall counts twice.
sub excess {
    my ($wait, $bound, @stalls) = @_;
    my $excess = $wait->{took} - $bound;
    my $end = $wait->{begin} + $wait->{took};
    for (@stalls) {
        my ($from, $length) = @$_;
        my $to = $from + $length;
        $excess -= 2 * $length if $from < $end + 0.02 && $to > $wait->{begin} - 0.02;
    }
    return $excess > 0 ? $excess : 0;
}

1;
