/* SPDX-License-Identifier: Apache-2.0
 * Limits with a near cache: judged as exactly as without one. */
#include "unit.h"

#include "near.h"

#define NOW (LOGIN + MINUTE / 2)

/* Each is reached while the near cache holds a record that was live. */
static const apr_interval_time_t ends[] = { 10 * MINUTE, 60 * MINUTE };

START_TEST(limits_are_judged_to_the_microsecond)
{
    np_life_realm.rules.limits[NP_MODE_PERSISTENT].idle =
        _i == 0 ? 10 * MINUTE : 100 * MINUTE;
    const char *cookie = np_life_log_in(LOGIN);
    const apr_time_t end = LOGIN + ends[_i];

    ck_assert_int_eq(np_test_state(cookie, end - 2), NP_STATE_LIVE);
    ck_assert_int_eq(np_test_state(cookie, end - 1), NP_STATE_LIVE);
    const np_outcome_t outcome = np_life_open_one(cookie, end);
    ck_assert_int_eq(outcome.state,
                     _i == 0 ? NP_STATE_IDLE : NP_STATE_EXPIRED);
    ck_assert(outcome.bury);
}
END_TEST

START_TEST(a_limit_that_is_lowered_bites_at_once)
{
    const char *cookie = np_life_log_in(LOGIN);

    ck_assert_int_eq(np_test_state(cookie, NOW), NP_STATE_LIVE);
    np_life_realm.rules.limits[NP_MODE_PERSISTENT].life = MINUTE / 2;
    ck_assert_int_eq(np_test_state(cookie, NOW), NP_STATE_EXPIRED);
}
END_TEST

START_TEST(who_was_busy_elsewhere_is_not_idle)
{
    const char *cookie = np_life_log_in(LOGIN);
    const apr_time_t end = LOGIN + 10 * MINUTE;

    ck_assert_int_eq(np_test_state(cookie, end - NP_TEST_SECOND),
                     NP_STATE_LIVE);
    np_test_touch_elsewhere(cookie, end - NP_TEST_SECOND / 2);
    NP_ASSERT_FINDS(cookie, end, NP_STATE_LIVE, 1);
    NP_ASSERT_FINDS(cookie, end + 1, NP_STATE_LIVE, 0);
}
END_TEST

/* Then the store is asked: this request is about to change what it has. */
START_TEST(the_last_interaction_that_is_due_is_no_secret)
{
    const char *cookie = np_life_log_in(LOGIN);

    NP_ASSERT_FINDS(cookie, LOGIN + MINUTE - 1, NP_STATE_LIVE, 1);
    NP_ASSERT_FINDS(cookie, LOGIN + MINUTE, NP_STATE_LIVE, 0);
    NP_ASSERT_FINDS(cookie, LOGIN + MINUTE + 1, NP_STATE_LIVE, 1);
    ck_assert_int_eq(np_test_end_elsewhere(cookie, LOGIN + MINUTE + 1),
                     APR_SUCCESS);
    NP_ASSERT_FINDS(cookie, LOGIN + MINUTE + 1, NP_STATE_ENDED, 2);
}
END_TEST

START_TEST(so_is_a_change_of_the_mode)
{
    const char *cookie = np_life_log_in(LOGIN);

    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_LIVE, 1);
    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_LIVE, 0);
    np_life_realm.rules.mode = NP_MODE_NON_PERSISTENT;
    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_LIVE, 1);
}
END_TEST

Suite *np_suite_near_limits(void)
{
    Suite *suite = suite_create("near_limits");
    TCase *tc = tcase_create("limits");

    tcase_add_checked_fixture(tc, np_test_near_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, limits_are_judged_to_the_microsecond, 0,
                        sizeof ends / sizeof ends[0]);
    tcase_add_test(tc, a_limit_that_is_lowered_bites_at_once);
    tcase_add_test(tc, who_was_busy_elsewhere_is_not_idle);
    tcase_add_test(tc, the_last_interaction_that_is_due_is_no_secret);
    tcase_add_test(tc, so_is_a_change_of_the_mode);
    suite_add_tcase(suite, tc);
    return suite;
}
