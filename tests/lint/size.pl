#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Files of at most 400 lines, functions of at most 60, nine of ten of 30.
use strict;
use warnings;
use NP::Lint;

use constant { FILE => 400, FUNCTION => 60, USUAL => 30 };

my @long_files = map {
    my $length = () = text($_) =~ /\n/g;
    $length > FILE ? "$_: $length lines" : ();
} files(qr{\.(?:c|h|pl|pm|t|sh|py|js|mjs)$|^dev$|^demo/});
rule('no file is longer than ' . FILE . ' lines', @long_files);

my (@long, @over, $functions);
for my $file (files(qr{\.c$})) {
    my ($n, $start) = (0);
    for (code($file)) {
        $n++;
        $start = $n if /^\{/;
        next if !/^\}/ || !$start;
        my $length = $n - $start + 1;
        push @long, "$file:$start: $length lines" if $length > FUNCTION;
        next if $file !~ m{^src/};
        $functions++;
        push @over, "$file:$start: $length lines" if $length > USUAL;
    } continue {
        undef $start if /^\}/;
    }
}
rule('no function is longer than ' . FUNCTION . ' lines', @long);
rule('nine of ten functions are within ' . USUAL . ' lines',
    @over * 10 > ($functions || 0) ? @over : ());
done_testing();
