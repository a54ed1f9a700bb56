/* SPDX-License-Identifier: Apache-2.0
 * A user's sessions: listed, found by handle, ended. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "crowd.h"
#include "fixture.h"

#define NOW (LOGIN + MINUTE)
#define COUNT 7

static const char *cookies[COUNT];

/* Seven sessions of alice, a microsecond apart. */
static void set_up(void)
{
    np_crowd_set_up();
    np_life_realm.rules.quota.most = 20;
    for (int i = 0; i < COUNT; i++) {
        cookies[i] = np_crowd_log_in("alice", LOGIN + i);
    }
}

static np_listing_t list_at(const char *from, int take, apr_time_t now)
{
    np_listing_t listing;

    ck_assert_int_eq(np_users_list(&np_life_realm, "alice", from, take, now,
                                   np_crowd_budget(), &listing, np_pool),
                     APR_SUCCESS);
    return listing;
}

static np_listing_t list(const char *from, int take)
{
    return list_at(from, take, NOW);
}

/* When the listed one logged in, from 0 on. */
static int number(const np_listing_t *listing, int i)
{
    return (int)(listing->sessions[i].entry.login_at - LOGIN);
}

static const unsigned char *handle_of(const char *cookie)
{
    np_outcome_t *outcome = apr_palloc(np_pool, sizeof *outcome);
    *outcome = np_life_open_one(cookie, NOW);
    return outcome->record.handle;
}

static apr_status_t find(const unsigned char *handle, np_listed_t *found)
{
    return np_users_find(&np_life_realm, handle, NOW, np_crowd_budget(),
                         found, np_pool);
}

/* --- listing --------------------------------------------------------------- */

START_TEST(newest_comes_first)
{
    np_listing_t listing = list(NULL, 0);

    ck_assert_int_eq(listing.count, COUNT);
    ck_assert_ptr_null(listing.next);
    for (int i = 0; i < COUNT; i++) {
        ck_assert_int_eq(number(&listing, i), COUNT - 1 - i);
        ck_assert_int_eq(listing.sessions[i].outcome.state, NP_STATE_LIVE);
        ck_assert_str_eq(listing.sessions[i].outcome.record.user, "alice");
    }
}
END_TEST

/* By pages of 1 to 8, each is listed once. */
START_TEST(pages_follow_each_other)
{
    const char *from = NULL;
    int expected = COUNT;
    int pages = 0;

    do {
        np_listing_t listing = list(from, _i);
        for (int i = 0; i < listing.count; i++) {
            ck_assert_int_eq(number(&listing, i), --expected);
        }
        from = listing.next;
        pages++;
    } while (from);
    ck_assert_int_eq(expected, 0);
    ck_assert_int_eq(pages, (COUNT + _i - 1) / _i);
}
END_TEST

/* The last one of a page ends, a new one begins: nothing is listed twice or
 * left out. */
START_TEST(position_stays_right)
{
    np_listing_t listing = list(NULL, 3);

    ck_assert_int_eq(number(&listing, 2), 4);
    ck_assert_int_eq(np_life_end(cookies[4], NOW), APR_SUCCESS);
    ck_assert_int_eq(np_life_end(cookies[2], NOW), APR_SUCCESS);
    (void)np_crowd_log_in("alice", NOW);
    listing = list(listing.next, 3);
    ck_assert_int_eq(listing.count, 3);
    ck_assert_int_eq(number(&listing, 0), 3);
    ck_assert_int_eq(number(&listing, 1), 1);
    ck_assert_int_eq(number(&listing, 2), 0);
    ck_assert_ptr_null(listing.next);
}
END_TEST

/* What follows is over: there is no next page. */
START_TEST(last_page_has_no_next)
{
    ck_assert_int_eq(np_life_end(cookies[0], NOW), APR_SUCCESS);
    ck_assert_int_eq(np_life_end(cookies[1], NOW), APR_SUCCESS);
    np_listing_t listing = list(NULL, COUNT - 2);
    ck_assert_int_eq(listing.count, COUNT - 2);
    ck_assert_ptr_null(listing.next);
}
END_TEST

START_TEST(only_what_lives_is_listed)
{
    ck_assert_int_eq(np_life_end(cookies[3], NOW), APR_SUCCESS);
    (void)np_life_renew(cookies[5], NOW);
    np_listing_t listing = list(NULL, 0);
    ck_assert_int_eq(listing.count, COUNT - 1);
    ck_assert_int_eq(number(&listing, 1), 5);
    ck_assert_str_eq(listing.sessions[1].outcome.record.mfa, "otp");
    ck_assert_int_eq(list_at(NULL, 0, LOGIN + 10 * MINUTE + COUNT).count, 1);
}
END_TEST

static const char *const positions[] = {
    "", "x", "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
};

START_TEST(nonsense_is_no_position)
{
    np_listing_t listing;

    ck_assert_int_eq(np_users_list(&np_life_realm, "alice", positions[_i], 2,
                                   NOW, np_crowd_budget(), &listing, np_pool),
                     APR_EINVAL);
}
END_TEST

START_TEST(user_without_sessions_has_none)
{
    np_listing_t listing;

    ck_assert_int_eq(np_users_list(&np_life_realm, "bob", NULL, 2, NOW,
                                   np_crowd_budget(), &listing, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(listing.count, 0);
    ck_assert_ptr_null(listing.next);
}
END_TEST

static int steps;

static void go_down(np_fake_t *fake, const char *operation, const char *key)
{
    fake->down = steps-- <= 0;
}

/* Half a list is none. */
START_TEST(nothing_is_listed_without_the_store)
{
    np_listing_t listing;

    steps = _i;
    np_life_fake->before = go_down;
    ck_assert(np_store_unavailable(
        np_users_list(&np_life_realm, "alice", NULL, 0, NOW,
                      np_crowd_budget(), &listing, np_pool)));
}
END_TEST

/* --- one ------------------------------------------------------------------- */

START_TEST(session_is_found_by_its_handle)
{
    const unsigned char *handle = handle_of(cookies[2]);
    np_listed_t found;

    ck_assert_int_eq(find(handle, &found), APR_SUCCESS);
    ck_assert_int_eq(found.entry.login_at, LOGIN + 2);
    ck_assert_str_eq(found.outcome.record.user, "alice");
    (void)np_life_renew(cookies[2], NOW);
    ck_assert_int_eq(find(handle, &found), APR_SUCCESS);
    ck_assert_str_eq(found.outcome.record.mfa, "otp");
}
END_TEST

START_TEST(unknown_handle_is_not_found)
{
    const unsigned char nobody[NP_HANDLE_LEN] = { 0 };
    const unsigned char *handle = handle_of(cookies[2]);
    np_listed_t found;

    ck_assert_int_eq(find(nobody, &found), APR_NOTFOUND);
    np_life_realm.scope.tenant = "other";
    ck_assert_int_eq(find(handle, &found), APR_NOTFOUND);
}
END_TEST

/* Its headstones are gone, but the list knows. */
START_TEST(moved_session_is_found_without_headstones)
{
    const unsigned char *handle = handle_of(cookies[2]);
    const char *cookie = np_life_renew(cookies[2], NOW);
    np_outcome_t old = np_life_open_one(cookies[2], NOW);
    np_outcome_t outcome = np_life_open_one(cookie, NOW);
    char stone[NP_HEADSTONE_KEY_LEN + 1];
    np_listed_t found;

    ck_assert_int_eq(np_users_move(&np_life_realm, &outcome.record,
                                   outcome.id.storage_key, NOW, NOW,
                                   np_crowd_budget(), np_pool),
                     APR_SUCCESS);
    np_headstone_key(stone, old.id.storage_key);
    apr_hash_set(np_life_fake->items, stone, APR_HASH_KEY_STRING, NULL);
    ck_assert_int_eq(find(handle, &found), APR_SUCCESS);
    ck_assert_str_eq(found.entry.storage_key, outcome.id.storage_key);
}
END_TEST

START_TEST(what_is_not_listed_is_not_moved)
{
    np_outcome_t outcome = np_life_open_one(np_life_log_in(LOGIN), NOW);

    ck_assert_int_eq(np_users_move(&np_life_realm, &outcome.record,
                                   outcome.id.storage_key, NOW, NOW,
                                   np_crowd_budget(), np_pool),
                     APR_NOTFOUND);
    ck_assert_int_eq(np_crowd_count("alice", NOW), COUNT);
}
END_TEST

START_TEST(ended_one_is_found_ended)
{
    np_listed_t found;

    ck_assert_int_eq(find(handle_of(cookies[2]), &found), APR_SUCCESS);
    ck_assert_int_eq(np_users_end(&np_life_realm, &found.outcome, NOW,
                                  np_crowd_budget(), np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_life_open_one(cookies[2], NOW).state, NP_STATE_ENDED);
    ck_assert_int_eq(find(found.entry.handle, &found), APR_NOTFOUND);
    ck_assert_int_eq(np_crowd_count("alice", NOW), COUNT - 1);
}
END_TEST

static void renew_it(np_fake_t *fake, const char *operation, const char *key)
{
    if (steps-- != 0) {
        return;
    }
    np_outcome_t outcome = np_life_open_one(cookies[0], NOW);
    if (outcome.state == NP_STATE_LIVE) {
        np_plan_t plan = np_life_plan_renewal(&outcome, NOW);
        if (np_life_commit(&plan) == APR_SUCCESS) {
            cookies[0] = apr_pstrdup(np_pool, plan.cookie);
        }
    }
}

/* Its id is changed between any two steps of its end. */
START_TEST(end_reaches_a_session_that_moves)
{
    np_listed_t found;

    ck_assert_int_eq(find(handle_of(cookies[0]), &found), APR_SUCCESS);
    steps = _i;
    np_life_fake->before = renew_it;
    apr_status_t status = np_users_end(&np_life_realm, &found.outcome, NOW,
                                       np_crowd_budget(), np_pool);
    np_life_fake->before = NULL;
    ck_assert_int_eq(status, APR_SUCCESS);
    ck_assert_int_eq(np_life_open_one(cookies[0], NOW).state, NP_STATE_ENDED);
}
END_TEST

START_TEST(all_are_ended)
{
    const char *bobs = np_crowd_log_in("bob", LOGIN);
    apr_array_header_t *ended;

    ck_assert_int_eq(np_users_end_all(&np_life_realm, "alice", NOW,
                                      np_crowd_budget(), &ended, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(ended->nelts, COUNT);
    for (int i = 0; i < COUNT; i++) {
        ck_assert_int_eq(np_life_open_one(cookies[i], NOW).state,
                         NP_STATE_ENDED);
    }
    ck_assert(np_crowd_is_live(bobs, NOW));
}
END_TEST

START_TEST(end_of_all_without_the_store_is_told)
{
    apr_array_header_t *ended;

    steps = _i;
    np_life_fake->before = go_down;
    ck_assert(np_store_unavailable(
        np_users_end_all(&np_life_realm, "alice", NOW, np_crowd_budget(),
                         &ended, np_pool)));
    ck_assert_int_lt(ended->nelts, COUNT);
}
END_TEST

Suite *np_suite_users_list(void)
{
    Suite *suite = suite_create("users_list");
    TCase *tc = tcase_create("list");

    tcase_add_checked_fixture(tc, set_up, np_pool_tear_down);
    tcase_add_test(tc, newest_comes_first);
    tcase_add_loop_test(tc, pages_follow_each_other, 1, COUNT + 2);
    tcase_add_test(tc, position_stays_right);
    tcase_add_test(tc, last_page_has_no_next);
    tcase_add_test(tc, only_what_lives_is_listed);
    tcase_add_loop_test(tc, nonsense_is_no_position, 0,
                        sizeof positions / sizeof positions[0]);
    tcase_add_test(tc, user_without_sessions_has_none);
    tcase_add_loop_test(tc, nothing_is_listed_without_the_store, 0, 4);
    suite_add_tcase(suite, tc);
    tc = tcase_create("one");
    tcase_add_checked_fixture(tc, set_up, np_pool_tear_down);
    tcase_add_test(tc, session_is_found_by_its_handle);
    tcase_add_test(tc, unknown_handle_is_not_found);
    tcase_add_test(tc, moved_session_is_found_without_headstones);
    tcase_add_test(tc, what_is_not_listed_is_not_moved);
    tcase_add_test(tc, ended_one_is_found_ended);
    tcase_add_loop_test(tc, end_reaches_a_session_that_moves, 0, 4);
    tcase_add_test(tc, all_are_ended);
    tcase_add_loop_test(tc, end_of_all_without_the_store_is_told, 0, 6);
    suite_add_tcase(suite, tc);
    return suite;
}
