#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs one suite of the unit tests, under the command $NP_UNDER if it is set:
# suite.sh NAME
test -e "$NP_UNIT/test_$1.c" || exit 1
# shellcheck disable=SC2086  # a command and its arguments
CK_RUN_SUITE=$1 exec ${NP_UNDER:-} tests/unit/unit
