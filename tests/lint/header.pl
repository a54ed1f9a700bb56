#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The public header compiles alone, as C and as C++, and twice.
use strict;
use warnings;
use NP::Lint;
use Test::More;

my %compiler = (c   => ($ENV{CC}  || 'cc') . ' -std=gnu11 -x c',
                cpp => ($ENV{CXX} || 'c++') . ' -x c++');
for my $language (sort keys %compiler) {
    my ($program) = split ' ', $compiler{$language};
    SKIP: {
        skip "no $program", 1
            if !$ENV{CI} && system("command -v $program >/dev/null") != 0;
        my $said = qx{printf '#include "mod_session_np.h"\\n%.0s' 1 2 |
            $compiler{$language} -Wall -Wextra -Werror -fsyntax-only \\
            $ENV{NP_CPPFLAGS} - 2>&1};
        rule("mod_session_np.h compiles alone as $language",
            $? ? split /\n/, $said : ());
    }
}
done_testing();
