/* SPDX-License-Identifier: Apache-2.0
 * Sessions with a near cache: when the store is asked, and who notices what. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "life.h"
#include "near.h"
#include "np_lock.h"

#define NOW (LOGIN + MINUTE / 2)

/* --- when the store is asked ------------------------------------------------ */

START_TEST(the_store_is_asked_once)
{
    const char *cookie = np_life_log_in(LOGIN);

    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_LIVE, 1);
    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_LIVE, 0);
    NP_ASSERT_FINDS(cookie, NOW + NP_TEST_LONGEST / 2 - 1, NP_STATE_LIVE, 0);
    const np_outcome_t outcome = np_life_open_one(cookie, NOW + 1);
    ck_assert_str_eq(outcome.record.user, "alice");
    ck_assert_int_eq(outcome.record.times.used_at, LOGIN);
    ck_assert(!outcome.bury && !outcome.damaged && !outcome.old_id);
}
END_TEST

START_TEST(nobody_is_not_remembered)
{
    const char *cookie = np_life_log_in(LOGIN);

    ck_assert_int_eq(np_life_end(cookie, LOGIN), APR_SUCCESS);
    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_ENDED, 2);
    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_ENDED, 2);
    NP_ASSERT_FINDS("forged", NOW, NP_STATE_NONE, 0);
}
END_TEST

START_TEST(it_is_asked_again_in_time)
{
    const char *cookie = np_life_log_in(LOGIN);

    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_LIVE, 1);
    NP_ASSERT_FINDS(cookie, NOW + NP_TEST_LONGEST / 2, NP_STATE_LIVE, 1);
    NP_ASSERT_FINDS(cookie, NOW + NP_TEST_LONGEST - 1, NP_STATE_LIVE, 0);
    NP_ASSERT_FINDS(cookie, NOW + 2 * NP_TEST_LONGEST, NP_STATE_LIVE, 1);
}
END_TEST

START_TEST(what_is_too_large_is_asked_for_each_time)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_outcome_t outcome = np_life_open_one(cookie, NOW);
    char data[NP_NEAR_ROOM];
    np_plan_t plan;

    memset(data, 'x', sizeof data);
    ck_assert_int_eq(
        np_plan_data(&np_life_realm, &outcome,
                     (np_bytes_t){ (unsigned char *)data, sizeof data }, NOW,
                     &plan, np_pool),
        APR_SUCCESS);
    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_LIVE, 1);
    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_LIVE, 1);
}
END_TEST

START_TEST(several_cookies_as_without_it)
{
    const char *cookies[4];

    for (int i = 0; i < 4; i++) {
        cookies[i] = np_life_log_in(LOGIN);
    }
    ck_assert_int_eq(np_life_end(cookies[0], LOGIN), APR_SUCCESS);
    ck_assert_int_eq(np_life_open_cookies(cookies, 4, NOW).state,
                     NP_STATE_LIVE);
    ck_assert_int_eq(np_life_fake->gets, 2);
    ck_assert_int_eq(np_life_open_cookies(cookies, 4, NOW).state,
                     NP_STATE_LIVE);
    ck_assert_int_eq(np_life_fake->gets, 1);
}
END_TEST

/* --- without the store ------------------------------------------------------ */

START_TEST(an_outage_is_not_seen_for_so_long)
{
    const char *cookie = np_life_log_in(LOGIN);
    const char *other = np_life_log_in(LOGIN);

    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_LIVE, 1);
    np_life_fake->down = true;
    const apr_time_t end = NOW + NP_TEST_LONGEST;
    for (apr_time_t now = NOW; now < end; now += NP_TEST_SECOND / 4) {
        ck_assert_int_eq(np_test_state(cookie, now), NP_STATE_LIVE);
    }
    ck_assert_int_eq(np_test_state(cookie, end - 1), NP_STATE_LIVE);
    ck_assert_int_eq(np_test_state(cookie, end), NP_STATE_UNAVAILABLE);
    ck_assert_int_eq(np_test_state(other, NOW), NP_STATE_UNAVAILABLE);
    np_life_fake->down = false;
    NP_ASSERT_FINDS(cookie, NOW + NP_TEST_LONGEST, NP_STATE_LIVE, 1);
}
END_TEST

/* The last interaction cannot be written then; that is for later. */
START_TEST(an_outage_is_not_seen_when_a_change_is_due)
{
    const char *cookie = np_life_log_in(LOGIN);

    NP_ASSERT_FINDS(cookie, LOGIN + MINUTE - 1, NP_STATE_LIVE, 1);
    np_life_fake->down = true;
    ck_assert_int_eq(np_test_state(cookie, LOGIN + MINUTE + 1), NP_STATE_LIVE);
    np_life_realm.rules.mode = NP_MODE_NON_PERSISTENT;
    ck_assert_int_eq(np_test_state(cookie, LOGIN + MINUTE), NP_STATE_LIVE);
}
END_TEST

START_TEST(a_limit_that_passes_in_an_outage_ends_nothing)
{
    const char *cookie = np_life_log_in(LOGIN);
    const apr_time_t end = LOGIN + 10 * MINUTE;

    ck_assert_int_eq(np_test_state(cookie, end - 1), NP_STATE_LIVE);
    np_life_fake->down = true;
    ck_assert_int_eq(np_test_state(cookie, end - 1), NP_STATE_LIVE);
    ck_assert_int_eq(np_test_state(cookie, end), NP_STATE_UNAVAILABLE);
}
END_TEST

/* Of several servers the one that has the records is away. */
static void be_away(np_fake_t *fake, const char *operation, const char *key)
{
    fake->down = key[0] == 's';
}

START_TEST(what_cannot_be_removed_is_not_said_to_be_over)
{
    const char *cookie = np_life_log_in(LOGIN);
    const np_outcome_t outcome = np_life_open_one(cookie, NOW);
    const np_plan_t login = np_life_plan_login(&outcome, "bob", NOW);

    np_life_fake->before = be_away;
    ck_assert_int_eq(np_life_end(cookie, NOW), APR_ECONNREFUSED);
    ck_assert_int_eq(np_life_commit(&login), APR_ECONNREFUSED);
    ck_assert_uint_eq(apr_hash_count(np_life_fake->items), 1);
    ck_assert_int_eq(np_test_state(cookie, NOW + NP_TEST_LONGEST),
                     NP_STATE_UNAVAILABLE);
    np_life_fake->before = NULL;
    np_life_fake->down = false;
    ck_assert_int_eq(np_test_state(cookie, NOW), NP_STATE_LIVE);
    ck_assert_int_eq(np_life_end(cookie, NOW), APR_SUCCESS);
    ck_assert_int_eq(np_test_state(cookie, NOW), NP_STATE_ENDED);
}
END_TEST

/* --- ends and changes ------------------------------------------------------- */

START_TEST(a_logout_here_is_known_at_once)
{
    const char *cookie = np_life_log_in(LOGIN);

    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_LIVE, 1);
    ck_assert_int_eq(np_life_end(cookie, NOW), APR_SUCCESS);
    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_ENDED, 2);
}
END_TEST

START_TEST(a_logout_elsewhere_is_known_in_time)
{
    const char *cookie = np_life_log_in(LOGIN);

    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_LIVE, 1);
    ck_assert_int_eq(np_test_end_elsewhere(cookie, NOW), APR_SUCCESS);
    NP_ASSERT_FINDS(cookie, NOW + NP_TEST_LONGEST / 2 - 1, NP_STATE_LIVE, 0);
    NP_ASSERT_FINDS(cookie, NOW + NP_TEST_LONGEST, NP_STATE_ENDED, 2);
}
END_TEST

START_TEST(whoever_learns_of_it_tells_all)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_budget_t budget = { MINUTE };

    np_outcome_t outcome = np_life_open_one(cookie, NOW);
    ck_assert_int_eq(np_test_end_elsewhere(cookie, NOW), APR_SUCCESS);
    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_LIVE, 0);
    ck_assert_int_eq(np_lock_take(&np_life_realm, &outcome, NP_LOCK_TRY, NOW,
                                  &budget, np_pool),
                     APR_NOTFOUND);
    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_ENDED, 2);
}
END_TEST

START_TEST(a_change_here_is_known_at_once)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_plan_t plan;

    np_outcome_t outcome = np_life_open_one(cookie, NOW);
    ck_assert_int_eq(np_plan_metadata(&outcome, "{}", NOW, &plan),
                     APR_SUCCESS);
    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    outcome = np_life_open_one(cookie, NOW);
    ck_assert_str_eq(outcome.record.metadata, "{}");
    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_LIVE, 0);
}
END_TEST

START_TEST(who_changes_a_record_reads_it_in_the_store)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_budget_t budget = { MINUTE };

    np_outcome_t outcome = np_life_open_one(cookie, NOW);
    np_test_touch_elsewhere(cookie, NOW + MINUTE);
    ck_assert_int_eq(outcome.record.times.used_at, LOGIN);
    ck_assert_int_eq(np_lock_take(&np_life_realm, &outcome, NP_LOCK_TRY, NOW,
                                  &budget, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(outcome.record.times.used_at, NOW + MINUTE);
}
END_TEST

START_TEST(an_old_id_is_old_at_once)
{
    const char *cookie = np_life_log_in(LOGIN);

    ck_assert_int_eq(np_test_state(cookie, NOW), NP_STATE_LIVE);
    const char *renewed = np_life_renew(cookie, NOW);
    const np_outcome_t outcome = np_life_open_one(cookie, NOW + 1);
    ck_assert_int_eq(outcome.state, NP_STATE_LIVE);
    ck_assert(outcome.old_id);
    ck_assert_int_eq(np_test_state(renewed, NOW + 1), NP_STATE_LIVE);
    ck_assert_int_eq(np_life_end(renewed, NOW + 1), APR_SUCCESS);
    ck_assert_int_eq(np_test_state(cookie, NOW + 1), NP_STATE_ENDED);
    ck_assert_int_eq(np_test_state(renewed, NOW + 1), NP_STATE_ENDED);
}
END_TEST

START_TEST(all_sessions_of_a_user_end_at_once)
{
    const char *cookie = np_life_log_in(LOGIN);
    unsigned char name[NP_NAME_LEN];
    np_revoked_t *revoked =
        np_revoked_begin(apr_pcalloc(np_pool, NP_REVOKED_SIZE));

    np_life_realm.revoked = revoked;
    NP_ASSERT_FINDS(cookie, NOW, NP_STATE_LIVE, 1);
    ck_assert_int_eq(np_name_user(np_life_realm.crypto, 0,
                                  &np_life_realm.scope, "alice", name,
                                  np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_revoked_raise(revoked, name, NOW, NOW), APR_SUCCESS);
    const np_outcome_t outcome = np_life_open_one(cookie, NOW);
    ck_assert_int_eq(outcome.state, NP_STATE_ENDED);
    ck_assert(outcome.bury);
    ck_assert_int_eq(np_life_fake->gets, 1);
}
END_TEST

/* Others look it up while it is being changed: the store still has what was
 * there before, and they keep it. */
static const char *cookie_to_look_up;

static void look_up(np_fake_t *fake, const char *operation, const char *key)
{
    if (strcmp(operation, "get") != 0 && key[0] == 's') {
        NP_ASSERT_FINDS(cookie_to_look_up, NOW, NP_STATE_LIVE, 1);
        NP_ASSERT_FINDS(cookie_to_look_up, NOW, NP_STATE_LIVE, 0);
    }
}

START_TEST(who_looks_meanwhile_keeps_nothing)
{
    np_plan_t plan;

    cookie_to_look_up = np_life_log_in(LOGIN);
    np_outcome_t outcome = np_life_open_one(cookie_to_look_up, NOW);
    ck_assert_int_eq(np_plan_metadata(&outcome, "{}", NOW, &plan),
                     APR_SUCCESS);
    np_life_fake->before = look_up;
    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    outcome = np_life_open_one(cookie_to_look_up, NOW);
    ck_assert_str_eq(outcome.record.metadata, "{}");
    ck_assert_int_eq(np_life_end(cookie_to_look_up, NOW), APR_SUCCESS);
    ck_assert_int_eq(np_test_state(cookie_to_look_up, NOW), NP_STATE_ENDED);
}
END_TEST

/* A logout cuts in when the store has answered, and the request has not yet put
 * down what it read. */
static const char *cookie_to_end;

static void end_it(np_fake_t *fake, const char *operation, const char *key)
{
    ck_assert_str_eq(operation, "get");
    ck_assert_int_eq(np_life_end(cookie_to_end, NOW), APR_SUCCESS);
}

START_TEST(what_was_read_before_a_logout_is_not_kept)
{
    cookie_to_end = np_life_log_in(LOGIN);
    np_life_fake->after = end_it;
    ck_assert_int_eq(np_test_state(cookie_to_end, NOW), NP_STATE_LIVE);
    np_life_fake->after = NULL;
    ck_assert_int_eq(np_test_state(cookie_to_end, NOW), NP_STATE_ENDED);
}
END_TEST

static np_outcome_t open_afresh(const char *cookie)
{
    const np_bytes_t value = np_text(cookie);
    np_budget_t budget = { .left = NP_TEST_SECOND };
    np_outcome_t outcome;

    np_life_fake->gets = 0;
    np_session_open_afresh(&np_life_realm, &value, 1, NOW, &budget, &outcome,
                           np_pool);
    return outcome;
}

START_TEST(who_is_not_content_asks_the_store)
{
    const char *cookie = np_life_log_in(LOGIN);

    ck_assert(!np_life_open_one(cookie, NOW).recalled);
    ck_assert(np_life_open_one(cookie, NOW).recalled);
    ck_assert(!open_afresh(cookie).recalled);
    ck_assert_int_eq(np_life_fake->gets, 1);
    np_test_touch_elsewhere(cookie, LOGIN + MINUTE + 1);
    ck_assert(open_afresh(cookie).record.times.used_at == LOGIN + MINUTE + 1);
    NP_ASSERT_FINDS(cookie, NOW + 1, NP_STATE_LIVE, 0);
    ck_assert(np_life_open_one(cookie, NOW + 1).record.times.used_at
              == LOGIN + MINUTE + 1);
    np_life_fake->down = true;
    ck_assert_int_eq(open_afresh(cookie).state, NP_STATE_UNAVAILABLE);
    ck_assert_int_eq(np_test_state(cookie, NOW + 1), NP_STATE_LIVE);
}
END_TEST

Suite *np_suite_near_session(void)
{
    Suite *suite = suite_create("near_session");
    TCase *tc = tcase_create("near");

    tcase_add_checked_fixture(tc, np_test_near_set_up, np_pool_tear_down);
    tcase_add_test(tc, the_store_is_asked_once);
    tcase_add_test(tc, nobody_is_not_remembered);
    tcase_add_test(tc, it_is_asked_again_in_time);
    tcase_add_test(tc, what_is_too_large_is_asked_for_each_time);
    tcase_add_test(tc, several_cookies_as_without_it);
    tcase_add_test(tc, an_outage_is_not_seen_for_so_long);
    tcase_add_test(tc, an_outage_is_not_seen_when_a_change_is_due);
    tcase_add_test(tc, a_limit_that_passes_in_an_outage_ends_nothing);
    tcase_add_test(tc, what_cannot_be_removed_is_not_said_to_be_over);
    tcase_add_test(tc, a_logout_here_is_known_at_once);
    tcase_add_test(tc, a_logout_elsewhere_is_known_in_time);
    tcase_add_test(tc, whoever_learns_of_it_tells_all);
    tcase_add_test(tc, a_change_here_is_known_at_once);
    tcase_add_test(tc, who_changes_a_record_reads_it_in_the_store);
    tcase_add_test(tc, an_old_id_is_old_at_once);
    tcase_add_test(tc, all_sessions_of_a_user_end_at_once);
    tcase_add_test(tc, who_looks_meanwhile_keeps_nothing);
    tcase_add_test(tc, what_was_read_before_a_logout_is_not_kept);
    tcase_add_test(tc, who_is_not_content_asks_the_store);
    suite_add_tcase(suite, tc);
    return suite;
}
