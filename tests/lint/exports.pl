#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The module exports its module record and nothing else: httpd opens modules
# so that they would call each other's functions of one name.
use strict;
use warnings;
use NP::Lint;

my @symbols = map { (split)[-1] } grep { !/ [wV] / }
    qx(nm -D --defined-only "$ENV{NP_MODULE}");
rule('the module record is exported',
    (grep { $_ eq 'session_np_module' } @symbols) ? () : $ENV{NP_MODULE});
rule('nothing else is exported',
    grep { $_ ne 'session_np_module' && !/^(?:_init|_fini|__|_edata|_end)/ } @symbols);
done_testing();
