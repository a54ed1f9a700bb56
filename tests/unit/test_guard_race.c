/* SPDX-License-Identifier: Apache-2.0
 * Guesses that come together: each one counts. */
#include "unit.h"

#include <stdatomic.h>

#include "apr_thread_proc.h"

#include "fixture.h"
#include "guesses.h"

#define THREADS 8

static const np_attempt_t strange = { .user = "alice" };

/* --- together ------------------------------------------------------------- */

static int intruders_in_excess;

/* Another attempt fails between any two steps of ours. */
static void miss_between(np_fake_t *fake, const char *operation,
                         const char *key)
{
    int *steps_until = fake->data;
    if ((*steps_until)-- == 0) {
        intruders_in_excess += np_guesses_miss(&strange, LOGIN);
    }
}

/* Four failures: whatever their order, one is in excess. */
START_TEST(attempts_between_the_steps_are_counted)
{
    int steps_until = _i / 2;
    int in_excess = 0;

    intruders_in_excess = 0;
    np_life_fake->data = &steps_until;
    if (_i % 2) {
        np_life_fake->before = miss_between;
    }
    else {
        np_life_fake->after = miss_between;
    }
    for (int i = 0; i < MOST; i++) {
        in_excess += np_guesses_miss(&strange, LOGIN);
    }
    np_life_fake->before = np_life_fake->after = NULL;
    ck_assert_int_lt(steps_until, 0);
    ck_assert_int_eq(in_excess + intruders_in_excess, 1);
    ck_assert_int_eq(np_guesses_look(&strange, LOGIN), LOGIN + WINDOW);
}
END_TEST

typedef struct crowd_t {
    np_realm_t realm;
    atomic_int waiting;
    atomic_int in_excess;
    atomic_int wrong;
} crowd_t;

static void *APR_THREAD_FUNC miss_with_others(apr_thread_t *thread,
                                              void *data)
{
    crowd_t *crowd = data;
    np_budget_t budget = { MINUTE };
    bool excess = false;
    apr_pool_t *p;

    /* No parent: pools of different threads share nothing. */
    if (apr_pool_create_unmanaged_ex(&p, NULL, NULL) != APR_SUCCESS) {
        atomic_fetch_add(&crowd->wrong, 1);
        return NULL;
    }
    atomic_fetch_sub(&crowd->waiting, 1);
    while (atomic_load(&crowd->waiting) > 0) {
        apr_thread_yield();
    }
    if (np_guard_count(&crowd->realm, &strange, LOGIN, &budget, &excess, p)
        != APR_SUCCESS) {
        atomic_fetch_add(&crowd->wrong, 1);
    }
    atomic_fetch_add(&crowd->in_excess, excess);
    apr_pool_destroy(p);
    return NULL;
}

/* _i is how many are free. */
START_TEST(attempts_at_once_are_all_counted)
{
    crowd_t crowd = { .realm = np_browsers_realm(NP_KIND_DEVICE) };
    apr_thread_t *threads[THREADS];

    np_life_realm.rules.attempts.most = crowd.realm.rules.attempts.most = _i;
    atomic_store(&crowd.waiting, THREADS);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(apr_thread_create(&threads[i], NULL,
                                           miss_with_others, &crowd, np_pool),
                         APR_SUCCESS);
    }
    for (int i = 0; i < THREADS; i++) {
        apr_status_t ended;
        (void)apr_thread_join(&ended, threads[i]);
    }
    ck_assert_int_eq(atomic_load(&crowd.wrong), 0);
    ck_assert_int_eq(atomic_load(&crowd.in_excess),
                     _i < THREADS ? THREADS - _i : 0);
    ck_assert_int_eq(np_guesses_look(&strange, LOGIN),
                     _i <= THREADS ? LOGIN + WINDOW : 0);
}
END_TEST

Suite *np_suite_guard_race(void)
{
    Suite *suite = suite_create("guard_race");
    TCase *tc = tcase_create("together");

    tcase_add_checked_fixture(tc, np_browsers_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, attempts_between_the_steps_are_counted, 0, 12);
    tcase_add_loop_test(tc, attempts_at_once_are_all_counted, 1,
                        THREADS + 2);
    suite_add_tcase(suite, tc);
    return suite;
}
