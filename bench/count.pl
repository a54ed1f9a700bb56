#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Instructions of a request, counted by callgrind, which no other load disturbs.
# Prints a table, and the most expensive functions of one contender.
#   --requests N (200)   --only a,b     ids of bench/lib/NP/Contenders.pm
#   --functions ID (tcp)  whose functions   --top N (10)
use strict;
use warnings;
use Getopt::Long qw(GetOptions);
use IO::Socket::INET ();
use NP::Callgrind qw(count functions);
use NP::Contenders qw(contenders);
use NP::Report qw(machine row);
use NP::Run qw(take_ports);

my %asked = (requests => 200, only => '', functions => 'tcp', top => 10);
GetOptions(\%asked, 'requests=i', 'only=s', 'functions=s', 'top=i') && !@ARGV
    or die "usage: count [--requests N] [--only a,b] [--functions ID] [--top N]\n";
$| = 1;
my (undef, $block) = take_ports();
mkdir "$ENV{NP_WORK}/t/logs" or die "t/logs: $!\n";

# Requests over one connection; every answer has to be 200
sub ask {
    my ($contender, $count) = @_;
    my $port = $contender->httpd->port;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port)
        or die $contender->name . ": $!\n";
    my $cookie = defined $contender->cookie ? 'Cookie: ' . $contender->cookie . "\r\n" : '';
    for (1 .. $count) {
        print $socket "GET /page.html HTTP/1.1\r\nHost: 127.0.0.1:$port\r\n$cookie\r\n";
        my ($head, $length) = ('');
        while (defined(my $line = <$socket>)) {
            last if $line =~ /^\r?$/;
            $head .= $line;
        }
        $head =~ m{^HTTP/1.1 200 } && $head =~ /^Content-Length: (\d+)/mi
            or die $contender->name . ": $head\n";
        read $socket, my ($body), $1;
    }
    return;
}

my @only = $asked{only} ? (qw(bare floor), split /,/, $asked{only}) : ();
my @wanted = grep { $_->{id} ne 'again' } contenders(only => \@only, short => 1, start => 0);
my (%cost, $functions);
for my $contender (@wanted) {
    my $count = count($contender, $asked{requests}, \&ask);
    $cost{ $contender->{id} } = $count->{each};
    $functions = functions($count, $asked{top})
        if $contender->{id} eq $asked{functions};
    printf STDERR "%s: %.0f\n", $contender->name, $cost{ $contender->{id} };
}

my $floor = $cost{floor} - $cost{bare};
print machine(), "- $asked{requests} requests of each, in user space, by callgrind\n\n";
print row('', 'instructions', 'added', 'to the floor'), row('---', ('---:') x 3);
for my $contender (@wanted) {
    my $added = $cost{ $contender->{id} } - $cost{bare};
    print row($contender->name, sprintf('%.0f', $cost{ $contender->{id} }),
        sprintf('%.0f', $added), sprintf('%.2f', $added / $floor));
}
print "\n$functions" if $functions;
print "Result: PASS\n";
