#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Each message number stands once in the code, and once in docs/messages.md at
# the start of a heading or of a table's row.
use strict;
use warnings;
use NP::Lint;

my (%code, %docs);
for my $file (files(qr{^(?:src/|mod_).*\.[ch]$})) {
    push @{ $code{$_} }, $file for text($file) =~ /"(NP\d{4}):/g;
}
my $docs = text('docs/messages.md');
rule('docs/messages.md is there', defined $docs ? () : 'it is not');
for (split /\n/, defined $docs ? $docs : '') {
    $docs{$1}++ if /^(?:#+|\|)\s*[`*]*(NP\d{4})\b/;
}
rule('there are messages', keys %code ? () : 'no number was found in the code');
rule('every number has one message',
    map { "$_: @{ $code{$_} }" } grep { @{ $code{$_} } > 1 } sort keys %code);
rule('every message is documented once',
    map { "$_ (@{ $code{$_} })" } grep { ($docs{$_} || 0) != 1 } sort keys %code);
rule('every documented message exists', grep { !$code{$_} } sort keys %docs);

my @unnumbered;
for my $file (files(qr{^(?:src/|mod_).*\.c$})) {
    my $n = 0;
    for (code($file)) {
        $n++;
        push @unnumbered, "$file:$n" if /\bap_log_\w*error\s*\(/;
    }
}
rule('nothing is logged but through np_log.h', @unnumbered);
done_testing();
