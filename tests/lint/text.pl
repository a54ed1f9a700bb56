#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# How every file of the project begins, ends and is spaced.
use strict;
use warnings;
use NP::Lint;

my (@header, @end, @blanks, @tabs, @open);
for my $file (files(qr{.})) {
    my $text = text($file);
    next if $text =~ /\0/ || $file =~ m{^(?:LICENSE|INSTALL)$|^tests/.*\.(?:crt|key)$};
    my $source = $file =~ /\.(?:c|h|pl|pm|t|sh)$/;
    push @end, $file if $text !~ /\n\z/ || $text =~ /\n\n\z/;
    push @header, $file
        if $source && $text !~ m{\A(?:#!.*\n)?(?:/\* |# )SPDX-License-Identifier: Apache-2\.0\n};
    my $n = 0;
    for (split /\n/, $text) {
        $n++;
        push @blanks, "$file:$n" if /[ \t\r]$/ && $file !~ /\.md$/;
        push @tabs, "$file:$n" if /\t/ && $file =~ /\.[ch]$/;
        push @open, "$file:$n: $1"
            if $file !~ m{^tests/lint/} && /\b(TO[D]O|FIXM[E]|XX[X])\b/;
    }
}
rule('every file ends in one newline', @end);
rule('every source names its licence', @header);
rule('no line ends in a blank', @blanks);
rule('no tabs in C', @tabs);
rule('nothing is left open', @open);
done_testing();
