/* SPDX-License-Identifier: Apache-2.0
 * A session from login to its end, as requests find it. */
#include "unit.h"

#include <string.h>

#include "fixture.h"
#include "life.h"

START_TEST(login_is_found_with_one_read)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_outcome_t outcome = np_life_open_one(cookie, LOGIN + 1);

    ck_assert_int_eq(outcome.state, NP_STATE_LIVE);
    ck_assert_int_eq(np_life_fake->gets, 1);
    ck_assert_str_eq(outcome.record.user, "alice");
    ck_assert_int_eq(np_life_fake->kept_until,
                     LOGIN + 10 * MINUTE + NP_POLICY_REMEMBER);
}
END_TEST

START_TEST(nobody_costs_no_read)
{
    const char *cookies[] = { "forged", "", "x", "y" };

    ck_assert_int_eq(np_life_open_cookies(cookies, 4, LOGIN).state, NP_STATE_NONE);
    ck_assert_int_eq(np_life_fake->gets, 0);
    ck_assert_int_eq(np_life_open_cookies(NULL, 0, LOGIN).state, NP_STATE_NONE);
    ck_assert_int_eq(np_life_fake->gets, 0);
}
END_TEST

START_TEST(twin_costs_no_second_read)
{
    const char *cookie = np_life_log_in(LOGIN);
    const char *cookies[] = { "forged", cookie, cookie };

    ck_assert_int_eq(np_life_open_cookies(cookies, 3, LOGIN).state, NP_STATE_LIVE);
    ck_assert_int_eq(np_life_fake->gets, 1);
}
END_TEST

START_TEST(live_one_of_several_is_found_with_four_reads)
{
    const char *cookies[5];

    for (int i = 0; i < 5; i++) {
        cookies[i] = np_life_log_in(LOGIN);
    }
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(np_life_end(cookies[i], LOGIN), APR_SUCCESS);
    }
    ck_assert_int_eq(np_life_open_cookies(cookies, 4, LOGIN).state, NP_STATE_LIVE);
    ck_assert_int_eq(np_life_fake->gets, 4);
    ck_assert_int_eq(np_life_end(cookies[3], LOGIN), APR_SUCCESS);
    (void)np_life_open_cookies(cookies, 5, LOGIN);
    ck_assert_int_le(np_life_fake->gets, NP_SESSION_MAX_READS);
}
END_TEST

START_TEST(record_that_is_gone_is_none)
{
    const char *cookie = np_life_log_in(LOGIN);

    apr_hash_clear(np_life_fake->items);
    ck_assert_int_eq(np_life_open_one(cookie, LOGIN).state, NP_STATE_NONE);
}
END_TEST

START_TEST(store_without_answer_is_unavailable)
{
    const char *cookie = np_life_log_in(LOGIN);

    np_life_fake->down = true;
    ck_assert_int_eq(np_life_open_one(cookie, LOGIN).state, NP_STATE_UNAVAILABLE);
    ck_assert_int_eq(np_life_open_one("forged", LOGIN).state, NP_STATE_NONE);
    np_life_fake->down = false;
    ck_assert_int_eq(np_life_open_one(cookie, LOGIN).state, NP_STATE_LIVE);
}
END_TEST

START_TEST(changed_record_is_not_believed)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_outcome_t outcome = np_life_open_one(cookie, LOGIN);

    np_fake_damage(np_life_fake, outcome.id.storage_key);
    outcome = np_life_open_one(cookie, LOGIN);
    ck_assert_int_eq(outcome.state, NP_STATE_NONE);
    ck_assert(outcome.damaged);
}
END_TEST

/* Both ends: first judged, then buried, then remembered from the headstone. */
static const struct {
    apr_interval_time_t at;
    np_state_e state;
} ends[] = {
    { 10 * MINUTE, NP_STATE_IDLE },
    { 60 * MINUTE, NP_STATE_EXPIRED },
};

START_TEST(end_is_judged_and_remembered)
{
    const char *cookie = np_life_log_in(LOGIN);
    apr_time_t end_at = LOGIN + ends[_i].at;
    np_plan_t plan;

    if (ends[_i].state == NP_STATE_EXPIRED) {
        np_life_realm.rules.limits[NP_MODE_PERSISTENT].idle = 100 * MINUTE;
        cookie = np_life_log_in(LOGIN);
    }
    ck_assert_int_eq(np_life_open_one(cookie, end_at - 1).state, NP_STATE_LIVE);
    np_outcome_t outcome = np_life_open_one(cookie, end_at);
    ck_assert_int_eq(outcome.state, ends[_i].state);
    ck_assert(outcome.bury);
    np_plan_end(&outcome, end_at, &plan);
    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    ck_assert(!np_fake_has(np_life_fake, outcome.id.storage_key));
    ck_assert_int_ge(np_life_fake->kept_until, end_at + NP_POLICY_REMEMBER);
    /* a clock that is set back, or a raised limit, does not wake it */
    ck_assert_int_eq(np_life_open_one(cookie, LOGIN + 1).state, ends[_i].state);
}
END_TEST

START_TEST(logout_removes_the_record)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_outcome_t outcome = np_life_open_one(cookie, LOGIN);

    ck_assert_int_eq(np_life_end(cookie, LOGIN + 1), APR_SUCCESS);
    ck_assert(!np_fake_has(np_life_fake, outcome.id.storage_key));
    ck_assert_int_eq(np_life_open_one(cookie, LOGIN + 2).state, NP_STATE_ENDED);
}
END_TEST

START_TEST(turn_to_non_persistent_shortens_the_session)
{
    const char *cookie = np_life_log_in(LOGIN);

    np_life_realm.rules.mode = NP_MODE_NON_PERSISTENT;
    ck_assert_int_eq(np_life_open_one(cookie, LOGIN + 5 * MINUTE - 1).state,
                     NP_STATE_LIVE);
    ck_assert_int_eq(np_life_open_one(cookie, LOGIN + 5 * MINUTE).state,
                     NP_STATE_IDLE);
}
END_TEST

Suite *np_suite_session(void)
{
    Suite *suite = suite_create("session");
    TCase *tc = tcase_create("found");

    tcase_add_checked_fixture(tc, np_life_set_up, np_pool_tear_down);
    tcase_add_test(tc, login_is_found_with_one_read);
    tcase_add_test(tc, nobody_costs_no_read);
    tcase_add_test(tc, twin_costs_no_second_read);
    tcase_add_test(tc, live_one_of_several_is_found_with_four_reads);
    tcase_add_test(tc, record_that_is_gone_is_none);
    tcase_add_test(tc, store_without_answer_is_unavailable);
    tcase_add_test(tc, changed_record_is_not_believed);
    tcase_add_loop_test(tc, end_is_judged_and_remembered, 0,
                        sizeof ends / sizeof ends[0]);
    tcase_add_test(tc, logout_removes_the_record);
    tcase_add_test(tc, turn_to_non_persistent_shortens_the_session);
    suite_add_tcase(suite, tc);
    return suite;
}
