# SPDX-License-Identifier: Apache-2.0
# What the scripts of tests/lint share: the files of the project, and rules
# that are a test each and name every place that breaks them.
package NP::Lint;
use strict;
use warnings;
use Exporter 'import';
use File::Basename qw(basename);
use File::Find ();
use Test::More;

our @EXPORT = qw(files text lines code includes layer rule done_testing
    basename top);

sub top { return $ENV{NP_TOP} || '.' }

my @folders = qw(.ci src include tests docs demo bench m4);

# Paths below the top, sorted, whose names match; nothing that is generated
sub files {
    my ($pattern) = @_;
    my @found = grep { -f top() . "/$_" } map { substr $_, length(top()) + 1 }
        glob(top() . '/*'), glob(top() . '/.[a-z]*');
    for my $folder (grep { -d } map { top() . "/$_" } @folders) {
        File::Find::find({ no_chdir => 1, wanted => sub {
            push @found, substr $_, length(top()) + 1 if -f;
        } }, $folder);
    }
    my $generated = qr{^(?:configure~?|aclocal\.m4|Makefile(?:\.in)?|config\.
        |libtool|stamp-|m4/(?:libtool|lt)|tests/fuzz/corpus/|(?:.*/)?\.(?:libs|deps)/
        |.*\.(?:o|lo|la|log|trs|tar\.xz)$)}x;
    return grep { $_ =~ $pattern } grep { $_ !~ $generated } sort @found;
}

sub text {
    my ($file) = @_;
    open my $fh, '<:raw', top() . "/$file" or return undef;
    local $/;
    my $text = <$fh>;
    return defined $text ? $text : '';
}

sub lines { return split /\n/, text(@_), -1 }

# C without what its comments and literals say, line for line
sub code {
    my $text = text(@_);
    my $blank = sub { my $part = shift; $part =~ s/[^\n]/ /g; $part };
    $text =~ s{(/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')}
              {$blank->($1)}gse;
    return split /\n/, $text, -1;
}

# [line, name with its quotes or brackets] of each #include
sub includes {
    my ($file) = @_;
    my ($n, @found) = (0);
    for (lines($file)) {
        $n++;
        push @found, [$n, $1] if /^\s*#\s*include\s+([<"][^>"]+[>"])/;
    }
    return @found;
}

# src/core/x.c => core
sub layer { return $_[0] =~ m{^src/(\w+)/} ? $1 : '' }

sub rule {
    my ($name, @problems) = @_;
    ok(!@problems, $name);
    diag("  $_") for @problems;
    return;
}

1;
