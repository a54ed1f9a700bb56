# SPDX-License-Identifier: Apache-2.0
# What a test run has once: its folder, its ports, its processes.
package NP::Run;
use strict;
use warnings;
use Exporter 'import';
use Fcntl qw(O_CREAT O_EXCL O_WRONLY);
use IO::Socket::INET ();
use POSIX qw(:sys_wait_h setsid);
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(work_dir take_ports take_port free_port spawn stop_process slurp spew
    wait_until in_time);

# Ports of the run's block that tests may take; those below belong to the
# virtual hosts of the main server, the last one holds the block.
use constant FIRST_PORT => 40;
use constant LAST_PORT  => 98;

my $owner = $$;
my (%running, %ports);

sub work_dir { return $ENV{NP_WORK} || die "NP_WORK is not set: use check.sh\n" }

sub slurp {
    my ($path) = @_;
    open my $fh, '<:raw', $path or die "$path: $!\n";
    local $/;
    my $text = <$fh>;
    return defined $text ? $text : '';
}

sub spew {
    my ($path, $text) = @_;
    open my $fh, '>:raw', $path or die "$path: $!\n";
    print $fh $text;
    close $fh or die "$path: $!\n";
    return $path;
}

# Ask again and again, for $seconds at most; the last answer is returned.
sub wait_until {
    my ($seconds, $question) = @_;
    my $end = time + $seconds;
    while (1) {
        my $answer = $question->();
        return $answer if $answer || time > $end;
        sleep 0.02;
    }
}

# Do what has to be done in less time than that; where this machine was too slow,
# once more, ten times at the most.
sub in_time {
    my ($seconds, $code) = @_;
    for (1 .. 10) {
        my $began = time;
        $code->();
        last if time - $began < $seconds;
    }
    return;
}

# A block of 100 ports, the run's for as long as its caller keeps the socket
# that is the second value: below the ephemeral range, and no race between
# suites that start together. The first value is the first port.
sub take_ports {
    my $first = int rand 100;
    for my $n (0 .. 99) {
        my $port = 20000 + 100 * (($first + $n) % 100);
        my $block = IO::Socket::INET->new(Listen => 1,
            LocalAddr => '127.0.0.1', LocalPort => $port + 99) or next;
        spew(work_dir() . '/run/base_port', $port);
        return ($port, $block);
    }
    die "no free ports\n";
}

# A port that no other test of this run has: a file is its lock.
sub take_port {
    my $base = slurp(work_dir() . '/run/base_port');
    for my $n (FIRST_PORT .. LAST_PORT) {
        my $lock = work_dir() . "/run/port.$n";
        sysopen my $fh, $lock, O_CREAT | O_EXCL | O_WRONLY or next;
        $ports{ $base + $n } = $lock;
        return $base + $n;
    }
    die "all ports of the run are taken\n";
}

sub free_port {
    my ($port) = @_;
    my $lock = delete $ports{$port};
    unlink $lock if defined $lock;
    return;
}

# Start a program in a session of its own (httpd signals its whole process
# group when it stops) with its output in a file. Returns its pid.
sub spawn {
    my ($output, %option) = @_;
    my @command = @{ $option{command} };
    defined(my $pid = fork) or die "fork: $!\n";
    if (!$pid) {
        setsid();
        local @ENV{ keys %{ $option{env} || {} } } = values %{ $option{env} || {} };
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>>', $output;
        open STDERR, '>&', \*STDOUT;
        exec { $command[0] } @command or POSIX::_exit(127);
    }
    $running{$pid} = 1;
    return $pid;
}

# End a process of spawn() and wait for it. Returns its wait status.
sub stop_process {
    my ($pid, $signal, $seconds) = @_;
    return undef if !delete $running{$pid};
    kill CONT => $pid;
    kill $signal || 'TERM' => $pid;
    my $gone = wait_until($seconds || 10, sub { waitpid($pid, WNOHANG) != 0 });
    my $status = $?;
    if (!$gone) {
        kill KILL => -$pid, $pid;
        waitpid $pid, 0;
        $status = $?;
    }
    return $status;
}

# END blocks run on exit only, not when a signal ends the process.
for my $signal (qw(INT TERM HUP)) {
    $SIG{$signal} ||= sub { exit 1 };
}

END {
    if ($$ == $owner) {
        local $?;
        stop_process($_) for keys %running;
        free_port($_) for keys %ports;
    }
}

1;
