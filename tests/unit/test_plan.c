/* SPDX-License-Identifier: Apache-2.0
 * What becomes of a session, and requests that race over it. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "life.h"
#include "np_app_data.h"

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

/* --- what a login says ---------------------------------------------------- */

static const np_login_t full_login = {
    .user = "alice",
    .auth_type = "form",
    .mode_chosen = true,
    .mode = NP_MODE_NON_PERSISTENT,
    .mfa = "otp",
    .device = { NP_DEVICE_KNOWN, true, "0123456789abcde" },
};

/* Log in by full_login; returns the cookie. */
static const char *log_in_fully(void)
{
    const np_outcome_t nobody = { .state = NP_STATE_NONE };
    np_plan_t plan;

    ck_assert_int_eq(
        np_plan_login(&np_life_realm, &nobody, &full_login, LOGIN, &plan),
        APR_SUCCESS);
    ck_assert_int_eq(plan.action, NP_ACTION_BEGIN);
    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    return apr_pstrdup(np_pool, plan.cookie);
}

static void assert_full(const np_record_t *record)
{
    ck_assert_str_eq(record->mfa, "otp");
    ck_assert_int_eq(record->device.known, NP_DEVICE_KNOWN);
    ck_assert(record->device.brought);
    ck_assert_str_eq((const char *)record->device.handle, "0123456789abcde");
    ck_assert(record->mode_chosen);
    ck_assert_int_eq(record->mode, NP_MODE_NON_PERSISTENT);
}

START_TEST(login_is_stored_with_all_it_says)
{
    const char *cookie = log_in_fully();
    np_outcome_t outcome = np_life_open_one(cookie, LOGIN + 1);

    ck_assert_int_eq(outcome.state, NP_STATE_LIVE);
    ck_assert_int_eq(outcome.record.limits.idle, 5 * MINUTE);
    assert_full(&outcome.record);
    outcome = np_life_open_one(np_life_renew(cookie, LOGIN + 2), LOGIN + 3);
    assert_full(&outcome.record);
    outcome = np_life_open_one(cookie, LOGIN + 3);
    ck_assert(outcome.old_id);
    assert_full(&outcome.record);
}
END_TEST

START_TEST(headstone_does_not_tell_of_the_browser)
{
    const char *cookie = log_in_fully();

    ck_assert_int_eq(np_life_end(cookie, LOGIN + 1), APR_SUCCESS);
    np_outcome_t outcome = np_life_open_one(cookie, LOGIN + 2);
    ck_assert_int_eq(outcome.state, NP_STATE_ENDED);
    ck_assert_ptr_null(outcome.record.mfa);
    ck_assert_int_eq(outcome.record.device.known, NP_DEVICE_UNTOLD);
    ck_assert(!outcome.record.device.brought);
}
END_TEST

/* --- data ----------------------------------------------------------------- */

static apr_status_t plan_data(const np_outcome_t *outcome, np_bytes_t data,
                              np_plan_t *plan)
{
    return np_plan_data(&np_life_realm, outcome, data, LOGIN + 1, plan,
                        np_pool);
}

/* Give the session of this cookie its data, and write it. */
static void write_data(const char *cookie, const char *text)
{
    np_outcome_t outcome = np_life_open_one(cookie, LOGIN + 1);
    np_plan_t plan;

    ck_assert_int_eq(plan_data(&outcome, np_text(text), &plan), APR_SUCCESS);
    ck_assert_int_eq(plan.action, NP_ACTION_TOUCH);
    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
}

static const char *read_data(const char *cookie)
{
    np_outcome_t outcome = np_life_open_one(cookie, LOGIN + 2);
    np_bytes_t data;

    ck_assert_int_eq(outcome.state, NP_STATE_LIVE);
    ck_assert_int_eq(np_app_data_open(np_life_realm.crypto, &outcome.id,
                                      &outcome.record, &data, np_pool),
                     APR_SUCCESS);
    return data.len ? apr_pstrmemdup(np_pool, (const char *)data.data, data.len)
                    : "";
}

START_TEST(data_is_written_and_replaced)
{
    const char *cookie = np_life_log_in(LOGIN);

    write_data(cookie, "cart");
    ck_assert_str_eq(read_data(cookie), "cart");
    write_data(cookie, "empty");
    ck_assert_str_eq(read_data(cookie), "empty");
    ck_assert_str_eq(read_data(np_life_renew(cookie, LOGIN + 2)), "empty");
}
END_TEST

START_TEST(no_data_leaves_no_field)
{
    const char *cookie = np_life_log_in(LOGIN);

    write_data(cookie, "cart");
    write_data(cookie, "");
    np_outcome_t outcome = np_life_open_one(cookie, LOGIN + 2);
    ck_assert_uint_eq(outcome.record.app_data.len, 0);
    ck_assert_str_eq(read_data(cookie), "");
}
END_TEST

/* An application that writes does not keep its visitor's session alive. */
START_TEST(data_is_no_interaction)
{
    const char *cookie = np_life_log_in(LOGIN);
    const apr_time_t end = np_life_fake->kept_until;

    write_data(cookie, "cart");
    ck_assert_int_eq(np_life_open_one(cookie, LOGIN + 2).record.times.used_at,
                     LOGIN);
    ck_assert_int_eq(np_life_fake->kept_until, end);
}
END_TEST

START_TEST(data_has_a_greatest_length)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_outcome_t outcome = np_life_open_one(cookie, LOGIN + 1);
    const unsigned char *octets = apr_pcalloc(np_pool, NP_APP_DATA_MAX + 1);
    np_plan_t plan;

    for (int offset = -1; offset <= 0; offset++) {
        apr_size_t len = (apr_size_t)(NP_APP_DATA_MAX + offset);
        ck_assert_int_eq(plan_data(&outcome, (np_bytes_t){ octets, len },
                                   &plan),
                         APR_SUCCESS);
        ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    }
    ck_assert_int_eq(plan_data(&outcome,
                               (np_bytes_t){ octets, NP_APP_DATA_MAX + 1 },
                               &plan),
                     APR_ENOSPC);
    ck_assert_int_eq(plan.action, NP_ACTION_NOTHING);
    ck_assert_uint_eq(np_life_open_one(cookie, LOGIN + 1).record.app_data.len,
                      NP_RECORD_MAX_APP_DATA);
}
END_TEST

/* An old id, one that ended, none, and a store that does not answer. */
START_TEST(data_needs_a_live_session)
{
    const char *old = np_life_log_in(LOGIN);
    const char *new_one = np_life_renew(old, LOGIN + 1);
    np_outcome_t outcomes[4];
    np_plan_t plan;

    outcomes[0] = np_life_open_one(old, LOGIN + 2);
    ck_assert_int_eq(outcomes[0].state, NP_STATE_LIVE);
    outcomes[1] = np_life_open_one(new_one, LOGIN + 2 * 60 * MINUTE);
    ck_assert_int_eq(outcomes[1].state, NP_STATE_IDLE);
    outcomes[2] = np_life_open_one("forged", LOGIN + 2);
    np_life_fake->down = true;
    outcomes[3] = np_life_open_one(new_one, LOGIN + 2);
    np_life_fake->down = false;
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(plan_data(&outcomes[i], np_text("cart"), &plan),
                         APR_EINVAL);
        ck_assert_int_eq(plan.action, NP_ACTION_NOTHING);
        ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    }
    ck_assert_str_eq(read_data(new_one), "");
}
END_TEST

START_TEST(late_data_does_not_wake_the_dead)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_outcome_t outcome = np_life_open_one(cookie, LOGIN + 1);
    np_plan_t plan;

    ck_assert_int_eq(plan_data(&outcome, np_text("cart"), &plan), APR_SUCCESS);
    ck_assert_int_eq(np_life_end(cookie, LOGIN + 1), APR_SUCCESS);
    ck_assert_int_eq(np_life_commit(&plan), APR_NOTFOUND);
    ck_assert_int_eq(np_life_open_one(cookie, LOGIN + 2).state,
                     NP_STATE_ENDED);
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
    tc = tcase_create("logins");
    tcase_add_checked_fixture(tc, np_life_set_up, np_pool_tear_down);
    tcase_add_test(tc, login_is_stored_with_all_it_says);
    tcase_add_test(tc, headstone_does_not_tell_of_the_browser);
    suite_add_tcase(suite, tc);
    tc = tcase_create("data");
    tcase_add_checked_fixture(tc, np_life_set_up, np_pool_tear_down);
    tcase_add_test(tc, data_is_written_and_replaced);
    tcase_add_test(tc, no_data_leaves_no_field);
    tcase_add_test(tc, data_is_no_interaction);
    tcase_add_test(tc, data_has_a_greatest_length);
    tcase_add_test(tc, data_needs_a_live_session);
    tcase_add_test(tc, late_data_does_not_wake_the_dead);
    suite_add_tcase(suite, tc);
    return suite;
}
