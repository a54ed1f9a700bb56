/* SPDX-License-Identifier: Apache-2.0
 * Guesses: each one counts, also when they come together; too many of them
 * lock out those who made them, and nobody else. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "guesses.h"

#define SECOND  apr_time_from_sec(1)

static const np_attempt_t strange = { .user = "alice" };
static const np_attempt_t known = {
    .user = "alice",
    .device = "d-AAAAAAAAAAAAAAAAAAAAAA",
};

START_TEST(last_attempt_locks_and_one_more_is_in_excess)
{
    ck_assert_int_eq(np_guesses_look(&strange, LOGIN), 0);
    for (int i = 1; i < MOST; i++) {
        ck_assert(!np_guesses_miss(&strange, LOGIN + i));
        ck_assert_int_eq(np_guesses_look(&strange, LOGIN + i), 0);
    }
    ck_assert(!np_guesses_miss(&strange, LOGIN + MOST));
    ck_assert_int_eq(np_guesses_look(&strange, LOGIN + MOST), LOGIN + MOST + WINDOW);
    ck_assert(np_guesses_miss(&strange, LOGIN + MOST + 1));
    ck_assert(np_guesses_miss(&strange, LOGIN + MOST + 2));
}
END_TEST

START_TEST(look_is_one_read_and_no_write)
{
    np_life_fake->gets = 0;
    (void)np_guesses_look(&strange, LOGIN);
    ck_assert_int_eq(np_life_fake->gets, 1);
    ck_assert_int_eq(np_life_fake->puts, 0);
}
END_TEST

/* _i is whether the store forgets in time; it may keep what it got. */
START_TEST(lock_ends_with_its_window)
{
    const apr_time_t end = LOGIN + WINDOW;

    np_guesses_lock_out(&strange, LOGIN);
    ck_assert_int_eq(np_life_fake->kept_until, end);
    for (int offset = -1; offset <= 1; offset++) {
        np_life_fake->now = _i ? end + offset : 0;
        ck_assert_int_eq(np_guesses_look(&strange, end + offset), offset < 0 ? end : 0);
    }
}
END_TEST

/* Each by itself, when its own window is over. */
START_TEST(places_are_free_again)
{
    ck_assert(!np_guesses_miss(&strange, LOGIN));
    /* a store may keep it a little longer, and must not when the lock ends */
    ck_assert_int_lt(np_life_fake->kept_until, LOGIN + WINDOW);
    ck_assert_int_gt(np_life_fake->kept_until, LOGIN + WINDOW - 5 * SECOND);
    ck_assert(!np_guesses_miss(&strange, LOGIN + 2 * MINUTE));
    np_life_fake->now = LOGIN + WINDOW;
    ck_assert(!np_guesses_miss(&strange, np_life_fake->now));
    ck_assert_int_eq(np_guesses_look(&strange, np_life_fake->now), 0);
    ck_assert(!np_guesses_miss(&strange, np_life_fake->now + 1));
    ck_assert_int_eq(np_guesses_look(&strange, np_life_fake->now + 1),
                     LOGIN + 2 * WINDOW + 1);
}
END_TEST

/* Where there is no time to look at every place, those that were seen taken are
 * enough: it is locked early, and never not at all. */
static void take_time(np_fake_t *fake, const char *operation, const char *key)
{
    np_budget_t *budget = fake->data;
    budget->left -= MINUTE;
}

START_TEST(slow_store_locks_early)
{
    np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    bool excess;

    realm.rules.attempts.most = 100;
    for (int i = 0; i < 100 && !np_guesses_look(&strange, LOGIN); i++) {
        np_budget_t budget = { 20 * MINUTE };
        np_life_fake->data = &budget;
        np_life_fake->after = take_time;
        ck_assert_int_eq(np_guard_count(&realm, &strange, LOGIN, &budget,
                                        &excess, np_pool),
                         APR_SUCCESS);
        np_life_fake->after = NULL;
        ck_assert_int_lt(i, 20);
    }
    ck_assert_int_eq(np_guesses_look(&strange, LOGIN), LOGIN + WINDOW);
}
END_TEST

START_TEST(no_limit_counts_nothing)
{
    np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    bool excess;

    realm.rules.attempts.most = 0;
    ck_assert_int_eq(np_guard_count(&realm, &strange, LOGIN,
                                    np_browsers_budget(), &excess, np_pool),
                     APR_SUCCESS);
    ck_assert(!excess);
    ck_assert_uint_eq(apr_hash_count(np_life_fake->items), 0);
}
END_TEST

START_TEST(after_the_window_all_begins_anew)
{
    np_guesses_lock_out(&strange, LOGIN);
    np_life_fake->now = LOGIN + WINDOW;
    np_guesses_lock_out(&strange, np_life_fake->now);
    ck_assert(np_guesses_miss(&strange, np_life_fake->now));
}
END_TEST

/* Attempts that were under way when the lock went up. */
START_TEST(excess_lengthens_the_lock)
{
    np_guesses_lock_out(&strange, LOGIN);
    ck_assert(np_guesses_miss(&strange, LOGIN + MINUTE));
    ck_assert_int_eq(np_guesses_look(&strange, LOGIN + MINUTE), LOGIN + MINUTE + WINDOW);
    ck_assert_int_eq(np_life_fake->kept_until, LOGIN + MINUTE + WINDOW);
}
END_TEST

/* Attempts that do not count together: a strange browser and a device that is
 * known, another such device, another user, and names that could be taken for
 * such pairs. */
#define STRANGE(name) { .user = (name) }
#define KNOWN(name, key) { .user = (name), .device = (key) }
#define DEVICE "d-AAAAAAAAAAAAAAAAAAAAAA"

static const np_attempt_t apart[][2] = {
    { STRANGE("alice"), KNOWN("alice", DEVICE) },
    { KNOWN("alice", DEVICE), STRANGE("alice") },
    { KNOWN("alice", DEVICE), KNOWN("alice", "d-AAAAAAAAAAAAAAAAAAAAAB") },
    { STRANGE("alice"), { .user = "alice", .second_factor = true } },
    { { .user = "alice", .second_factor = true }, KNOWN("alice", DEVICE) },
    { STRANGE("alice"), STRANGE("bob") },
    { STRANGE("alice"), STRANGE("alic") },
    { STRANGE("alice"), STRANGE("al ice") },
    { KNOWN("alice", DEVICE), STRANGE(DEVICE " alice") },
    { STRANGE("\xc3\xa9"), STRANGE("\xc3\x89") },
};

START_TEST(they_are_counted_apart)
{
    np_guesses_lock_out(&apart[_i][0], LOGIN);
    ck_assert_int_eq(np_guesses_look(&apart[_i][1], LOGIN), 0);
    np_guesses_lock_out(&apart[_i][1], LOGIN + 1);
    ck_assert_int_eq(np_guesses_look(&apart[_i][0], LOGIN + 1), LOGIN + WINDOW);
}
END_TEST

static const char *const alices[] = {
    "Alice", "ALICE", " alice", "alice ", "\talice \t", "  aLiCe  ",
};

START_TEST(ways_to_write_a_name_are_one)
{
    const np_attempt_t other = { .user = alices[_i] };
    const np_attempt_t other_known = {
        .user = alices[_i],
        .device = known.device,
    };

    np_guesses_lock_out(&strange, LOGIN);
    ck_assert_int_eq(np_guesses_look(&other, LOGIN), LOGIN + WINDOW);
    ck_assert(np_guesses_miss(&other, LOGIN));
    ck_assert_int_eq(np_guesses_look(&other_known, LOGIN), 0);
    np_guesses_lock_out(&other_known, LOGIN);
    ck_assert_int_eq(np_guesses_look(&known, LOGIN), LOGIN + WINDOW);
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

    np_guesses_lock_out(&strange, LOGIN);
    np_life_realm.scope = scopes[_i];
    ck_assert_int_eq(np_guesses_look(&strange, LOGIN), 0);
    np_guesses_lock_out(&strange, LOGIN + 1);
    np_life_realm.scope = ours;
    ck_assert_int_eq(np_guesses_look(&strange, LOGIN + 1), LOGIN + WINDOW);
}
END_TEST

START_TEST(store_without_answer_is_unavailable)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    apr_time_t locked_until;
    bool excess;

    np_guesses_lock_out(&strange, LOGIN);
    np_life_fake->down = true;
    ck_assert(np_store_unavailable(
        np_guard_look(&realm, &strange, LOGIN, np_browsers_budget(),
                      &locked_until, np_pool)));
    ck_assert(np_store_unavailable(
        np_guard_count(&realm, &known, LOGIN, np_browsers_budget(), &excess,
                       np_pool)));
    np_life_fake->down = false;
    ck_assert_int_eq(np_guesses_look(&strange, LOGIN), LOGIN + WINDOW);
    np_guesses_lock_out(&known, LOGIN);                   /* nothing had been counted */
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
        ck_assert(!np_guesses_miss(&strange, LOGIN));
    }
    np_life_fake->before = lose_locks;
    ck_assert(np_store_unavailable(
        np_guard_count(&realm, &strange, LOGIN, np_browsers_budget(), &excess,
                       np_pool)));
    np_life_fake->before = NULL;
    np_life_fake->down = false;
    ck_assert(np_guesses_miss(&strange, LOGIN));          /* its place was taken */
    ck_assert_int_eq(np_guesses_look(&strange, LOGIN), LOGIN + WINDOW);
}
END_TEST

START_TEST(value_of_another_shape_is_no_lock)
{
    np_guesses_lock_out(&strange, LOGIN);
    for (apr_hash_index_t *i = apr_hash_first(np_pool, np_life_fake->items);
         i; i = apr_hash_next(i)) {
        ((np_fake_item_t *)apr_hash_this_val(i))->value =
            np_text("\1\1\1\1\1\1\1\1\1");
    }
    ck_assert_int_eq(np_guesses_look(&strange, LOGIN), 0);
}
END_TEST

/* "g-", 16 octets as base64url, then which place it is. */
START_TEST(keys_do_not_tell_the_name)
{
    np_guesses_lock_out(&strange, LOGIN);
    np_guesses_lock_out(&known, LOGIN);
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
    tcase_add_test(tc, slow_store_locks_early);
    tcase_add_test(tc, no_limit_counts_nothing);
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
    return suite;
}
