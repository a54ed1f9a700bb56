/* SPDX-License-Identifier: Apache-2.0
 * Logins of one user at once, and a store that fails: there are no more sessions
 * than may be. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"
#include "apr_thread_proc.h"

#include "crowd.h"
#include "fixture.h"
#include "np_lock.h"
#include "np_users_store.h"

#define NOW (LOGIN + MINUTE)

/* --- a store that fails ---------------------------------------------------- */

static int steps;

static void go_down(np_fake_t *fake, const char *operation, const char *key)
{
    fake->down = steps-- <= 0;
}

/* For the list only: it comes back for the session. */
static void fail_for_the_list(np_fake_t *fake, const char *operation,
                              const char *key)
{
    const bool of_list = key[0] == 'u' || key[0] == 'h'
                         || (key[0] == 'l' && key[1] == 'u');
    fake->down = of_list && steps-- <= 0;
}

/* Alice logs in while the store fails, after so many steps. */
static apr_status_t log_in_amid(np_fake_hook_t *failure, int after,
                                const char **cookie)
{
    const np_outcome_t nobody = { .state = NP_STATE_NONE };

    steps = after;
    np_life_fake->before = failure;
    const apr_status_t status =
        np_crowd_log_in_at(&nobody, "alice", NOW, cookie);
    np_life_fake->before = NULL;
    np_life_fake->down = false;
    return status;
}

START_TEST(login_stands_without_the_list)
{
    const char *cookie;

    np_crowd_log_in_times(1);
    const apr_status_t status = log_in_amid(fail_for_the_list, _i, &cookie);
    ck_assert_int_eq(status, APR_SUCCESS);
    ck_assert(np_crowd_is_live(cookie, NOW));
    ck_assert(np_crowd_is_live(np_crowd_cookies[0], NOW));
    ck_assert_int_ge(np_crowd_count("alice", NOW), 1);
}
END_TEST

/* Lock, index, index, pointer; then the record. */
START_TEST(denying_needs_the_list)
{
    const char *cookie;

    np_crowd_log_in_times(1);
    const apr_status_t status = log_in_amid(fail_for_the_list, _i, &cookie);
    ck_assert_int_eq(np_store_unavailable(status), _i < 4);
    ck_assert_int_eq(cookie != NULL, _i >= 4);
    ck_assert_int_eq(np_crowd_count("alice", NOW), _i < 4 ? 1 : 2);
}
END_TEST

/* Wherever the store goes down for good: there are no more than may be. */
START_TEST(store_may_go_down_at_each_step)
{
    const char *cookie;
    int live = 0;

    np_crowd_log_in_times(3);
    const apr_status_t status = log_in_amid(go_down, _i, &cookie);
    ck_assert_int_eq(status == APR_SUCCESS, cookie != NULL);
    for (int i = 0; i < 3; i++) {
        live += np_crowd_is_live(np_crowd_cookies[i], NOW);
    }
    ck_assert_int_le(live + (cookie != NULL), 3);
    np_life_fake->now = NOW + NP_LOCK_LIFE; /* it may not have been given back */
    (void)np_crowd_log_in("alice", NOW);
    ck_assert_int_le(np_crowd_count("alice", NOW), 3);
}
END_TEST

/* --- several at once ------------------------------------------------------- */

/* Others log in before any step of a login. They wait for the lock where it is
 * taken, and so cannot come between: they give up at once here. */
static int rivals;

static void rival(np_fake_t *fake, const char *operation, const char *key)
{
    const np_outcome_t nobody = { .state = NP_STATE_NONE };

    if (np_crowd_is_locked("alice")) {
        return;
    }
    if (rivals > 0 && steps-- == 0) {
        const char *cookie;
        rivals--;
        (void)np_crowd_log_in_at(&nobody, "alice", NOW, &cookie);
    }
}

START_TEST(login_between_any_two_steps_is_not_lost)
{
    np_crowd_log_in_times(2);
    steps = _i;
    rivals = 1;
    np_life_fake->before = rival;
    (void)np_crowd_log_in("alice", NOW);
    np_life_fake->before = NULL;
    ck_assert_int_eq(np_crowd_count("alice", NOW), 3);
    ck_assert_int_le(np_crowd_index("alice")->count, 3);
}
END_TEST

#define THREADS 20

static void *APR_THREAD_FUNC log_in_in_thread(apr_thread_t *thread, void *data)
{
    const np_outcome_t nobody = { .state = NP_STATE_NONE };
    const np_agent_t agent = { NULL, NULL };
    const np_login_t login = { .user = "alice" };
    np_budget_t budget = { MINUTE };
    np_admission_t admission;
    np_plan_t plan;
    apr_pool_t *p;

    (void)apr_pool_create_unmanaged_ex(&p, NULL, NULL);
    apr_status_t status = APR_EBUSY;
    for (int i = 0; i < 20 && status == APR_EBUSY; i++) {
        status = np_users_admit(&np_life_realm, &nobody, "alice", NOW, NOW,
                                &budget, &admission, p);
        if (status == APR_SUCCESS) {
            status =
                np_plan_login(&np_life_realm, &nobody, &login, NOW, &plan);
        }
        if (status == APR_SUCCESS) {
            status = np_users_enter(&np_life_realm, &admission, &plan, &agent,
                                    &budget, p);
        }
        if (status == APR_SUCCESS) {
            status = np_plan_commit(&np_life_realm, &plan, &budget, p);
        }
        np_users_leave(&np_life_realm, &admission, &budget, p);
    }
    *(apr_status_t *)data = status;
    apr_pool_destroy(p);
    return NULL;
}

/* How many records of live sessions the store has. */
static int count_records(void)
{
    int count = 0;

    for (apr_hash_index_t *i = apr_hash_first(np_pool, np_life_fake->items); i;
         i = apr_hash_next(i)) {
        count += *(const char *)apr_hash_this_key(i) == 's';
    }
    return count;
}

START_TEST(threads_do_not_exceed_it)
{
    apr_thread_t *threads[THREADS];
    apr_status_t statuses[THREADS];
    apr_status_t ended;

    np_life_realm.rules.quota.most = 5;
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(apr_thread_create(&threads[i], NULL,
                                           log_in_in_thread, &statuses[i],
                                           np_pool),
                         APR_SUCCESS);
    }
    for (int i = 0; i < THREADS; i++) {
        (void)apr_thread_join(&ended, threads[i]);
        ck_assert_int_eq(statuses[i], APR_SUCCESS);
    }
    ck_assert_int_eq(count_records(), 5);
    ck_assert_int_eq(np_crowd_count("alice", NOW), 5);
}
END_TEST

/* Somebody died with the lock: nobody waits for it to end, and all is well when
 * it has. */
START_TEST(lock_that_nobody_gives_back)
{
    np_life_fake->now = NOW;
    ck_assert_int_eq(np_lock_hold(&np_life_realm, np_crowd_key("alice"),
                                  NP_LOCK_LIFE, NOW, np_crowd_budget(),
                                  np_pool),
                     APR_SUCCESS);
    np_budget_t budget = { apr_time_from_msec(40) };
    ck_assert_int_eq(np_lock_hold(&np_life_realm, np_crowd_key("alice"),
                                  NP_LOCK_LIFE, NOW, &budget, np_pool),
                     APR_EBUSY);
    ck_assert_int_ge(budget.left, apr_time_from_msec(20));
    ck_assert_int_lt(budget.left, apr_time_from_msec(40));
    ck_assert(np_crowd_is_locked("alice"));
    np_life_fake->now = NOW + NP_LOCK_LIFE;
    (void)np_crowd_log_in("alice", np_life_fake->now);
    ck_assert(!np_crowd_is_locked("alice"));
}
END_TEST

/* Without the lock the list is written all the same. */
START_TEST(login_without_the_lock)
{
    const np_agent_t agent = { NULL, NULL };
    const np_outcome_t nobody = { .state = NP_STATE_NONE };
    np_budget_t budget = { apr_time_from_msec(40) };
    np_admission_t admission;

    np_crowd_log_in_times(3);
    ck_assert_int_eq(np_lock_hold(&np_life_realm, np_crowd_key("alice"),
                                  NP_LOCK_LIFE, NOW, np_crowd_budget(),
                                  np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_users_admit(&np_life_realm, &nobody, "alice", NOW, NOW,
                                    &budget, &admission, np_pool),
                     APR_SUCCESS);
    np_plan_t plan = np_life_plan_login(&nobody, "alice", NOW);
    ck_assert_int_eq(np_users_enter(&np_life_realm, &admission, &plan, &agent,
                                    &budget, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    np_users_leave(&np_life_realm, &admission, &budget, np_pool);
    ck_assert(np_crowd_is_locked("alice"));    /* it is not his */
    ck_assert_int_eq(np_crowd_count("alice", NOW), 3);
    ck_assert(!np_crowd_is_live(np_crowd_cookies[0], NOW));
}
END_TEST

Suite *np_suite_users_race(void)
{
    Suite *suite = suite_create("users_race");
    TCase *tc = tcase_create("oldest");

    tcase_add_checked_fixture(tc, np_crowd_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, login_stands_without_the_list, 0, 5);
    tcase_add_loop_test(tc, store_may_go_down_at_each_step, 0, 24);
    tcase_add_loop_test(tc, login_between_any_two_steps_is_not_lost, 0, 6);
    tcase_add_test(tc, threads_do_not_exceed_it);
    tcase_add_test(tc, lock_that_nobody_gives_back);
    tcase_add_test(tc, login_without_the_lock);
    suite_add_tcase(suite, tc);
    tc = tcase_create("deny");
    tcase_add_checked_fixture(tc, np_crowd_set_up_deny, np_pool_tear_down);
    tcase_add_loop_test(tc, denying_needs_the_list, 0, 5);
    suite_add_tcase(suite, tc);
    return suite;
}
