#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Gives each input of the corpus to its fuzz target: a test each, passed if the
# target returns. $NP_REPLAYS are the programs replay_<target>.
use strict;
use warnings;
use Test::More;

my @replays = split ' ', $ENV{NP_REPLAYS} || '';
plan skip_all => 'no fuzz targets' if !@replays;

for my $replay (@replays) {
    my ($target) = $replay =~ m{replay_(\w+)$};
    my @inputs = sort glob "$ENV{NP_CORPUS}/$target/*";
    ok scalar @inputs, "$target has a corpus";
    for my $input (@inputs) {
        my ($name) = $input =~ m{([^/]+)$};
        my $said = qx(exec ./$replay '$input' </dev/null 2>&1);
        ok $? == 0, "$target $name" or diag $said;
    }
}
done_testing();
