/* SPDX-License-Identifier: Apache-2.0
 * What becomes of a session, and requests that race over it. */
#include "unit.h"

#include <string.h>

#include "fixture.h"
#include "life.h"

START_TEST(touch_waits_until_it_is_due)
{
    const char *cookie = np_life_log_in(LOGIN);
    apr_time_t due = LOGIN + MINUTE;
    np_plan_t plan;

    for (int offset = -1; offset <= 1; offset++) {
        np_outcome_t outcome = np_life_open_one(cookie, due + offset);
        np_plan_touch(&np_life_realm, &outcome, due + offset, &plan);
        ck_assert_int_eq(plan.action, offset > 0 ? NP_ACTION_TOUCH
                                                 : NP_ACTION_NOTHING);
    }
    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    ck_assert_int_eq(np_life_open_one(cookie, due + 10 * MINUTE).state,
                     NP_STATE_LIVE);
}
END_TEST

START_TEST(late_touch_does_not_wake_the_dead)
{
    const char *cookie = np_life_log_in(LOGIN);
    apr_time_t later = LOGIN + 2 * MINUTE;
    np_outcome_t outcome = np_life_open_one(cookie, later);
    np_plan_t touch;

    np_plan_touch(&np_life_realm, &outcome, later, &touch);
    ck_assert_int_eq(np_life_end(cookie, later), APR_SUCCESS);
    ck_assert_int_eq(np_life_commit(&touch), APR_NOTFOUND);
    ck_assert_int_eq(np_life_open_one(cookie, later).state, NP_STATE_ENDED);
}
END_TEST

START_TEST(new_id_leaves_the_old_one_ten_seconds)
{
    const char *old = np_life_log_in(LOGIN);
    const char *new_one = np_life_renew(old, LOGIN + 1);
    apr_time_t end_of_grace = LOGIN + 1 + NP_POLICY_GRACE;

    np_outcome_t outcome = np_life_open_one(new_one, LOGIN + 2);
    ck_assert_int_eq(outcome.state, NP_STATE_LIVE);
    ck_assert_str_eq(outcome.record.mfa, "otp");
    outcome = np_life_open_one(old, end_of_grace - 1);
    ck_assert_int_eq(outcome.state, NP_STATE_LIVE);
    ck_assert(outcome.old_id);
    ck_assert_ptr_null(outcome.record.mfa);
    ck_assert_int_le(np_life_fake->gets, NP_SESSION_MAX_READS);
    ck_assert_int_eq(np_life_open_one(old, end_of_grace).state, NP_STATE_ENDED);
    ck_assert_int_eq(np_life_open_one(old, end_of_grace + 1).state, NP_STATE_ENDED);
    ck_assert_int_eq(np_life_open_one(new_one, end_of_grace).state, NP_STATE_LIVE);
}
END_TEST

START_TEST(old_id_dies_with_the_session)
{
    const char *old = np_life_log_in(LOGIN);
    const char *new_one = np_life_renew(old, LOGIN + 1);

    ck_assert_int_eq(np_life_end(new_one, LOGIN + 2), APR_SUCCESS);
    ck_assert_int_eq(np_life_open_one(old, LOGIN + 3).state, NP_STATE_ENDED);
}
END_TEST

START_TEST(logout_by_an_old_id_ends_the_session)
{
    const char *old = np_life_log_in(LOGIN);
    const char *second = np_life_renew(old, LOGIN + 1);
    const char *third = np_life_renew(second, LOGIN + 2);

    ck_assert_int_eq(np_life_end(old, LOGIN + 3), APR_SUCCESS);
    ck_assert_int_eq(np_life_open_one(old, LOGIN + 4).state, NP_STATE_ENDED);
    ck_assert_int_eq(np_life_open_one(second, LOGIN + 4).state, NP_STATE_ENDED);
    ck_assert_int_eq(np_life_open_one(third, LOGIN + 4).state, NP_STATE_ENDED);
}
END_TEST

START_TEST(login_ends_the_session_it_replaces)
{
    const char *old = np_life_log_in(LOGIN);
    np_outcome_t outcome = np_life_open_one(old, LOGIN + 1);
    np_plan_t plan = np_life_plan_login(&outcome, "bob", LOGIN + 1);

    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    ck_assert_int_eq(np_life_open_one(old, LOGIN + 1).state, NP_STATE_ENDED);
    outcome = np_life_open_one(plan.cookie, LOGIN + 1);
    ck_assert_int_eq(outcome.state, NP_STATE_LIVE);
    ck_assert_str_eq(outcome.record.user, "bob");
}
END_TEST

/* A logout that comes between any two steps of a change of id. */
static struct {
    const char *cookie;
    int steps_until;
} intruder;

static void log_out_between(np_fake_t *store, const char *operation,
                            const char *key)
{
    if (intruder.steps_until-- == 0) {
        ck_assert_int_eq(np_life_end(intruder.cookie, LOGIN + 1), APR_SUCCESS);
    }
}

START_TEST(logout_wins_over_a_new_id_at_every_step)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_outcome_t outcome = np_life_open_one(cookie, LOGIN + 1);
    np_plan_t plan = np_life_plan_renewal(&outcome, LOGIN + 1);

    intruder.cookie = cookie;
    intruder.steps_until = _i;
    np_life_fake->before = log_out_between;
    apr_status_t status = np_life_commit(&plan);
    np_life_fake->before = NULL;
    if (intruder.steps_until >= 0) {
        ck_assert_int_eq(np_life_end(cookie, LOGIN + 1), APR_SUCCESS);
    }
    ck_assert(status == APR_SUCCESS || status == APR_EEXIST);
    ck_assert_int_ne(np_life_open_one(cookie, LOGIN + 2).state, NP_STATE_LIVE);
    ck_assert_int_ne(np_life_open_one(plan.cookie, LOGIN + 2).state, NP_STATE_LIVE);
}
END_TEST

START_TEST(failed_login_leaves_nothing)
{
    const np_outcome_t nobody = { .state = NP_STATE_NONE };
    np_plan_t plan = np_life_plan_login(&nobody, "alice", LOGIN);

    np_life_fake->down = true;
    ck_assert(np_store_unavailable(np_life_commit(&plan)));
    ck_assert_uint_eq(apr_hash_count(np_life_fake->items), 0);
}
END_TEST

Suite *np_suite_plan(void)
{
    Suite *suite = suite_create("plan");
    TCase *tc = tcase_create("races");

    tcase_add_checked_fixture(tc, np_life_set_up, np_pool_tear_down);
    tcase_add_test(tc, touch_waits_until_it_is_due);
    tcase_add_test(tc, late_touch_does_not_wake_the_dead);
    tcase_add_test(tc, new_id_leaves_the_old_one_ten_seconds);
    tcase_add_test(tc, old_id_dies_with_the_session);
    tcase_add_test(tc, logout_by_an_old_id_ends_the_session);
    tcase_add_test(tc, login_ends_the_session_it_replaces);
    tcase_add_loop_test(tc, logout_wins_over_a_new_id_at_every_step, 0, 6);
    tcase_add_test(tc, failed_login_leaves_nothing);
    suite_add_tcase(suite, tc);
    return suite;
}
