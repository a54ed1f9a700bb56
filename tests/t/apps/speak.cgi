#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# An application that answers as its query asks, so that a test can let it say
# anything to the server; its page lists what the server has told it.
#
#   ?status=404&type=text/html&say=Name:+value&say=...
use strict;
use warnings;

# to mod_cgid, a program that leaves its body unread is a broken connection
1 while read STDIN, my $body, 65536;

my %asked = (status => 200, type => 'text/plain');
my @said;
for (split /&/, $ENV{QUERY_STRING} || '') {
    my ($name, $value) = split /=/, $_, 2;
    $value = '' if !defined $value;
    $value =~ tr/+/ /;
    $value =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    $asked{$name} = $value;
    push @said, $value if $name eq 'say';
}
my $empty = $asked{status} =~ /^(?:204|304)$/;
unshift @said, "Content-Type: $asked{type}" if !$empty;
print "Status: $asked{status}\n", map({ "$_\n" } @said), "\n";
exit if $empty;
for (sort keys %ENV) {
    print "$_=$ENV{$_}\n"
        if /^(?:SESSION_NP_|HTTP_SESSION_NP_|(?:REMOTE_USER|AUTH_TYPE|HTTP_COOKIE)$)/;
}
