/* SPDX-License-Identifier: Apache-2.0
 * The suites of the unit tests: one for each tests/unit/test_<name>.c. */
#ifndef NP_UNIT_H
#define NP_UNIT_H

#include <check.h>

Suite *np_suite_base64url(void);

#endif
