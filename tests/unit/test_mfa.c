/* SPDX-License-Identifier: Apache-2.0
 * Second factors that a browser remembers: for whom, for how long, and under
 * which id. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "browsers.h"
#include "fixture.h"
#include "np_mfa.h"

#define MFA_LIFE (30 * DAY)

static np_companion_t bring(const char *cookie)
{
    return np_browsers_bring(NP_KIND_MFA, cookie);
}

/* What a login with this cookie would find. */
static bool is_remembered(const char *cookie, const char *user,
                          apr_time_t now)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_MFA);
    np_companion_t companion = bring(cookie);

    return np_mfa_is_remembered(&realm, &companion, user, now,
                                np_browsers_budget(), np_pool);
}

static apr_status_t remember(np_companion_t *companion, const char *user,
                             apr_time_t now)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_MFA);
    return np_mfa_remember(&realm, companion, user, now, np_browsers_budget(),
                           np_pool);
}

/* Pass a second factor in the browser that has this cookie; returns the one
 * that it gets for it. */
static const char *pass(const char *cookie, const char *user, apr_time_t now)
{
    np_companion_t companion = bring(cookie);

    ck_assert_int_eq(remember(&companion, user, now), APR_SUCCESS);
    ck_assert(companion.brought);
    return apr_pstrdup(np_pool, companion.text);
}

/* Log in where the second factor is remembered. */
static void use(const char *cookie, const char *user, apr_time_t now)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_MFA);
    np_companion_t companion = bring(cookie);

    ck_assert(np_mfa_is_remembered(&realm, &companion, user, now,
                                   np_browsers_budget(), np_pool));
    ck_assert_int_eq(np_mfa_extend(&realm, &companion, user, now,
                                   np_browsers_budget(), np_pool),
                     APR_SUCCESS);
}

static bool is_stored(const char *cookie)
{
    return np_fake_has(np_life_fake, bring(cookie).id.storage_key);
}

static void assert_ends_at(const char *cookie, const char *user,
                           apr_time_t end)
{
    ck_assert(is_remembered(cookie, user, end - 1));
    ck_assert(!is_remembered(cookie, user, end));
    ck_assert(!is_remembered(cookie, user, end + 1));
}

START_TEST(remembered_for_who_passed_it)
{
    const char *cookie = pass(NULL, "alice", LOGIN);

    ck_assert(is_remembered(cookie, "alice", LOGIN));
    ck_assert_int_eq(np_life_fake->gets, 1);
    ck_assert(!is_remembered(cookie, "bob", LOGIN));
    ck_assert(!is_remembered(cookie, "Alice", LOGIN));
    ck_assert(!is_remembered(NULL, "alice", LOGIN));
}
END_TEST

START_TEST(forgotten_a_week_after_it_was_used)
{
    const char *cookie = pass(NULL, "alice", LOGIN);

    ck_assert_int_eq(np_life_fake->kept_until, LOGIN + 7 * DAY);
    assert_ends_at(cookie, "alice", LOGIN + 7 * DAY);
}
END_TEST

START_TEST(use_lengthens_it)
{
    const char *cookie = pass(NULL, "alice", LOGIN);

    use(cookie, "alice", LOGIN + 5 * DAY);
    ck_assert_int_eq(np_life_fake->kept_until, LOGIN + 12 * DAY);
    assert_ends_at(cookie, "alice", LOGIN + 12 * DAY);
    use(cookie, "alice", LOGIN + 12 * DAY - 1);
    ck_assert_int_eq(np_life_fake->kept_until, LOGIN + 19 * DAY - 1);
    assert_ends_at(cookie, "alice", LOGIN + 19 * DAY - 1);
}
END_TEST

START_TEST(use_does_not_lengthen_its_life)
{
    const char *cookie = pass(NULL, "alice", LOGIN);

    for (int day = 6; day < 30; day += 6) {
        use(cookie, "alice", LOGIN + day * DAY);
    }
    ck_assert_int_eq(np_life_fake->kept_until, LOGIN + MFA_LIFE);
    assert_ends_at(cookie, "alice", LOGIN + MFA_LIFE);
}
END_TEST

START_TEST(passing_it_again_begins_anew)
{
    const char *first = pass(NULL, "alice", LOGIN);
    const char *second = pass(first, "alice", LOGIN + 5 * DAY);

    for (int day = 11; day < 35; day += 6) {
        use(second, "alice", LOGIN + day * DAY);
    }
    assert_ends_at(second, "alice", LOGIN + 5 * DAY + MFA_LIFE);
}
END_TEST

/* The tenant's rule of today, not that of the day on which it was passed. */
START_TEST(shorter_life_bites_at_once)
{
    const char *cookie = pass(NULL, "alice", LOGIN);

    np_life_realm.rules.mfa_life = 3 * DAY;
    assert_ends_at(cookie, "alice", LOGIN + 3 * DAY);
}
END_TEST

/* Whoever knows the old id knows nothing of the new one, and has nothing. */
START_TEST(each_pass_gives_a_new_id)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_MFA);
    const char *planted = np_browsers_cookie(&realm);
    const char *first = pass(planted, "alice", LOGIN);
    const char *second = pass(first, "alice", LOGIN + 1);

    ck_assert_str_ne(first, planted);
    ck_assert_str_ne(second, first);
    ck_assert(!is_stored(planted));
    ck_assert(!is_stored(first));
    ck_assert(is_stored(second));
    ck_assert(!is_remembered(planted, "alice", LOGIN + 2));
    ck_assert(!is_remembered(first, "alice", LOGIN + 2));
    ck_assert(is_remembered(second, "alice", LOGIN + 2));
}
END_TEST

START_TEST(others_move_along)
{
    const char *cookie = pass(NULL, "alice", LOGIN);

    cookie = pass(cookie, "bob", LOGIN + DAY);
    ck_assert_int_eq(np_life_fake->kept_until, LOGIN + 8 * DAY);
    assert_ends_at(cookie, "alice", LOGIN + 7 * DAY);
    assert_ends_at(cookie, "bob", LOGIN + 8 * DAY);
}
END_TEST

/* _i - 1 is how far from the end of bob's it is, in microseconds. */
START_TEST(forgotten_ones_do_not_move_along)
{
    const char *cookie = pass(NULL, "alice", LOGIN);
    const apr_time_t now = LOGIN + 8 * DAY + _i - 1;

    cookie = pass(cookie, "bob", LOGIN + DAY);
    np_companion_t companion = bring(cookie);
    ck_assert_int_eq(remember(&companion, "carol", now), APR_SUCCESS);
    ck_assert_int_eq(companion.browser.count, _i ? 1 : 2);
    ck_assert_ptr_null(np_browser_find(&companion.browser, "alice"));
    ck_assert_int_eq(is_remembered(companion.text, "bob", now), !_i);
    ck_assert(is_remembered(companion.text, "carol", now));
}
END_TEST

/* Passed on a server whose clock is ahead; as far as clocks may differ it
 * counts. _i - 1 is how far from there it is, in microseconds. */
START_TEST(pass_may_lie_as_far_ahead_as_clocks_differ)
{
    const char *cookie = pass(NULL, "alice", LOGIN + NP_POLICY_SKEW + _i - 1);

    ck_assert_int_eq(is_remembered(cookie, "alice", LOGIN), _i < 2);
    ck_assert(is_remembered(cookie, "alice", LOGIN + NP_POLICY_SKEW));
    np_companion_t companion = bring(cookie);
    ck_assert_int_eq(remember(&companion, "bob", LOGIN), APR_SUCCESS);
    ck_assert_int_eq(companion.browser.count, _i < 2 ? 2 : 1);
}
END_TEST

START_TEST(store_without_answer_remembers_nothing)
{
    const char *cookie = pass(NULL, "alice", LOGIN);
    np_companion_t companion = bring(cookie);

    np_life_fake->down = true;
    ck_assert(!is_remembered(cookie, "alice", LOGIN + 1));
    ck_assert(np_store_unavailable(remember(&companion, "bob", LOGIN + 1)));
    ck_assert_str_eq(companion.text, cookie);
    np_life_fake->down = false;
    ck_assert(is_remembered(cookie, "alice", LOGIN + 1));
    ck_assert(!is_remembered(cookie, "bob", LOGIN + 1));
    ck_assert_uint_eq(apr_hash_count(np_life_fake->items), 1);
}
END_TEST

static void answer_reads_only(np_fake_t *fake, const char *operation,
                              const char *key)
{
    fake->down = strcmp(operation, "get") != 0;
}

static void answer_writes_only(np_fake_t *fake, const char *operation,
                               const char *key)
{
    fake->down = !strcmp(operation, "get");
}

/* A store that answers in part: the others must not be lost. */
START_TEST(half_an_answer_changes_nothing)
{
    const char *cookie = pass(NULL, "alice", LOGIN);
    np_companion_t companion = bring(cookie);

    np_life_fake->before = _i ? answer_reads_only : answer_writes_only;
    ck_assert(np_store_unavailable(remember(&companion, "bob", LOGIN + 1)));
    np_life_fake->before = NULL;
    np_life_fake->down = false;
    ck_assert_str_eq(companion.text, cookie);
    ck_assert(is_remembered(cookie, "alice", LOGIN + 1));
    ck_assert(!is_remembered(cookie, "bob", LOGIN + 1));
    ck_assert_uint_eq(apr_hash_count(np_life_fake->items), 1);
}
END_TEST

static void answer_all_but_removes(np_fake_t *fake, const char *operation,
                                   const char *key)
{
    fake->down = !strcmp(operation, "remove");
}

START_TEST(what_cannot_be_removed_ends_by_itself)
{
    const char *old = pass(NULL, "alice", LOGIN);
    np_companion_t companion = bring(old);

    np_life_fake->before = answer_all_but_removes;
    ck_assert_int_eq(remember(&companion, "bob", LOGIN + DAY), APR_SUCCESS);
    np_life_fake->before = NULL;
    np_life_fake->down = false;
    ck_assert(is_remembered(companion.text, "bob", LOGIN + DAY));
    ck_assert(!is_remembered(old, "bob", LOGIN + DAY));
    assert_ends_at(old, "alice", LOGIN + 7 * DAY);
}
END_TEST

START_TEST(removed_record_is_not_brought_back)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_MFA);
    np_companion_t companion = bring(pass(NULL, "alice", LOGIN));

    ck_assert(np_mfa_is_remembered(&realm, &companion, "alice", LOGIN + 1,
                                   np_browsers_budget(), np_pool));
    apr_hash_clear(np_life_fake->items);
    ck_assert_int_eq(np_mfa_extend(&realm, &companion, "alice", LOGIN + 1,
                                   np_browsers_budget(), np_pool),
                     APR_NOTFOUND);
    ck_assert_uint_eq(apr_hash_count(np_life_fake->items), 0);
}
END_TEST

START_TEST(damaged_record_is_not_believed)
{
    const char *cookie = pass(NULL, "alice", LOGIN);

    np_fake_damage(np_life_fake, bring(cookie).id.storage_key);
    ck_assert(!is_remembered(cookie, "alice", LOGIN + 1));
    cookie = pass(cookie, "bob", LOGIN + 1);
    ck_assert(!is_remembered(cookie, "alice", LOGIN + 1));
    ck_assert(is_remembered(cookie, "bob", LOGIN + 1));
}
END_TEST

/* A page's login and step-up come in one request: nothing is read again. */
START_TEST(one_request_reads_once)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_MFA);
    np_companion_t companion = bring(pass(NULL, "alice", LOGIN));

    ck_assert(!np_mfa_is_remembered(&realm, &companion, "bob", LOGIN + 1,
                                    np_browsers_budget(), np_pool));
    ck_assert_int_eq(remember(&companion, "bob", LOGIN + 1), APR_SUCCESS);
    ck_assert(np_mfa_is_remembered(&realm, &companion, "bob", LOGIN + 1,
                                   np_browsers_budget(), np_pool));
    ck_assert(np_mfa_is_remembered(&realm, &companion, "alice", LOGIN + 1,
                                   np_browsers_budget(), np_pool));
    ck_assert_int_eq(np_life_fake->gets, 1);
}
END_TEST

Suite *np_suite_mfa(void)
{
    Suite *suite = suite_create("mfa");
    TCase *tc = tcase_create("remembered");

    tcase_add_checked_fixture(tc, np_browsers_set_up, np_pool_tear_down);
    tcase_add_test(tc, remembered_for_who_passed_it);
    tcase_add_test(tc, forgotten_a_week_after_it_was_used);
    tcase_add_test(tc, use_lengthens_it);
    tcase_add_test(tc, use_does_not_lengthen_its_life);
    tcase_add_test(tc, passing_it_again_begins_anew);
    tcase_add_test(tc, shorter_life_bites_at_once);
    tcase_add_test(tc, each_pass_gives_a_new_id);
    tcase_add_test(tc, others_move_along);
    tcase_add_loop_test(tc, forgotten_ones_do_not_move_along, 0, 3);
    tcase_add_loop_test(tc, pass_may_lie_as_far_ahead_as_clocks_differ, 0, 3);
    tcase_add_test(tc, store_without_answer_remembers_nothing);
    tcase_add_loop_test(tc, half_an_answer_changes_nothing, 0, 2);
    tcase_add_test(tc, what_cannot_be_removed_ends_by_itself);
    tcase_add_test(tc, removed_record_is_not_brought_back);
    tcase_add_test(tc, damaged_record_is_not_believed);
    tcase_add_test(tc, one_request_reads_once);
    suite_add_tcase(suite, tc);
    return suite;
}
