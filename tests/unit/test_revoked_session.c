/* SPDX-License-Identifier: Apache-2.0
 * No session lives on that began before all of its user's were ended. */
#include "unit.h"

#include <string.h>

#include "fixture.h"
#include "life.h"
#include "np_revoked.h"

#define NOW (LOGIN + MINUTE)

static np_revoked_t *revoked;

static void set_up(void)
{
    np_life_set_up();
    revoked = np_revoked_begin(apr_pcalloc(np_pool, NP_REVOKED_SIZE));
    np_life_realm.revoked = revoked;
}

static void revoke_all(const char *user, apr_time_t until)
{
    unsigned char of_user[NP_NAME_LEN];

    ck_assert_int_eq(np_name_user(np_life_realm.crypto, 0,
                                  &np_life_realm.scope, user, of_user,
                                  np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_revoked_raise(revoked, of_user, until, NOW),
                     APR_SUCCESS);
}

/* Login at the moment and before is over, after it is not. */
START_TEST(sessions_that_began_before_are_over)
{
    const char *cookies[3];

    for (int i = 0; i < 3; i++) {
        cookies[i] = np_life_log_in(LOGIN + i);
    }
    revoke_all("alice", LOGIN + 1);
    for (int i = 0; i < 3; i++) {
        np_outcome_t outcome = np_life_open_one(cookies[i], NOW);
        ck_assert_int_eq(outcome.state, i < 2 ? NP_STATE_ENDED
                                              : NP_STATE_LIVE);
        ck_assert(outcome.bury == (i < 2));
        ck_assert_int_eq(np_life_fake->gets, 1);
    }
}
END_TEST

START_TEST(other_users_live_on)
{
    const char *cookie = np_life_log_in(LOGIN);

    revoke_all("Alice", NOW);
    revoke_all("bob", NOW);
    ck_assert_int_eq(np_life_open_one(cookie, NOW).state, NP_STATE_LIVE);
}
END_TEST

START_TEST(other_tenants_live_on)
{
    const char *cookie = np_life_log_in(LOGIN);

    np_life_realm.scope.tenant = "other";
    revoke_all("alice", NOW);
    np_life_realm.scope.tenant = "acme";
    ck_assert_int_eq(np_life_open_one(cookie, NOW).state, NP_STATE_LIVE);
}
END_TEST

START_TEST(what_is_found_revoked_is_buried)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_plan_t plan;

    revoke_all("alice", NOW);
    np_outcome_t outcome = np_life_open_one(cookie, NOW);
    np_plan_end(&outcome, NOW, &plan);
    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    ck_assert(!np_fake_has(np_life_fake, outcome.id.storage_key));
    np_life_realm.revoked = NULL;     /* nobody remembers, and it is over */
    ck_assert_int_eq(np_life_open_one(cookie, NOW).state, NP_STATE_ENDED);
}
END_TEST

START_TEST(old_ids_are_over_too)
{
    const char *old = np_life_log_in(LOGIN);
    const char *new_one = np_life_renew(old, NOW - 1);

    ck_assert_int_eq(np_life_open_one(old, NOW).state, NP_STATE_LIVE);
    revoke_all("alice", NOW);
    np_outcome_t outcome = np_life_open_one(old, NOW);
    ck_assert_int_eq(outcome.state, NP_STATE_ENDED);
    ck_assert(!outcome.bury);
    ck_assert_int_eq(np_life_open_one(new_one, NOW).state, NP_STATE_ENDED);
}
END_TEST

/* The keys are changed: he was written down by the one that is second now. */
START_TEST(another_first_key_changes_nothing)
{
    const char *cookie = np_life_log_in(LOGIN);

    revoke_all("alice", NOW);
    np_life_realm.crypto = np_ring("ba");
    ck_assert_int_eq(np_life_open_one(cookie, NOW).state, NP_STATE_ENDED);
}
END_TEST

Suite *np_suite_revoked_session(void)
{
    Suite *suite = suite_create("revoked_session");
    TCase *tc = tcase_create("sessions");

    tcase_add_checked_fixture(tc, set_up, np_pool_tear_down);
    tcase_add_test(tc, sessions_that_began_before_are_over);
    tcase_add_test(tc, other_users_live_on);
    tcase_add_test(tc, other_tenants_live_on);
    tcase_add_test(tc, what_is_found_revoked_is_buried);
    tcase_add_test(tc, old_ids_are_over_too);
    tcase_add_test(tc, another_first_key_changes_nothing);
    suite_add_tcase(suite, tc);
    return suite;
}
