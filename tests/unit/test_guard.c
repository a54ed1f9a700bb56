/* SPDX-License-Identifier: Apache-2.0
 * Guesses: each one counts, also when they come together; too many of them
 * lock out those who made them, and nobody else. */
#include "unit.h"

#include <stdatomic.h>
#include <string.h>

#include "apr_strings.h"
#include "apr_thread_proc.h"

#include "browsers.h"
#include "fixture.h"
#include "np_guard.h"

#define MOST    3
#define WINDOW  (10 * MINUTE)
#define THREADS 8

static const np_attempt_t strange = { .user = "alice" };
static const np_attempt_t known = {
    .user = "alice",
    .device = "d-AAAAAAAAAAAAAAAAAAAAAA",
};

static apr_time_t look(const np_attempt_t *attempt, apr_time_t now)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    apr_time_t locked_until = -1;

    ck_assert_int_eq(np_guard_look(&realm, attempt, now, np_browsers_budget(),
                                   &locked_until, np_pool),
                     APR_SUCCESS);
    return locked_until;
}

/* A failed attempt; returns whether it was one too many. */
static bool miss(const np_attempt_t *attempt, apr_time_t now)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    bool excess;

    ck_assert_int_eq(np_guard_count(&realm, attempt, now,
                                    np_browsers_budget(), &excess, np_pool),
                     APR_SUCCESS);
    return excess;
}

/* As many failures as lock out, at one moment. */
static void lock_out(const np_attempt_t *attempt, apr_time_t now)
{
    for (int i = 0; i < MOST; i++) {
        ck_assert(!miss(attempt, now));
    }
    ck_assert_int_eq(look(attempt, now), now + WINDOW);
}

START_TEST(last_attempt_locks_and_one_more_is_in_excess)
{
    ck_assert_int_eq(look(&strange, LOGIN), 0);
    for (int i = 1; i < MOST; i++) {
        ck_assert(!miss(&strange, LOGIN + i));
        ck_assert_int_eq(look(&strange, LOGIN + i), 0);
    }
    ck_assert(!miss(&strange, LOGIN + MOST));
    ck_assert_int_eq(look(&strange, LOGIN + MOST), LOGIN + MOST + WINDOW);
    ck_assert(miss(&strange, LOGIN + MOST + 1));
    ck_assert(miss(&strange, LOGIN + MOST + 2));
}
END_TEST

START_TEST(look_is_one_read_and_no_write)
{
    np_life_fake->gets = 0;
    (void)look(&strange, LOGIN);
    ck_assert_int_eq(np_life_fake->gets, 1);
    ck_assert_int_eq(np_life_fake->puts, 0);
}
END_TEST

/* _i is whether the store forgets in time; it may keep what it got. */
START_TEST(lock_ends_with_its_window)
{
    const apr_time_t end = LOGIN + WINDOW;

    lock_out(&strange, LOGIN);
    ck_assert_int_eq(np_life_fake->kept_until, end);
    for (int offset = -1; offset <= 1; offset++) {
        np_life_fake->now = _i ? end + offset : 0;
        ck_assert_int_eq(look(&strange, end + offset), offset < 0 ? end : 0);
    }
}
END_TEST

/* Each by itself, when its own window is over. */
START_TEST(places_are_free_again)
{
    ck_assert(!miss(&strange, LOGIN));
    ck_assert_int_eq(np_life_fake->kept_until, LOGIN + WINDOW);
    ck_assert(!miss(&strange, LOGIN + 2 * MINUTE));
    np_life_fake->now = LOGIN + WINDOW;
    ck_assert(!miss(&strange, np_life_fake->now));
    ck_assert_int_eq(look(&strange, np_life_fake->now), 0);
    ck_assert(!miss(&strange, np_life_fake->now + 1));
    ck_assert_int_eq(look(&strange, np_life_fake->now + 1),
                     LOGIN + 2 * WINDOW + 1);
}
END_TEST

START_TEST(after_the_window_all_begins_anew)
{
    lock_out(&strange, LOGIN);
    np_life_fake->now = LOGIN + WINDOW;
    lock_out(&strange, np_life_fake->now);
    ck_assert(miss(&strange, np_life_fake->now));
}
END_TEST

/* Attempts that were under way when the lock went up. */
START_TEST(excess_lengthens_the_lock)
{
    lock_out(&strange, LOGIN);
    ck_assert(miss(&strange, LOGIN + MINUTE));
    ck_assert_int_eq(look(&strange, LOGIN + MINUTE), LOGIN + MINUTE + WINDOW);
    ck_assert_int_eq(np_life_fake->kept_until, LOGIN + MINUTE + WINDOW);
}
END_TEST

/* Attempts that do not count together: a strange browser and a device that is
 * known, another such device, another user, and names that could be taken for
 * such pairs. */
static const np_attempt_t apart[][2] = {
    { { "alice", NULL }, { "alice", "d-AAAAAAAAAAAAAAAAAAAAAA" } },
    { { "alice", "d-AAAAAAAAAAAAAAAAAAAAAA" }, { "alice", NULL } },
    { { "alice", "d-AAAAAAAAAAAAAAAAAAAAAA" },
      { "alice", "d-AAAAAAAAAAAAAAAAAAAAAB" } },
    { { "alice", NULL }, { "bob", NULL } },
    { { "alice", NULL }, { "alic", NULL } },
    { { "alice", NULL }, { "al ice", NULL } },
    { { "alice", "d-AAAAAAAAAAAAAAAAAAAAAA" },
      { "d-AAAAAAAAAAAAAAAAAAAAAA alice", NULL } },
    { { "\xc3\xa9", NULL }, { "\xc3\x89", NULL } },
};

START_TEST(they_are_counted_apart)
{
    lock_out(&apart[_i][0], LOGIN);
    ck_assert_int_eq(look(&apart[_i][1], LOGIN), 0);
    lock_out(&apart[_i][1], LOGIN + 1);
    ck_assert_int_eq(look(&apart[_i][0], LOGIN + 1), LOGIN + WINDOW);
}
END_TEST

static const char *const alices[] = {
    "Alice", "ALICE", " alice", "alice ", "\talice \t", "  aLiCe  ",
};

START_TEST(ways_to_write_a_name_are_one)
{
    const np_attempt_t other = { .user = alices[_i] };
    const np_attempt_t other_known = { alices[_i], known.device };

    lock_out(&strange, LOGIN);
    ck_assert_int_eq(look(&other, LOGIN), LOGIN + WINDOW);
    ck_assert(miss(&other, LOGIN));
    ck_assert_int_eq(look(&other_known, LOGIN), 0);
    lock_out(&other_known, LOGIN);
    ck_assert_int_eq(look(&known, LOGIN), LOGIN + WINDOW);
}
END_TEST

static const np_scope_t scopes[] = {
    { NP_KIND_DEVICE, "acme2", "" },
    { NP_KIND_DEVICE, "acm", "e" },
    { NP_KIND_DEVICE, "acme", "www.example.com" },
    { NP_KIND_DEVICE, "", "acme" },
};

START_TEST(other_tenants_are_counted_apart)
{
    const np_scope_t ours = np_life_realm.scope;

    lock_out(&strange, LOGIN);
    np_life_realm.scope = scopes[_i];
    ck_assert_int_eq(look(&strange, LOGIN), 0);
    lock_out(&strange, LOGIN + 1);
    np_life_realm.scope = ours;
    ck_assert_int_eq(look(&strange, LOGIN + 1), LOGIN + WINDOW);
}
END_TEST

START_TEST(store_without_answer_is_unavailable)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    apr_time_t locked_until;
    bool excess;

    lock_out(&strange, LOGIN);
    np_life_fake->down = true;
    ck_assert(np_store_unavailable(
        np_guard_look(&realm, &strange, LOGIN, np_browsers_budget(),
                      &locked_until, np_pool)));
    ck_assert(np_store_unavailable(
        np_guard_count(&realm, &known, LOGIN, np_browsers_budget(), &excess,
                       np_pool)));
    np_life_fake->down = false;
    ck_assert_int_eq(look(&strange, LOGIN), LOGIN + WINDOW);
    lock_out(&known, LOGIN);                   /* nothing had been counted */
}
END_TEST

static void lose_locks(np_fake_t *fake, const char *operation,
                       const char *key)
{
    fake->down = strstr(key, "-lock") != NULL;
}

START_TEST(lock_that_is_not_up_is_no_success)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    bool excess;

    for (int i = 1; i < MOST; i++) {
        ck_assert(!miss(&strange, LOGIN));
    }
    np_life_fake->before = lose_locks;
    ck_assert(np_store_unavailable(
        np_guard_count(&realm, &strange, LOGIN, np_browsers_budget(), &excess,
                       np_pool)));
    np_life_fake->before = NULL;
    np_life_fake->down = false;
    ck_assert(miss(&strange, LOGIN));          /* its place was taken */
    ck_assert_int_eq(look(&strange, LOGIN), LOGIN + WINDOW);
}
END_TEST

START_TEST(value_of_another_shape_is_no_lock)
{
    lock_out(&strange, LOGIN);
    for (apr_hash_index_t *i = apr_hash_first(np_pool, np_life_fake->items);
         i; i = apr_hash_next(i)) {
        ((np_fake_item_t *)apr_hash_this_val(i))->value =
            np_text("\1\1\1\1\1\1\1\1\1");
    }
    ck_assert_int_eq(look(&strange, LOGIN), 0);
}
END_TEST

/* "g-", 16 octets as base64url, then which place it is. */
START_TEST(keys_do_not_tell_the_name)
{
    lock_out(&strange, LOGIN);
    lock_out(&known, LOGIN);
    ck_assert_uint_eq(apr_hash_count(np_life_fake->items), 2 * (MOST + 1));
    for (apr_hash_index_t *i = apr_hash_first(np_pool, np_life_fake->items);
         i; i = apr_hash_next(i)) {
        const char *key = apr_hash_this_key(i);
        const np_fake_item_t *item = apr_hash_this_val(i);
        ck_assert(!strncmp(key, "g-", 2));
        ck_assert_ptr_null(strstr(key, "alice"));
        ck_assert_uint_gt(strlen(key), 24);
        ck_assert(!strcmp(key + 24, "-lock")
                  || (strlen(key) == 26 && key[24] == '-'));
        ck_assert_uint_eq(item->value.len, key[25] == 'l' ? 8 : 1);
    }
}
END_TEST

/* --- together ------------------------------------------------------------- */

static int intruders_in_excess;

/* Another attempt fails between any two steps of ours. */
static void miss_between(np_fake_t *fake, const char *operation,
                         const char *key)
{
    int *steps_until = fake->data;
    if ((*steps_until)-- == 0) {
        intruders_in_excess += miss(&strange, LOGIN);
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
        in_excess += miss(&strange, LOGIN);
    }
    np_life_fake->before = np_life_fake->after = NULL;
    ck_assert_int_lt(steps_until, 0);
    ck_assert_int_eq(in_excess + intruders_in_excess, 1);
    ck_assert_int_eq(look(&strange, LOGIN), LOGIN + WINDOW);
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
    ck_assert_int_eq(look(&strange, LOGIN),
                     _i <= THREADS ? LOGIN + WINDOW : 0);
}
END_TEST

Suite *np_suite_guard(void)
{
    Suite *suite = suite_create("guard");
    TCase *tc = tcase_create("counted");

    tcase_add_checked_fixture(tc, np_browsers_set_up, np_pool_tear_down);
    tcase_add_test(tc, last_attempt_locks_and_one_more_is_in_excess);
    tcase_add_test(tc, look_is_one_read_and_no_write);
    tcase_add_loop_test(tc, lock_ends_with_its_window, 0, 2);
    tcase_add_test(tc, places_are_free_again);
    tcase_add_test(tc, after_the_window_all_begins_anew);
    tcase_add_test(tc, excess_lengthens_the_lock);
    tcase_add_loop_test(tc, they_are_counted_apart, 0,
                        sizeof apart / sizeof apart[0]);
    tcase_add_loop_test(tc, ways_to_write_a_name_are_one, 0,
                        sizeof alices / sizeof alices[0]);
    tcase_add_loop_test(tc, other_tenants_are_counted_apart, 0,
                        sizeof scopes / sizeof scopes[0]);
    tcase_add_test(tc, store_without_answer_is_unavailable);
    tcase_add_test(tc, lock_that_is_not_up_is_no_success);
    tcase_add_test(tc, value_of_another_shape_is_no_lock);
    tcase_add_test(tc, keys_do_not_tell_the_name);
    suite_add_tcase(suite, tc);
    tc = tcase_create("together");
    tcase_add_checked_fixture(tc, np_browsers_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, attempts_between_the_steps_are_counted, 0, 12);
    tcase_add_loop_test(tc, attempts_at_once_are_all_counted, 1,
                        THREADS + 2);
    suite_add_tcase(suite, tc);
    return suite;
}
