#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Each directive of the module has a heading of its own in docs/directives.md,
# and each such heading a directive.
use strict;
use warnings;
use NP::Lint;

my (%code, %docs);
for my $file (files(qr{^src/httpd/.*\.c$})) {
    $code{$_} = $file for text($file) =~ /\bAP_INIT_\w+\(\s*"<?(\w+)"/g;
}
my $docs = text('docs/directives.md');
rule('docs/directives.md is there', defined $docs ? () : 'it is not');
for (split /\n/, defined $docs ? $docs : '') {
    $docs{$1} = 1 if /^#{2,}\s+[`<\\]*(SessionNP\w*)/;
}
rule('there are directives', keys %code ? () : 'none found in src/httpd/*.c');
rule('every directive is documented',
    map { "$_ ($code{$_})" } grep { !$docs{$_} } sort keys %code);
rule('every documented directive exists',
    grep { !$code{$_} } sort keys %docs);
done_testing();
