#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The fault suite; tests/check.sh calls it in a private copy. Arguments are
# names of files, or nothing for all of them; -verbose shows each test.
use strict;
use warnings;
use NP::Harness ();
use NP::Run qw(take_ports);

$| = 1;
my $verbose = @ARGV && $ARGV[0] eq '-verbose' ? shift @ARGV : 0;
my @tests = @ARGV ? map { "faults/$_" } @ARGV : sort glob 'faults/t/*.t';
my (undef, $block) = take_ports();
mkdir "$ENV{NP_WORK}/t/logs" or die "t/logs: $!\n";
my $harness = NP::Harness->new({ verbosity => $verbose ? 1 : 0, timer => 1 });
exit($harness->runtests(@tests)->all_passed ? 0 : 1);
