#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Who may include whom: docs/architecture.md draws it.
use strict;
use warnings;
use NP::Lint;

my %below = (core => [qw(core)], store => [qw(core store)],
             flow => [qw(core store flow)], manage => [qw(core store flow manage)],
             httpd => [qw(core store flow manage httpd)]);
my %home = map { (basename($_) => layer($_)) } files(qr{^src/.*\.h$});
my $io = qr{^<(?:sys/|unistd|fcntl|time\.h|stdio|pthread|netinet)
    |^"apr_(?:file|network|poll|shm|mmap|portable)}x;

my (@upward, @foreign, @openssl, @jansson, @io, @public);
for my $file (files(qr{^src/.*\.[ch]$})) {
    my $layer = layer($file);
    for (includes($file)) {
        my ($n, $name) = @$_;
        my $place = "$file:$n: $name";
        (my $bare = $name) =~ s{["<>]}{}g;
        my $to = $home{ basename($bare) };
        if ($bare =~ m{^openssl/}) {
            push @openssl, $place
                if $file !~ m{^src/core/np_crypto(?:\.c|_seal\.c|_ring\.h)$};
        }
        elsif ($bare eq 'jansson.h' || $bare eq 'np_json.h') {
            push @jansson, $place if $layer ne 'manage';
        }
        elsif ($bare eq 'mod_session_np.h') {
            push @public, $place if $layer ne 'httpd';
        }
        elsif ($to) {
            push @upward, $place if !grep { $_ eq $to } @{ $below{$layer} };
        }
        elsif ($name =~ /^"/ && $bare !~ /^ap[ru](?:_\w+)?\.h$/ && $layer ne 'httpd') {
            push @foreign, $place
                if "$file $bare" !~ m{^src/store/np_socache\.[ch] ap_socache\.h$};
        }
        push @io, $place if $layer eq 'core' && $name =~ $io;
    }
}
rule('a layer includes only itself and what is below', @upward);
rule('below src/httpd nothing but APR is included', @foreign);
rule('only the key ring includes OpenSSL', @openssl);
rule('only src/manage includes Jansson', @jansson);
rule('the core does no input or output', @io);
rule('the public header is for src/httpd only', @public);

my %seen;
push @{ $seen{ basename($_) } }, $_ for files(qr{^(?:src|include)/.*\.h$});
rule('no two headers have one name',
    map { "@{ $seen{$_} }" } grep { @{ $seen{$_} } > 1 } sort keys %seen);
done_testing();
