#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# No source, test or fuzz target lies there unused.
use strict;
use warnings;
use NP::Lint;

my $makefile = text('Makefile.am');
my $main     = text('tests/unit/unit.c');
my @sources  = files(qr{^(?:src|include|tests/unit|tests/modules|tests/faults)/.*\.[ch]$});
rule('every source is listed in Makefile.am',
    grep { $makefile !~ /(?<![\w\/])\Q$_\E(?![\w.])/ } @sources);
rule('every suite of the unit tests is run',
    grep { my ($name) = m{/test_(\w+)\.c$}; $main !~ /\bnp_suite_$name\b/ }
    files(qr{^tests/unit/test_\w+\.c$}));

my @targets = map { m{/fuzz_(\w+)\.c$} } files(qr{^tests/fuzz/fuzz_\w+\.c$});
rule('every fuzz target is replayed',
    grep { $makefile !~ m{^\s*tests/fuzz/replay_$_\b}m } @targets);
rule('every fuzz target has a corpus',
    grep { my @inputs = glob top() . "/tests/fuzz/corpus/$_/*"; !@inputs } @targets);

my @suites = files(qr{^tests/(?:faults/)?t/.*\.t$});
rule('there are Apache-Test suites', @suites ? () : 'none');
rule('every .t has a plan',
    grep { text($_) !~ /^\s*plan\b[^;]*tests\s*=>/m } @suites);
done_testing();
