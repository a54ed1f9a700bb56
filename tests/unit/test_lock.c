/* SPDX-License-Identifier: Apache-2.0
 * The lock on a session's data: one at a time, and on what is true by then. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "life.h"
#include "np_app_data.h"
#include "np_lock.h"

#define NOW (LOGIN + 2 * MINUTE)

static apr_status_t take_at(np_outcome_t *outcome, np_patience_e patience,
                            apr_time_t now)
{
    np_budget_t budget = { MINUTE };
    return np_lock_take(&np_life_realm, outcome, patience, now, &budget,
                        np_pool);
}

static apr_status_t take(np_outcome_t *outcome)
{
    return take_at(outcome, NP_LOCK_TRY, NOW);
}

static void release(const np_outcome_t *outcome)
{
    np_budget_t budget = { MINUTE };
    np_lock_release(&np_life_realm, outcome->id.storage_key, &budget, np_pool);
}

static const char *lock_key(const np_outcome_t *outcome)
{
    return apr_pstrcat(np_pool, "l", outcome->id.storage_key, NULL);
}

static bool is_locked(const np_outcome_t *outcome)
{
    return np_fake_has(np_life_fake, lock_key(outcome));
}

/* The data of an outcome, as text; "" if there are none. */
static const char *data_of(const np_outcome_t *outcome)
{
    np_bytes_t data;

    ck_assert_int_eq(np_app_data_open(np_life_realm.crypto, &outcome->id,
                                      &outcome->record, &data, np_pool),
                     APR_SUCCESS);
    return data.len ? apr_pstrmemdup(np_pool, (const char *)data.data, data.len)
                    : "";
}

/* Write data into the session of an outcome, without asking anybody. */
static void write_data(const np_outcome_t *outcome, const char *text)
{
    np_plan_t plan;

    ck_assert_int_eq(np_plan_data(&np_life_realm, outcome, np_text(text), NOW,
                                  &plan, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
}

/* --- one at a time -------------------------------------------------------- */

START_TEST(lock_is_exclusive_until_it_is_given_back)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_outcome_t one = np_life_open_one(cookie, NOW);
    np_outcome_t other = np_life_open_one(cookie, NOW);

    ck_assert_uint_eq(strlen(lock_key(&one)), NP_LOCK_KEY_LEN);
    ck_assert_int_eq(take(&one), APR_SUCCESS);
    ck_assert(is_locked(&one));
    ck_assert_int_eq(np_life_fake->kept_until, NOW + NP_LOCK_LIFE);
    ck_assert_int_eq(take(&other), APR_EBUSY);
    ck_assert_int_eq(take(&one), APR_EBUSY);
    release(&one);
    ck_assert(!is_locked(&one));
    ck_assert_int_eq(take(&other), APR_SUCCESS);
    release(&other);
    ck_assert_uint_eq(apr_hash_count(np_life_fake->items), 1);
}
END_TEST

START_TEST(sessions_have_locks_of_their_own)
{
    np_outcome_t one = np_life_open_one(np_life_log_in(LOGIN), NOW);
    np_outcome_t other = np_life_open_one(np_life_log_in(LOGIN), NOW);

    ck_assert_int_eq(take(&one), APR_SUCCESS);
    ck_assert_int_eq(take(&other), APR_SUCCESS);
    release(&one);
    ck_assert(is_locked(&other));
}
END_TEST

/* Its holder may have died. */
START_TEST(lock_ends_by_itself)
{
    np_outcome_t outcome = np_life_open_one(np_life_log_in(LOGIN), NOW);

    ck_assert_int_eq(take(&outcome), APR_SUCCESS);
    for (int offset = -1; offset <= 1; offset++) {
        np_life_fake->now = NOW + NP_LOCK_LIFE + offset;
        ck_assert_int_eq(is_locked(&outcome), offset < 0);
    }
    ck_assert_int_eq(take_at(&outcome, NP_LOCK_TRY, np_life_fake->now),
                     APR_SUCCESS);
    ck_assert_int_eq(np_life_fake->kept_until,
                     np_life_fake->now + NP_LOCK_LIFE);
}
END_TEST

START_TEST(busy_is_told_at_once)
{
    np_outcome_t outcome = np_life_open_one(np_life_log_in(LOGIN), NOW);
    np_budget_t budget = { MINUTE };

    ck_assert_int_eq(take(&outcome), APR_SUCCESS);
    np_life_fake->puts = 0;
    np_life_fake->gets = 0;
    ck_assert_int_eq(np_lock_take(&np_life_realm, &outcome, NP_LOCK_TRY, NOW,
                                  &budget, np_pool),
                     APR_EBUSY);
    ck_assert_int_eq(np_life_fake->puts, 1);
    ck_assert_int_eq(np_life_fake->gets, 0);
    ck_assert_int_eq(budget.left, MINUTE);
    ck_assert(is_locked(&outcome));
}
END_TEST

/* The holder writes his data and goes, before the nth attempt. */
static struct {
    np_outcome_t *outcome;
    int attempts_until;
} holder;

static void let_go(np_fake_t *fake, const char *operation, const char *key)
{
    if (!strcmp(operation, "add") && --holder.attempts_until == 0) {
        write_data(holder.outcome, "written by the holder");
        release(holder.outcome);
    }
}

START_TEST(who_waits_gets_it_when_it_is_given_back)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_outcome_t one = np_life_open_one(cookie, NOW);
    np_outcome_t other = one;
    np_budget_t budget = { MINUTE };

    ck_assert_int_eq(take(&one), APR_SUCCESS);
    holder.outcome = &one;
    holder.attempts_until = _i;
    np_life_fake->before = let_go;
    ck_assert_int_eq(np_lock_take(&np_life_realm, &other, NP_LOCK_WAIT, NOW,
                                  &budget, np_pool),
                     APR_SUCCESS);
    np_life_fake->before = NULL;
    ck_assert_str_eq(data_of(&other), "written by the holder");
    ck_assert(is_locked(&other));
    /* 1 ms, 2 ms, 4 ms, ... */
    ck_assert_int_eq(budget.left,
                     MINUTE - apr_time_from_msec((1 << (_i - 1)) - 1));
}
END_TEST

/* He who waits leaves himself something to work with, and waits for a third. */
START_TEST(waiting_ends_before_the_budget)
{
    static const apr_interval_time_t budgets[] = { 1, 1000, 2001, 20000,
                                                   60000 };
    np_outcome_t outcome = np_life_open_one(np_life_log_in(LOGIN), NOW);

    ck_assert_int_eq(take(&outcome), APR_SUCCESS);
    for (int i = 0; i < 5; i++) {
        np_budget_t budget = { budgets[i] };
        apr_time_t began = apr_time_now();
        ck_assert_int_eq(np_lock_take(&np_life_realm, &outcome, NP_LOCK_WAIT,
                                      NOW, &budget, np_pool),
                         APR_EBUSY);
        apr_interval_time_t waited = apr_time_now() - began;
        ck_assert_int_gt(budget.left, 0);
        ck_assert_int_ge(waited, budgets[i] - budget.left);
        ck_assert_int_ge(budgets[i] - budget.left, budgets[i] / 3 - 1000);
        /* what a sleep takes longer on a machine that does other things */
        ck_assert_int_lt(waited, budgets[i] + apr_time_from_sec(2));
    }
    ck_assert(is_locked(&outcome));
}
END_TEST

START_TEST(without_a_budget_nothing_is_known)
{
    np_outcome_t outcome = np_life_open_one(np_life_log_in(LOGIN), NOW);
    np_budget_t budget = { 0 };

    ck_assert(np_store_unavailable(np_lock_take(
        &np_life_realm, &outcome, NP_LOCK_WAIT, NOW, &budget, np_pool)));
    ck_assert(!is_locked(&outcome));
}
END_TEST

/* --- whose session it is -------------------------------------------------- */

/* An old id, one that ended, none, and a store that did not answer. */
START_TEST(only_live_sessions_are_locked)
{
    const char *old = np_life_log_in(LOGIN);
    const char *new_one = np_life_renew(old, NOW - 1);
    np_outcome_t outcomes[5];

    outcomes[0] = np_life_open_one(old, NOW);
    ck_assert(outcomes[0].state == NP_STATE_LIVE && outcomes[0].old_id);
    outcomes[1] = np_life_open_one(new_one, NOW + 60 * MINUTE);
    outcomes[2] = np_life_open_one("forged", NOW);
    np_life_fake->down = true;
    outcomes[3] = np_life_open_one(new_one, NOW);
    np_life_fake->down = false;
    ck_assert_int_eq(np_life_end(new_one, NOW), APR_SUCCESS);
    outcomes[4] = np_life_open_one(new_one, NOW);
    np_life_fake->puts = 0;
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(take(&outcomes[i]), APR_EINVAL);
    }
    ck_assert_int_eq(np_life_fake->puts, 0);
}
END_TEST

static void end_it(const char *cookie)
{
    ck_assert_int_eq(np_life_end(cookie, NOW), APR_SUCCESS);
}

static void renew_it(const char *cookie)
{
    (void)np_life_renew(cookie, NOW);
}

static void damage_it(const char *cookie)
{
    np_outcome_t outcome = np_life_open_one(cookie, NOW);
    np_fake_damage(np_life_fake, outcome.id.storage_key);
}

static void (*const mishaps[])(const char *cookie) = { end_it, renew_it,
                                                       damage_it };

START_TEST(what_is_gone_by_now_is_not_locked)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_outcome_t outcome = np_life_open_one(cookie, NOW);
    const np_outcome_t before = outcome;

    mishaps[_i](cookie);
    ck_assert_int_eq(take(&outcome), APR_NOTFOUND);
    ck_assert(!is_locked(&outcome));
    ck_assert_mem_eq(&outcome, &before, sizeof before);
}
END_TEST

/* --- a store that does not answer ----------------------------------------- */

static int steps_until_down;

static void go_down(np_fake_t *fake, const char *operation, const char *key)
{
    fake->down = steps_until_down-- <= 0;
}

/* At the add, at the get, and when it is given back. */
START_TEST(store_may_go_down_at_each_step)
{
    np_outcome_t outcome = np_life_open_one(np_life_log_in(LOGIN), NOW);
    const np_outcome_t before = outcome;

    steps_until_down = _i;
    np_life_fake->before = go_down;
    apr_status_t status = take(&outcome);
    if (status == APR_SUCCESS) {
        release(&outcome);
    }
    np_life_fake->before = NULL;
    np_life_fake->down = false;
    ck_assert_int_eq(np_store_unavailable(status), _i < 2);
    if (_i < 2) {
        ck_assert_mem_eq(&outcome, &before, sizeof before);
    }
    /* where it could not be given back it ends by itself */
    ck_assert_int_eq(is_locked(&outcome), _i == 1 || _i == 2);
    np_life_fake->now = NOW + NP_LOCK_LIFE;
    ck_assert_int_eq(take(&outcome), APR_SUCCESS);
}
END_TEST

/* --- what it is for ------------------------------------------------------- */

START_TEST(record_is_read_anew)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_outcome_t outcome = np_life_open_one(cookie, NOW);
    np_outcome_t other = outcome;

    write_data(&other, "newer");
    ck_assert_str_eq(data_of(&outcome), "");
    np_life_fake->gets = 0;
    ck_assert_int_eq(take(&outcome), APR_SUCCESS);
    ck_assert_int_eq(np_life_fake->gets, 1);
    ck_assert_str_eq(data_of(&outcome), "newer");
    ck_assert_str_eq(outcome.record.user, "alice");
    ck_assert_int_eq(outcome.record.times.login_at, LOGIN);
}
END_TEST

/* Two requests open the session; then one writes data, and one touches. */
START_TEST(data_survive_a_touch_that_reads_again)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_outcome_t writer = np_life_open_one(cookie, NOW);
    np_outcome_t toucher = np_life_open_one(cookie, NOW);
    np_plan_t plan;

    ck_assert_int_eq(take(&writer), APR_SUCCESS);
    ck_assert_int_eq(take(&toucher), APR_EBUSY);
    write_data(&writer, "cart");
    release(&writer);
    ck_assert_int_eq(take(&toucher), APR_SUCCESS);
    np_plan_touch(&np_life_realm, &toucher, NOW, &plan);
    ck_assert_int_eq(plan.action, NP_ACTION_TOUCH);
    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    release(&toucher);
    np_outcome_t outcome = np_life_open_one(cookie, NOW + 1);
    ck_assert_str_eq(data_of(&outcome), "cart");
    ck_assert_int_eq(outcome.record.times.used_at, NOW);
}
END_TEST

/* And the other way round: data do not take the last interaction back. */
START_TEST(touch_survives_data_that_read_again)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_outcome_t writer = np_life_open_one(cookie, NOW);
    np_outcome_t toucher = np_life_open_one(cookie, NOW);
    np_plan_t plan;

    np_plan_touch(&np_life_realm, &toucher, NOW, &plan);
    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    ck_assert_int_eq(take(&writer), APR_SUCCESS);
    write_data(&writer, "cart");
    release(&writer);
    np_outcome_t outcome = np_life_open_one(cookie, NOW + 1);
    ck_assert_str_eq(data_of(&outcome), "cart");
    ck_assert_int_eq(outcome.record.times.used_at, NOW);
}
END_TEST

Suite *np_suite_lock(void)
{
    Suite *suite = suite_create("lock");
    TCase *tc = tcase_create("one");

    tcase_add_checked_fixture(tc, np_life_set_up, np_pool_tear_down);
    tcase_add_test(tc, lock_is_exclusive_until_it_is_given_back);
    tcase_add_test(tc, sessions_have_locks_of_their_own);
    tcase_add_test(tc, lock_ends_by_itself);
    tcase_add_test(tc, busy_is_told_at_once);
    tcase_add_loop_test(tc, who_waits_gets_it_when_it_is_given_back, 1, 5);
    tcase_add_test(tc, waiting_ends_before_the_budget);
    tcase_add_test(tc, without_a_budget_nothing_is_known);
    tcase_add_test(tc, only_live_sessions_are_locked);
    tcase_add_loop_test(tc, what_is_gone_by_now_is_not_locked, 0,
                        sizeof mishaps / sizeof mishaps[0]);
    tcase_add_loop_test(tc, store_may_go_down_at_each_step, 0, 4);
    suite_add_tcase(suite, tc);
    tc = tcase_create("data");
    tcase_add_checked_fixture(tc, np_life_set_up, np_pool_tear_down);
    tcase_add_test(tc, record_is_read_anew);
    tcase_add_test(tc, data_survive_a_touch_that_reads_again);
    tcase_add_test(tc, touch_survives_data_that_read_again);
    suite_add_tcase(suite, tc);
    return suite;
}
