/* SPDX-License-Identifier: Apache-2.0
 * What is written of a user's sessions, and for how long. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "crowd.h"
#include "fixture.h"
#include "np_users_store.h"

#define NOW (LOGIN + MINUTE)

START_TEST(entry_tells_of_the_login)
{
    const char *cookie = np_crowd_log_in("alice", LOGIN);
    np_outcome_t outcome = np_life_open_one(cookie, NOW);
    const np_entry_t *entry = &np_crowd_index("alice")->entries[0];

    ck_assert_mem_eq(entry->handle, outcome.record.handle, NP_HANDLE_LEN);
    ck_assert_str_eq(entry->storage_key, outcome.id.storage_key);
    ck_assert_int_eq(entry->login_at, LOGIN);
    ck_assert_int_eq(entry->expires_at, LOGIN + 60 * MINUTE);
    ck_assert_str_eq(entry->agent, "Browser/1");
    ck_assert_str_eq(entry->address, "192.0.2.1");
}
END_TEST

/* A key of 24 characters, in which nobody reads a name. */
START_TEST(keys_are_these)
{
    const char *key = np_crowd_key("alice");

    ck_assert_uint_eq(strlen(key), NP_STORAGE_KEY_LEN);
    ck_assert_mem_eq(key, "u-", 2);
    ck_assert_str_eq(key, np_crowd_key("alice"));
    ck_assert_str_ne(key, np_crowd_key("bob"));
    np_life_realm.scope.host = "a";
    np_life_realm.scope.tenant = "cme";
    ck_assert_str_ne(key, np_crowd_key("alice"));
    (void)np_crowd_log_in("alice", LOGIN);
    ck_assert(np_fake_has(np_life_fake, np_crowd_key("alice")));
}
END_TEST

START_TEST(past_entries_are_dropped_at_a_write)
{
    np_crowd_log_in_times(2);
    (void)np_crowd_log_in("alice", LOGIN + 60 * MINUTE);
    ck_assert_int_eq(np_crowd_index("alice")->count, 2);
    (void)np_crowd_log_in("alice", LOGIN + 60 * MINUTE + 1);
    ck_assert_int_eq(np_crowd_index("alice")->count, 2);
    ck_assert_int_eq(np_crowd_index("alice")->entries[0].login_at,
                     LOGIN + 60 * MINUTE);
}
END_TEST

/* The store keeps it as long as the longest session, and so the pointer. */
START_TEST(store_may_forget_it_with_the_last_session)
{
    np_life_realm.rules.limits[NP_MODE_PERSISTENT].idle = 100 * MINUTE;
    const char *cookie = np_crowd_log_in("alice", LOGIN);
    np_outcome_t outcome = np_life_open_one(cookie, NOW);
    np_listed_t found;

    np_life_fake->now = LOGIN + 60 * MINUTE - 1;
    ck_assert_int_eq(np_crowd_index("alice")->count, 1);
    ck_assert_int_eq(np_users_find(&np_life_realm, outcome.record.handle, NOW,
                                   np_crowd_budget(), &found, np_pool),
                     APR_SUCCESS);
    np_life_fake->now = LOGIN + 60 * MINUTE;
    ck_assert_int_eq(np_crowd_index("alice")->count, 0);
    ck_assert_int_eq(np_users_find(&np_life_realm, outcome.record.handle, NOW,
                                   np_crowd_budget(), &found, np_pool),
                     APR_NOTFOUND);
}
END_TEST

START_TEST(damaged_index_begins_anew)
{
    np_crowd_log_in_times(2);
    np_fake_damage(np_life_fake, np_crowd_key("alice"));
    ck_assert_int_eq(np_crowd_count("alice", NOW), 0);
    (void)np_crowd_log_in("alice", NOW);
    ck_assert_int_eq(np_crowd_count("alice", NOW), 1);
}
END_TEST

/* The keys are changed while sessions live: they count on. */
START_TEST(another_first_key_changes_nothing)
{
    const np_outcome_t nobody = { .state = NP_STATE_NONE };
    const char *cookie;

    np_crowd_log_in_times(3);
    np_life_realm.crypto = np_ring("ba");
    ck_assert_int_eq(np_crowd_count("alice", NOW), 3);
    ck_assert_int_eq(np_crowd_log_in_at(&nobody, "alice", NOW, &cookie),
                     APR_ENOSPC);
    np_life_realm.rules.quota.deny = false;
    (void)np_crowd_log_in("alice", NOW);
    ck_assert(!np_crowd_is_live(np_crowd_cookies[0], NOW));
    ck_assert_int_eq(np_crowd_count("alice", NOW), 3);
}
END_TEST

Suite *np_suite_users_index(void)
{
    Suite *suite = suite_create("users_index");
    TCase *tc = tcase_create("index");

    tcase_add_checked_fixture(tc, np_crowd_set_up_deny, np_pool_tear_down);
    tcase_add_test(tc, entry_tells_of_the_login);
    tcase_add_test(tc, keys_are_these);
    tcase_add_test(tc, past_entries_are_dropped_at_a_write);
    tcase_add_test(tc, store_may_forget_it_with_the_last_session);
    tcase_add_test(tc, damaged_index_begins_anew);
    tcase_add_test(tc, another_first_key_changes_nothing);
    suite_add_tcase(suite, tc);
    return suite;
}
