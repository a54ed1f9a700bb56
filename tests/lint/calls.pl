#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Functions that are not called, or by one file only.
use strict;
use warnings;
use NP::Lint;

my $clock   = qr/apr_time_now|clock_gettime|gettimeofday|time/;
my $unsafe  = qr/str(?:cpy|cat|ncat|tok)|v?sprintf|ato[ifl]|atoll|gets|alloca/;
my $logging = qr/ap_log_\w*error|f?printf|puts|fputs|perror|syslog/;
my (@clock, @unsafe, @cookie, @logging);
for my $file (files(qr{^(?:src|include|tests)/.*\.[ch]$|^mod_session_np\.c$})) {
    my $n = 0;
    for (code($file)) {
        $n++;
        my $place = "$file:$n";
        while (/(?<![\w.>])(\w+)\s*\(/g) {
            my $call = $1;
            push @unsafe, "$place: $call()" if $call =~ /^$unsafe$/;
            push @cookie, "$place: $call()" if $call =~ /^ap_cookie_(?:write|remove)/;
            next if $file !~ m{^(?:src/|mod_)};
            push @clock, "$place: $call()"
                if $call =~ /^$clock$/ && $file ne 'src/store/np_clock.c';
            push @logging, "$place: $call()"
                if $call =~ /^$logging$/ && layer($file) =~ /^(?:core|store|flow|manage)$/;
        }
    }
}
rule('only np_clock.c asks for the time', @clock);
rule('no function that knows no length', @unsafe);
rule('no ap_cookie_write: it logs the value', @cookie);
rule('core, store, flow and manage never log', @logging);
done_testing();
