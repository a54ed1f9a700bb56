#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Each metric that the code names stands once at the beginning of a row of
# docs/management.md, and each row there is one of the code's.
use strict;
use warnings;
use NP::Lint;

my (%code, %docs);
for my $file (files(qr{^src/core/np_figures\w*\.c$})) {
    $code{$_} = $file for text($file) =~ /"(session_np_\w+)"/g;
}
my $docs = text('docs/management.md');
for (split /\n/, defined $docs ? $docs : '') {
    $docs{$1}++ if /^\| `(session_np_\w+)/;
}
rule('there are metrics', keys %code ? () : 'none was found in the code');
rule('every metric is documented once',
    map { "$_ ($code{$_})" } grep { ($docs{$_} || 0) != 1 } sort keys %code);
rule('every documented metric exists', grep { !$code{$_} } sort keys %docs);
done_testing();
