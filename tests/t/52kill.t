# SPDX-License-Identifier: Apache-2.0
# All of httpd is killed in the middle of a stream of changes: what was answered
# is there when it is back, and its file can be read.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use IO::Socket::INET ();
use NP::Api;
use NP::Test;
use NP::Site;
use IO::Select ();
use POSIX ();
use Time::HiRes qw(time);

use constant { CHANGES => 1000, ROUNDS => 5, CLIENTS => 4 };
plan tests => 3 * ROUNDS + 1, need need_module('session_np');

# The rate is a token's: so each request has the next one of many
my $file = token_file();
my @tokens = map { token($file, "t$_") } 1 .. 40;
my $server = site(more => join '', map {
    "<SessionNPTenant t$_>\n SessionNPCookieName session t$_\n</SessionNPTenant>\n"
        . api_place($file, "SessionNPTenant t$_\n", "/t$_")
} 1 .. CLIENTS);

# One client: changes its tenant again and again, until the server is gone.
# Tells through a pipe what was sent and what was answered.
sub client {
    my ($n, $first) = @_;
    pipe my $read, my $write or die "pipe: $!\n";
    defined(my $pid = fork) or die "fork: $!\n";
    return ($read, $pid) if $pid;
    close $read;
    $write->autoflush(1);
    $SIG{PIPE} = 'IGNORE';
    for (my $value = $first; ; $value++) {
        my $token = $tokens[ ($value * CLIENTS + $n) % @tokens ];
        my $body = qq({"session_lifetime_in_minutes":$value});
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or last;
        print $write "sent $value\n";
        print $socket "PATCH /t$n/api/v2/tenants/settings HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            . "Authorization: Bearer $token\r\nContent-Type: application/json\r\nContent-Length: "
            . length($body) . "\r\n\r\n$body";
        my $answer = do { local $/; <$socket> };
        last if !defined $answer || $answer !~ m{^HTTP/1\.1 (200|429) };
        if ($1 == 429) {
            select undef, undef, undef, 0.02;
            redo;
        }
        print $write "done $value\n";
    }
    POSIX::_exit(0);
}

my (%sent, %done, $changes);
for my $round (1 .. ROUNDS) {
    my @clients = map { [$_, client($_, ($done{$_} || 0) + 1)] } 1 .. CLIENTS;
    my $seen = 0;
    my %buffer;
    my $killed = 0;
    my $select = IO::Select->new(map { $_->[1] } @clients);
    my %number = map { ($_->[1] => $_->[0]) } @clients;
    my $end = time + 120;
    while ($select->count && time < $end) {
        for my $pipe ($select->can_read(10)) {
            if (!sysread $pipe, my $more, 4096) {
                $select->remove($pipe);
            }
            else {
                $buffer{$pipe} .= $more;
                while ($buffer{$pipe} =~ s/^(sent|done) (\d+)\n//) {
                    ($1 eq 'sent' ? \%sent : \%done)->{ $number{$pipe} } = $2;
                    $seen++ if $1 eq 'done';
                }
            }
        }
        if (!$killed && $seen >= CHANGES / ROUNDS) {
            $killed = 1;
            kill STOP => $server->pid;    # or it would start others meanwhile
            kill KILL => $server->children, $server->pid;
        }
    }
    kill KILL => map { $_->[2] } @clients;
    waitpid $_->[2], 0 for @clients;
    $server->stop;
    # a process that is just dying listens still
    wait_until(30, sub { !IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) });
    $changes += $seen;
    ok $killed, "round $round: killed after $seen changes";
    eval { $server->start };
    is $@, '', 'it starts again';
    my @lost = grep {
        my $now = json(api($server->url . "/t$_", GET => 'tenants/settings', token => $tokens[-$_]))
            ->{session_np}{effective}{session_lifetime} || 0;
        $now < $done{$_} || $now > $sent{$_};
    } 1 .. CLIENTS;
    is "@lost", '', 'and knows all that it had answered';
}
cmp_ok $changes, '>=', CHANGES, "$changes changes";
