# SPDX-License-Identifier: Apache-2.0
# A memcached on a loopback port, and questions about what it was asked.
package NP::Memcached;
use strict;
use warnings;
use IO::Socket::INET ();
use NP::Run qw(work_dir spawn stop_process slurp wait_until);

# One that listens elsewhere and is not ours to stop.
sub at {
    my ($class, $address) = @_;
    my ($port) = $address =~ /:(\d+)$/ or die "no address: $address\n";
    return bless { port => $port }, $class;
}

# port => 0 lets memcached choose, and tell: no race for it.
sub start {
    my ($class, %option) = @_;
    my $self = bless { port => $option{port} || 0,
                       args => $option{args} || [] }, $class;
    $self->restart;
    return $self;
}

sub restart {
    my ($self) = @_;
    $self->stop if $self->{pid};
    my $told = work_dir() . "/run/memcached.$$." . ++$self->{starts} . '.'
        . ($self + 0);
    # (-D: counts what was asked under "np-..." by itself)
    my @listen = ('-l', '127.0.0.1', '-U', 0, '-p', $self->{port} || -1, '-D', '-');
    $self->{pid} = spawn(work_dir() . '/run/memcached.log',
        command => [$ENV{MEMCACHED} || 'memcached', @listen, '-m', 16,
                    @{ $self->{args} }],
        env => { MEMCACHED_PORT_FILENAME => $told });
    wait_until(10, sub {
        -s $told && slurp($told) =~ /TCP INET: (\d+)/ && ($self->{port} = $1)
    }) or die "memcached does not start\n";
    unlink $told;
    wait_until(10, sub { $self->_connect }) or die "memcached is mute\n";
    return $self;
}

sub port    { return $_[0]{port} }
sub pid     { return $_[0]{pid} }
sub address { return "127.0.0.1:$_[0]{port}" }

# stop('KILL') for a sudden end
sub stop {
    my ($self, $signal) = @_;
    my $pid = delete $self->{pid} or return;
    return stop_process($pid, $signal);
}

# Accepting and never answering, as an overloaded or frozen machine does
sub pause  { return kill STOP => $_[0]{pid} }
sub resume { return kill CONT => $_[0]{pid} }

sub _connect {
    my ($self) = @_;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{port}, Timeout => 5);
}

# Lines of the answer to one command of the text protocol
sub ask {
    my ($self, $command) = @_;
    my $socket = $self->_connect or die "no memcached at " . $self->address . "\n";
    print $socket "$command\r\n";
    my @lines;
    while (defined(my $line = <$socket>)) {
        $line =~ s/\r?\n\z//;
        last if $line =~ /^(?:END|OK|RESET|STORED)$/;
        push @lines, $line;
        last if $line =~ /^(?:ERROR|CLIENT_ERROR|SERVER_ERROR|DELETED|NOT_FOUND|STORED)/;
    }
    return @lines;
}

sub flush { return $_[0]->ask('flush_all') }

sub stats {
    my ($self) = @_;
    return map { /^STAT (\S+) (.*)/ ? ($1 => $2) : () } $self->ask('stats');
}

# Get and set of the keys that machines exchange documents by, of their own
# accord: "np-settings" and so on
sub _exchanges {
    my ($self) = @_;
    my ($line) = grep { /^PREFIX np / } $self->ask('stats detail dump');
    my ($get, $set) = (defined $line ? $line : '') =~ / get (\d+) .* set (\d+)/;
    return ($get || 0, $set || 0);
}

# All counts, and the exchanges among them at the same moment
sub _stats_at_once {
    my ($self) = @_;
    my @before = $self->_exchanges;
    for (1 .. 20) {
        my %stat = $self->stats;
        my @after = $self->_exchanges;
        return (\%stat, @after) if "@after" eq "@before";
        @before = @after;
    }
    die "memcached is asked for documents all the time\n";
}

# How often it was asked since it started, by kind; exchanges are left out. get counts keys; add,
# replace and set are one number, as memcached counts them. incr is left out:
# the module tries new connections by it, whenever it opens one.
sub counts {
    my ($self) = @_;
    my ($stat, $gets, $sets) = $self->_stats_at_once;
    my %stat = %$stat;
    my %count = (
        get    => $stat{get_hits} + $stat{get_misses} - $gets,
        set    => $stat{cmd_set} - $sets,
        touch  => $stat{cmd_touch},
        delete => $stat{delete_hits} + $stat{delete_misses},
        cas    => $stat{cas_hits} + $stat{cas_misses} + $stat{cas_badval},
    );
    return %count;
}

sub operations {
    my ($self) = @_;
    my %count = $self->counts;
    my $sum = 0;
    $sum += $_ for values %count;
    return $sum;
}

# What was asked while $code ran: a reference to counts(), only what changed
sub counts_during {
    my ($self, $code) = @_;
    my %before = $self->counts;
    $code->();
    my %after = $self->counts;
    my %change = map { ($_ => $after{$_} - $before{$_}) } keys %after;
    delete @change{ grep { !$change{$_} } keys %change };
    return \%change;
}

# key => seconds since 1970 at which it expires, or -1. The crawler passes over
# what is just being moved: so it walks until it has found as many as there are.
sub expiries {
    my ($self) = @_;
    my %expires;
    for (1 .. 20) {
        %expires = $self->_walk;
        my %stat = $self->stats;
        last if keys %expires >= $stat{curr_items};
        select undef, undef, undef, 0.05;
    }
    return %expires;
}

sub _walk {
    my ($self) = @_;
    my %expires;
    for ($self->ask('lru_crawler metadump all')) {
        my ($key) = /^key=(\S+)/ or next;
        my ($time) = /\bexp=(-?\d+)/;
        $key =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
        $expires{$key} = $time;
    }
    return %expires;
}

# key => value, of everything in there
sub items {
    my ($self) = @_;
    my %expires = $self->expiries;
    return map { ($_ => $self->value($_)) } keys %expires;
}

sub value {
    my ($self, $key) = @_;
    my $socket = $self->_connect or die "no memcached at " . $self->address . "\n";
    print $socket "get $key\r\n";
    my $head = <$socket>;
    my ($length) = defined $head && $head =~ /^VALUE \S+ \d+ (\d+)/ or return undef;
    my $value = '';
    while (length $value < $length) {
        read $socket, $value, $length - length $value, length $value or last;
    }
    return $value;
}

sub delete_key { return $_[0]->ask("delete $_[1]") }

sub DESTROY {
    my ($self) = @_;
    local ($?, $@, $!);
    $self->stop;
    return;
}

1;
