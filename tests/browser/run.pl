#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The trial with real browsers; tests/check.sh calls it in a private copy.
#   --long        every cell, and a tab that is hidden for ten minutes
#   --only A,B    those scenarios whose names hold all of these words
#   --at-once N   browsers that start or end at a time
use strict;
use warnings;
use Getopt::Long qw(GetOptions);
use NP::Harness ();
use NP::Run qw(take_ports);

$| = 1;
my %option = (long => 0, only => '', 'at-once' => 4);
GetOptions(\%option, 'long', 'only=s', 'at-once=i', 'verbose') or exit 2;
@ENV{qw(NP_LONG NP_ONLY NP_AT_ONCE)} = @option{qw(long only at-once)};
my (undef, $block) = take_ports();
mkdir "$ENV{NP_WORK}/t/logs" or die "t/logs: $!\n";
my $harness = NP::Harness->new({ verbosity => $option{verbose} ? 1 : 0, timer => 1 });
exit($harness->runtests('browser/t/run.t')->all_passed ? 0 : 1);
