#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Shell scripts, seen by shellcheck.
use strict;
use warnings;
use NP::Lint;
use Test::More;

plan skip_all => 'no shellcheck'
    if !$ENV{CI} && system('command -v shellcheck >/dev/null') != 0;

my @scripts = grep { text($_) =~ m{\A#!\s*/(?:usr/)?bin/(?:env )?(?:ba)?sh\b} }
    files(qr{(?:^|/)[^./]+$|\.sh$});
rule('there are shell scripts', @scripts ? () : 'none found');
for my $script (@scripts) {
    my $path = top() . "/$script";
    my @said = qx(shellcheck -x -S warning -f gcc '$path' 2>&1);
    rule("shellcheck $script", map { chomp; $_ } @said);
}
done_testing();
