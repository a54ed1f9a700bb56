/* SPDX-License-Identifier: Apache-2.0
 * A near cache, and a machine that has one. */
#ifndef NP_TEST_NEAR_H
#define NP_TEST_NEAR_H

#include "fixture.h"
#include "life.h"
#include "np_near.h"

#define NP_TEST_SECOND  apr_time_from_sec(1)
#define NP_TEST_LONGEST (8 * NP_TEST_SECOND)

/** An empty one, in memory that forked processes share; goes with np_pool. */
np_near_table_t *np_test_near_table(void);

/** An empty cache that believes for so long. */
np_near_t np_test_near(apr_interval_time_t longest);

/** For tcase_add_checked_fixture(), with np_pool_tear_down(): the life of
 *  life.h, on a machine that believes for NP_TEST_LONGEST. */
void np_test_near_set_up(void);

/** What this cookie is found to be. */
np_state_e np_test_state(const char *cookie, apr_time_t now);

/** That, and how many reads it takes. */
#define NP_ASSERT_FINDS(cookie, now, expected, reads)                         \
    do {                                                                      \
        ck_assert_int_eq(np_test_state(cookie, now), expected);               \
        ck_assert_int_eq(np_life_fake->gets, reads);                          \
    } while (0)

/** A logout, and an interaction, on another machine with the same store. */
apr_status_t np_test_end_elsewhere(const char *cookie, apr_time_t now);
void np_test_touch_elsewhere(const char *cookie, apr_time_t now);

#endif
