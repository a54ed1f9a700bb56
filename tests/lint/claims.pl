#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# What docs/security.md claims has a test: each `tests/...` that it names is
# there, and holds the words that stand in quotes behind it. A row of its tables
# that says "met" names one.
use strict;
use warnings;
use NP::Lint;

my $page = 'docs/security.md';
my $text = text($page);
rule("$page is there", defined $text ? () : 'it is not');
$text = '' if !defined $text;

my $quoted = qr/\s*,?\s*"[^"]+"/;
my (@lost, @silent, @untrue, $claims);
while ($text =~ m{`(tests/[^`\s]+)`((?:$quoted)*)}g) {
    my ($file, $names) = ($1, $2);
    my $line = 1 + (substr($text, 0, $-[0]) =~ tr/\n//);
    my $test = text($file);
    if (!defined $test) {
        push @lost, "$page:$line: $file";
        next;
    }
    push @silent, "$page:$line: $file" if $names eq '';
    for my $name ($names =~ /"([^"]+)"/g) {
        $name =~ s/\s+/ /g;
        $claims++;
        my $there = $file =~ m{^tests/unit/} ? $test =~ /START_TEST\(\Q$name\E\)/
                                             : index($test, $name) >= 0;
        push @untrue, "$page:$line: \"$name\" is not in $file" if !$there;
    }
}
rule('there are claims', $claims ? () : 'none was found');
rule('every test file that is named exists', @lost);
rule('every one is named with a test in it', @silent);
rule('every test that is named is in its file', @untrue);

# | number | what is asked | verdict | by what |
my ($n, @bare) = (0);
for (split /\n/, $text) {
    $n++;
    my @cell = split /\s*\|\s*/;
    push @bare, "$page:$n: $cell[1]"
        if @cell >= 5 && $cell[3] =~ /^met\b/ && $cell[4] !~ m{`tests/};
}
rule('every row that says "met" names a test', @bare);
done_testing();
