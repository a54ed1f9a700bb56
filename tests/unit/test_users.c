/* SPDX-License-Identifier: Apache-2.0
 * How many sessions a user may have, and who may log in then. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "crowd.h"
#include "fixture.h"
#include "np_users_store.h"

#define NOW (LOGIN + MINUTE)

/* --- the quota ------------------------------------------------------------- */

/* With 2, 3 and 4 logins, of which 3 may live. */
START_TEST(oldest_makes_room)
{
    np_crowd_log_in_times(_i);
    for (int i = 0; i < _i; i++) {
        ck_assert_int_eq(np_crowd_is_live(np_crowd_cookies[i], NOW),
                         i >= _i - 3);
    }
    ck_assert_int_eq(np_crowd_count("alice", NOW), _i < 3 ? _i : 3);
    ck_assert(!np_crowd_is_locked("alice"));
}
END_TEST

START_TEST(who_made_room_finds_it_ended)
{
    np_crowd_log_in_times(4);
    ck_assert_int_eq(np_life_open_one(np_crowd_cookies[0], NOW).state,
                     NP_STATE_ENDED);
}
END_TEST

START_TEST(login_beyond_is_refused)
{
    const np_outcome_t nobody = { .state = NP_STATE_NONE };
    const char *cookie;

    np_crowd_log_in_times(3);
    const int puts = np_life_fake->puts;
    ck_assert_int_eq(np_crowd_log_in_at(&nobody, "alice", NOW, &cookie),
                     APR_ENOSPC);
    ck_assert_int_eq(np_life_fake->puts, puts + 1); /* the lock */
    ck_assert(!np_crowd_is_locked("alice"));
    for (int i = 0; i < 3; i++) {
        ck_assert(np_crowd_is_live(np_crowd_cookies[i], NOW));
    }
    (void)np_crowd_log_in("bob", NOW);
    ck_assert_int_eq(np_life_end(np_crowd_cookies[1], NOW), APR_SUCCESS);
    (void)np_crowd_log_in("alice", NOW);
}
END_TEST

/* Logged out, idle, gone from the store, or revoked: none of them counts. */
static void log_out(const char *cookie)
{
    ck_assert_int_eq(np_life_end(cookie, NOW), APR_SUCCESS);
}

static void let_vanish(const char *cookie)
{
    np_outcome_t outcome = np_life_open_one(cookie, NOW);
    apr_hash_set(np_life_fake->items, outcome.id.storage_key,
                 APR_HASH_KEY_STRING, NULL);
}

static void damage(const char *cookie)
{
    np_outcome_t outcome = np_life_open_one(cookie, NOW);
    np_fake_damage(np_life_fake, outcome.id.storage_key);
}

static void renew_and_log_out(const char *cookie)
{
    log_out(np_life_renew(cookie, NOW));
}

static void (*const ends[])(const char *cookie) = { log_out, let_vanish,
                                                    damage,
                                                    renew_and_log_out };

START_TEST(what_is_over_does_not_count)
{
    const np_outcome_t nobody = { .state = NP_STATE_NONE };
    const char *cookie;

    np_crowd_log_in_times(3);
    ends[_i](np_crowd_cookies[1]);
    (void)np_crowd_log_in("alice", NOW);
    ck_assert(np_crowd_is_live(np_crowd_cookies[0], NOW));
    ck_assert(np_crowd_is_live(np_crowd_cookies[2], NOW));
    ck_assert_int_eq(np_crowd_log_in_at(&nobody, "alice", NOW, &cookie),
                     APR_ENOSPC);
}
END_TEST

START_TEST(idle_ones_do_not_count)
{
    np_crowd_log_in_times(3);
    (void)np_crowd_log_in("alice", LOGIN + 11 * MINUTE);
    ck_assert_int_eq(np_crowd_count("alice", LOGIN + 11 * MINUTE), 1);
}
END_TEST

START_TEST(renewed_ones_count)
{
    const np_outcome_t nobody = { .state = NP_STATE_NONE };
    const char *cookie;

    np_crowd_log_in_times(3);
    np_crowd_cookies[0] =
        np_life_renew(np_life_renew(np_crowd_cookies[0], NOW), NOW);
    ck_assert_int_eq(np_crowd_log_in_at(&nobody, "alice", NOW, &cookie),
                     APR_ENOSPC);
    np_life_realm.rules.quota.deny = false;
    (void)np_crowd_log_in("alice", NOW);
    ck_assert(!np_crowd_is_live(np_crowd_cookies[0], NOW));
}
END_TEST

/* The session that the login takes the place of is not one more. */
START_TEST(own_session_does_not_count)
{
    const char *cookie;

    np_crowd_log_in_times(3);
    np_outcome_t before = np_life_open_one(np_crowd_cookies[1], NOW);
    ck_assert_int_eq(np_crowd_log_in_at(&before, "alice", NOW, &cookie),
                     APR_SUCCESS);
    ck_assert(np_crowd_is_live(np_crowd_cookies[0], NOW));
    ck_assert(!np_crowd_is_live(np_crowd_cookies[1], NOW));
    ck_assert(np_crowd_is_live(np_crowd_cookies[2], NOW));
    ck_assert_int_eq(np_crowd_count("alice", NOW), 3);
    ck_assert_int_eq(np_crowd_index("alice")->count, 3);
}
END_TEST

/* That of another user does not help. */
START_TEST(session_of_another_user_is_no_room)
{
    const char *bobs = np_crowd_log_in("bob", LOGIN);
    np_outcome_t before = np_life_open_one(bobs, NOW);
    const char *cookie;

    np_crowd_log_in_times(3);
    ck_assert_int_eq(np_crowd_log_in_at(&before, "alice", NOW, &cookie),
                     APR_ENOSPC);
    ck_assert(np_crowd_is_live(bobs, NOW));
}
END_TEST

/* A limit that was lowered takes as many as it is too many. */
START_TEST(lowered_limit_ends_several)
{
    np_life_realm.rules.quota.most = 10;
    np_crowd_log_in_times(10);
    np_life_realm.rules.quota.most = 4;
    (void)np_crowd_log_in("alice", NOW);
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(np_crowd_is_live(np_crowd_cookies[i], NOW), i >= 7);
    }
}
END_TEST

START_TEST(tenants_and_users_count_for_themselves)
{
    np_crowd_log_in_times(3);
    (void)np_crowd_log_in("Alice", NOW);
    np_life_realm.scope.tenant = "other";
    (void)np_crowd_log_in("alice", NOW);
    ck_assert_int_eq(np_crowd_count("alice", NOW), 1);
    np_life_realm.scope.tenant = "acme";
    ck_assert_int_eq(np_crowd_count("alice", NOW), 3);
}
END_TEST

START_TEST(without_a_quota_nothing_is_written)
{
    np_life_realm.rules.quota.most = 0;
    (void)np_crowd_log_in("alice", LOGIN);
    ck_assert_int_eq(np_life_fake->puts, 1);
}
END_TEST

START_TEST(most_that_may_be_fit)
{
    const np_outcome_t nobody = { .state = NP_STATE_NONE };
    const char *cookie;

    np_life_realm.rules.quota.most = NP_INDEX_MAX;
    for (int i = 0; i < NP_INDEX_MAX; i++) {
        (void)np_crowd_log_in("alice", LOGIN + i);
    }
    ck_assert_int_eq(np_crowd_log_in_at(&nobody, "alice", NOW, &cookie),
                     APR_ENOSPC);
    np_life_realm.rules.quota.deny = false;
    (void)np_crowd_log_in("alice", NOW);
    ck_assert_int_eq(np_crowd_index("alice")->count, NP_INDEX_MAX);
    ck_assert_int_eq(np_crowd_count("alice", NOW), NP_INDEX_MAX);
}
END_TEST

Suite *np_suite_users(void)
{
    Suite *suite = suite_create("users");
    TCase *tc = tcase_create("oldest");

    tcase_add_checked_fixture(tc, np_crowd_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, oldest_makes_room, 2, 5);
    tcase_add_test(tc, who_made_room_finds_it_ended);
    tcase_add_test(tc, idle_ones_do_not_count);
    tcase_add_test(tc, lowered_limit_ends_several);
    tcase_add_test(tc, tenants_and_users_count_for_themselves);
    tcase_add_test(tc, without_a_quota_nothing_is_written);
    suite_add_tcase(suite, tc);
    tc = tcase_create("deny");
    tcase_add_checked_fixture(tc, np_crowd_set_up_deny, np_pool_tear_down);
    tcase_add_test(tc, login_beyond_is_refused);
    tcase_add_loop_test(tc, what_is_over_does_not_count, 0,
                        sizeof ends / sizeof ends[0]);
    tcase_add_test(tc, renewed_ones_count);
    tcase_add_test(tc, own_session_does_not_count);
    tcase_add_test(tc, session_of_another_user_is_no_room);
    tcase_add_test(tc, most_that_may_be_fit);
    suite_add_tcase(suite, tc);
    return suite;
}
