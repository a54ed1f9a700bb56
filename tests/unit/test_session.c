/* SPDX-License-Identifier: Apache-2.0
 * A session from login to its end, and requests that race over it. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fake_store.h"
#include "fixture.h"
#include "np_plan.h"
#include "np_session.h"

#define MINUTE apr_time_from_sec(60)
#define LOGIN apr_time_from_sec(1700000000)

static np_fake_t *fake;
static np_realm_t realm;

static void set_up(void)
{
    np_pool_set_up();
    fake = np_fake_create(np_pool);
    realm = (np_realm_t){
        .crypto = np_ring("a"),
        .store = &fake->store,
        .scope = { NP_KIND_SESSION, "acme", "" },
        .rules = {
            .mode = NP_MODE_PERSISTENT,
            .limits = {
                [NP_MODE_PERSISTENT] = { 10 * MINUTE, 60 * MINUTE },
                [NP_MODE_NON_PERSISTENT] = { 5 * MINUTE, 30 * MINUTE },
            },
        },
    };
}

static np_outcome_t open_cookies(const char *const *cookies, int count,
                                 apr_time_t now)
{
    np_bytes_t values[8];
    np_budget_t budget = { MINUTE };
    np_outcome_t outcome;

    for (int i = 0; i < count; i++) {
        values[i] = np_text(cookies[i]);
    }
    fake->gets = 0;
    np_session_open(&realm, values, count, now, &budget, &outcome, np_pool);
    return outcome;
}

static np_outcome_t open_one(const char *cookie, apr_time_t now)
{
    return open_cookies(&cookie, 1, now);
}

static apr_status_t commit(const np_plan_t *plan)
{
    np_budget_t budget = { MINUTE };
    return np_plan_commit(&realm, plan, &budget, np_pool);
}

static np_plan_t plan_login(const np_outcome_t *before, const char *user,
                            apr_time_t now)
{
    const np_login_t login = { .user = user, .auth_type = "Basic" };
    np_plan_t plan;

    ck_assert_int_eq(np_plan_login(&realm, before, &login, now, &plan),
                     APR_SUCCESS);
    return plan;
}

/* Log alice in; returns her cookie. */
static const char *log_in(apr_time_t now)
{
    const np_outcome_t nobody = { .state = NP_STATE_NONE };
    np_plan_t plan = plan_login(&nobody, "alice", now);

    ck_assert_int_eq(commit(&plan), APR_SUCCESS);
    return apr_pstrdup(np_pool, plan.cookie);
}

static np_plan_t plan_renewal(const np_outcome_t *outcome, apr_time_t now)
{
    np_record_t changed = outcome->record;
    np_plan_t plan;

    changed.mfa = "otp";
    ck_assert_int_eq(
        np_plan_renew(&realm, outcome, &changed, now, &plan, np_pool),
        APR_SUCCESS);
    return plan;
}

static const char *renew(const char *cookie, apr_time_t now)
{
    np_outcome_t outcome = open_one(cookie, now);
    np_plan_t plan = plan_renewal(&outcome, now);

    ck_assert_int_eq(commit(&plan), APR_SUCCESS);
    return apr_pstrdup(np_pool, plan.cookie);
}

static apr_status_t end(const char *cookie, apr_time_t now)
{
    np_outcome_t outcome = open_one(cookie, now);
    np_plan_t plan;

    np_plan_end(&outcome, now, &plan);
    return commit(&plan);
}

START_TEST(login_is_found_with_one_read)
{
    const char *cookie = log_in(LOGIN);
    np_outcome_t outcome = open_one(cookie, LOGIN + 1);

    ck_assert_int_eq(outcome.state, NP_STATE_LIVE);
    ck_assert_int_eq(fake->gets, 1);
    ck_assert_str_eq(outcome.record.user, "alice");
    ck_assert_int_eq(fake->kept_until,
                     LOGIN + 10 * MINUTE + NP_POLICY_REMEMBER);
}
END_TEST

START_TEST(nobody_costs_no_read)
{
    const char *cookies[] = { "forged", "", "x", "y" };

    ck_assert_int_eq(open_cookies(cookies, 4, LOGIN).state, NP_STATE_NONE);
    ck_assert_int_eq(fake->gets, 0);
    ck_assert_int_eq(open_cookies(NULL, 0, LOGIN).state, NP_STATE_NONE);
    ck_assert_int_eq(fake->gets, 0);
}
END_TEST

START_TEST(twin_costs_no_second_read)
{
    const char *cookie = log_in(LOGIN);
    const char *cookies[] = { "forged", cookie, cookie };

    ck_assert_int_eq(open_cookies(cookies, 3, LOGIN).state, NP_STATE_LIVE);
    ck_assert_int_eq(fake->gets, 1);
}
END_TEST

START_TEST(live_one_of_several_is_found_with_four_reads)
{
    const char *cookies[5];

    for (int i = 0; i < 5; i++) {
        cookies[i] = log_in(LOGIN);
    }
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(end(cookies[i], LOGIN), APR_SUCCESS);
    }
    ck_assert_int_eq(open_cookies(cookies, 4, LOGIN).state, NP_STATE_LIVE);
    ck_assert_int_eq(fake->gets, 4);
    ck_assert_int_eq(end(cookies[3], LOGIN), APR_SUCCESS);
    (void)open_cookies(cookies, 5, LOGIN);
    ck_assert_int_le(fake->gets, NP_SESSION_MAX_READS);
}
END_TEST

START_TEST(record_that_is_gone_is_none)
{
    const char *cookie = log_in(LOGIN);

    apr_hash_clear(fake->items);
    ck_assert_int_eq(open_one(cookie, LOGIN).state, NP_STATE_NONE);
}
END_TEST

START_TEST(store_without_answer_is_unavailable)
{
    const char *cookie = log_in(LOGIN);

    fake->down = true;
    ck_assert_int_eq(open_one(cookie, LOGIN).state, NP_STATE_UNAVAILABLE);
    ck_assert_int_eq(open_one("forged", LOGIN).state, NP_STATE_NONE);
    fake->down = false;
    ck_assert_int_eq(open_one(cookie, LOGIN).state, NP_STATE_LIVE);
}
END_TEST

START_TEST(changed_record_is_not_believed)
{
    const char *cookie = log_in(LOGIN);
    np_outcome_t outcome = open_one(cookie, LOGIN);
    np_bytes_t *bytes = apr_hash_get(fake->items, outcome.id.storage_key,
                                     APR_HASH_KEY_STRING);

    ((unsigned char *)bytes->data)[bytes->len - 1] ^= 1;
    outcome = open_one(cookie, LOGIN);
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
    const char *cookie = log_in(LOGIN);
    apr_time_t end_at = LOGIN + ends[_i].at;
    np_plan_t plan;

    if (ends[_i].state == NP_STATE_EXPIRED) {
        realm.rules.limits[NP_MODE_PERSISTENT].idle = 100 * MINUTE;
        cookie = log_in(LOGIN);
    }
    ck_assert_int_eq(open_one(cookie, end_at - 1).state, NP_STATE_LIVE);
    np_outcome_t outcome = open_one(cookie, end_at);
    ck_assert_int_eq(outcome.state, ends[_i].state);
    ck_assert(outcome.bury);
    np_plan_end(&outcome, end_at, &plan);
    ck_assert_int_eq(commit(&plan), APR_SUCCESS);
    ck_assert(!np_fake_has(fake, outcome.id.storage_key));
    ck_assert_int_ge(fake->kept_until, end_at + NP_POLICY_REMEMBER);
    /* a clock that is set back, or a raised limit, does not wake it */
    ck_assert_int_eq(open_one(cookie, LOGIN + 1).state, ends[_i].state);
}
END_TEST

START_TEST(logout_removes_the_record)
{
    const char *cookie = log_in(LOGIN);
    np_outcome_t outcome = open_one(cookie, LOGIN);

    ck_assert_int_eq(end(cookie, LOGIN + 1), APR_SUCCESS);
    ck_assert(!np_fake_has(fake, outcome.id.storage_key));
    ck_assert_int_eq(open_one(cookie, LOGIN + 2).state, NP_STATE_ENDED);
}
END_TEST

START_TEST(touch_waits_until_it_is_due)
{
    const char *cookie = log_in(LOGIN);
    apr_time_t due = LOGIN + MINUTE;
    np_plan_t plan;

    for (int offset = -1; offset <= 1; offset++) {
        np_outcome_t outcome = open_one(cookie, due + offset);
        np_plan_touch(&realm, &outcome, due + offset, &plan);
        ck_assert_int_eq(plan.action, offset > 0 ? NP_ACTION_TOUCH
                                                 : NP_ACTION_NOTHING);
    }
    ck_assert_int_eq(commit(&plan), APR_SUCCESS);
    ck_assert_int_eq(open_one(cookie, due + 10 * MINUTE).state,
                     NP_STATE_LIVE);
}
END_TEST

START_TEST(late_touch_does_not_wake_the_dead)
{
    const char *cookie = log_in(LOGIN);
    apr_time_t later = LOGIN + 2 * MINUTE;
    np_outcome_t outcome = open_one(cookie, later);
    np_plan_t touch;

    np_plan_touch(&realm, &outcome, later, &touch);
    ck_assert_int_eq(end(cookie, later), APR_SUCCESS);
    ck_assert_int_eq(commit(&touch), APR_NOTFOUND);
    ck_assert_int_eq(open_one(cookie, later).state, NP_STATE_ENDED);
}
END_TEST

START_TEST(new_id_leaves_the_old_one_ten_seconds)
{
    const char *old = log_in(LOGIN);
    const char *new_one = renew(old, LOGIN + 1);
    apr_time_t end_of_grace = LOGIN + 1 + NP_POLICY_GRACE;

    np_outcome_t outcome = open_one(new_one, LOGIN + 2);
    ck_assert_int_eq(outcome.state, NP_STATE_LIVE);
    ck_assert_str_eq(outcome.record.mfa, "otp");
    outcome = open_one(old, end_of_grace - 1);
    ck_assert_int_eq(outcome.state, NP_STATE_LIVE);
    ck_assert(outcome.old_id);
    ck_assert_ptr_null(outcome.record.mfa);
    ck_assert_int_le(fake->gets, NP_SESSION_MAX_READS);
    ck_assert_int_eq(open_one(old, end_of_grace).state, NP_STATE_ENDED);
    ck_assert_int_eq(open_one(old, end_of_grace + 1).state, NP_STATE_ENDED);
    ck_assert_int_eq(open_one(new_one, end_of_grace).state, NP_STATE_LIVE);
}
END_TEST

START_TEST(old_id_dies_with_the_session)
{
    const char *old = log_in(LOGIN);
    const char *new_one = renew(old, LOGIN + 1);

    ck_assert_int_eq(end(new_one, LOGIN + 2), APR_SUCCESS);
    ck_assert_int_eq(open_one(old, LOGIN + 3).state, NP_STATE_ENDED);
}
END_TEST

START_TEST(logout_by_an_old_id_ends_the_session)
{
    const char *old = log_in(LOGIN);
    const char *second = renew(old, LOGIN + 1);
    const char *third = renew(second, LOGIN + 2);

    ck_assert_int_eq(end(old, LOGIN + 3), APR_SUCCESS);
    ck_assert_int_eq(open_one(old, LOGIN + 4).state, NP_STATE_ENDED);
    ck_assert_int_eq(open_one(second, LOGIN + 4).state, NP_STATE_ENDED);
    ck_assert_int_eq(open_one(third, LOGIN + 4).state, NP_STATE_ENDED);
}
END_TEST

START_TEST(login_ends_the_session_it_replaces)
{
    const char *old = log_in(LOGIN);
    np_outcome_t outcome = open_one(old, LOGIN + 1);
    np_plan_t plan = plan_login(&outcome, "bob", LOGIN + 1);

    ck_assert_int_eq(commit(&plan), APR_SUCCESS);
    ck_assert_int_eq(open_one(old, LOGIN + 1).state, NP_STATE_ENDED);
    outcome = open_one(plan.cookie, LOGIN + 1);
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
        ck_assert_int_eq(end(intruder.cookie, LOGIN + 1), APR_SUCCESS);
    }
}

START_TEST(logout_wins_over_a_new_id_at_every_step)
{
    const char *cookie = log_in(LOGIN);
    np_outcome_t outcome = open_one(cookie, LOGIN + 1);
    np_plan_t plan = plan_renewal(&outcome, LOGIN + 1);

    intruder.cookie = cookie;
    intruder.steps_until = _i;
    fake->before = log_out_between;
    apr_status_t status = commit(&plan);
    fake->before = NULL;
    if (intruder.steps_until >= 0) {
        ck_assert_int_eq(end(cookie, LOGIN + 1), APR_SUCCESS);
    }
    ck_assert(status == APR_SUCCESS || status == APR_EEXIST);
    ck_assert_int_ne(open_one(cookie, LOGIN + 2).state, NP_STATE_LIVE);
    ck_assert_int_ne(open_one(plan.cookie, LOGIN + 2).state, NP_STATE_LIVE);
}
END_TEST

START_TEST(turn_to_non_persistent_shortens_the_session)
{
    const char *cookie = log_in(LOGIN);

    realm.rules.mode = NP_MODE_NON_PERSISTENT;
    ck_assert_int_eq(open_one(cookie, LOGIN + 5 * MINUTE - 1).state,
                     NP_STATE_LIVE);
    ck_assert_int_eq(open_one(cookie, LOGIN + 5 * MINUTE).state,
                     NP_STATE_IDLE);
}
END_TEST

START_TEST(failed_login_leaves_nothing)
{
    const np_outcome_t nobody = { .state = NP_STATE_NONE };
    np_plan_t plan = plan_login(&nobody, "alice", LOGIN);

    fake->down = true;
    ck_assert(np_store_unavailable(commit(&plan)));
    ck_assert_uint_eq(apr_hash_count(fake->items), 0);
}
END_TEST

Suite *np_suite_session(void)
{
    Suite *suite = suite_create("session");
    TCase *tc = tcase_create("life");

    tcase_add_checked_fixture(tc, set_up, np_pool_tear_down);
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
    tcase_add_test(tc, touch_waits_until_it_is_due);
    tcase_add_test(tc, late_touch_does_not_wake_the_dead);
    tcase_add_test(tc, new_id_leaves_the_old_one_ten_seconds);
    tcase_add_test(tc, old_id_dies_with_the_session);
    tcase_add_test(tc, logout_by_an_old_id_ends_the_session);
    tcase_add_test(tc, login_ends_the_session_it_replaces);
    tcase_add_loop_test(tc, logout_wins_over_a_new_id_at_every_step, 0, 6);
    tcase_add_test(tc, turn_to_non_persistent_shortens_the_session);
    tcase_add_test(tc, failed_login_leaves_nothing);
    suite_add_tcase(suite, tc);
    return suite;
}
