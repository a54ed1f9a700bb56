/* SPDX-License-Identifier: Apache-2.0
 * The cookies that accompany a session: found, read once, moved to a new id. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "browsers.h"
#include "fixture.h"

/* Both kinds of companion, for loops. */
static const np_kind_e kinds[] = { NP_KIND_MFA, NP_KIND_DEVICE };
#define KINDS 2

static apr_status_t read_it(np_kind_e kind, np_companion_t *companion)
{
    const np_realm_t realm = np_browsers_realm(kind);
    return np_companion_read(&realm, companion, np_browsers_budget(),
                             np_pool);
}

/* Store a record of alice's; returns its cookie. */
static const char *store_alice(np_kind_e kind)
{
    const np_realm_t realm = np_browsers_realm(kind);
    np_companion_t companion = { .browser = { .handle = "0123456789abcde" } };

    ck_assert_int_eq(np_companion_mint(&realm, &companion), APR_SUCCESS);
    np_browser_remember(&companion.browser, "alice", false, LOGIN);
    ck_assert_int_eq(np_companion_write(&realm, &companion, NP_PUT_ADD,
                                        LOGIN + DAY, np_browsers_budget(),
                                        np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_life_fake->kept_until, LOGIN + DAY);
    return apr_pstrdup(np_pool, companion.text);
}

START_TEST(nothing_is_found_in_no_cookie)
{
    const np_companion_t companion = np_browsers_bring(kinds[_i], NULL);

    ck_assert(!companion.brought);
    ck_assert_str_eq(companion.text, "");
}
END_TEST

START_TEST(first_good_cookie_is_found)
{
    const np_realm_t realm = np_browsers_realm(kinds[_i]);
    const char *first = np_browsers_cookie(&realm);
    const char *cookies[] = { "", "forged", first, np_browsers_cookie(&realm) };
    const np_companion_t companion =
        np_browsers_bring_all(kinds[_i], cookies, 4);

    ck_assert(companion.brought);
    ck_assert_str_eq(companion.text, first);
    ck_assert_int_eq(companion.id.storage_key[0],
                     kinds[_i] == NP_KIND_MFA ? 'm' : 'd');
    ck_assert_int_eq(np_life_fake->gets, 0);
}
END_TEST

/* Somebody may have put a good one of his own before the browser's. */
START_TEST(one_that_knows_the_user_is_preferred)
{
    const np_realm_t realm = np_browsers_realm(kinds[_i]);
    const char *alices = store_alice(kinds[_i]);
    const char *cookies[] = { np_browsers_cookie(&realm), alices,
                              np_browsers_cookie(&realm), alices };
    np_companion_t companion =
        np_browsers_bring_all(kinds[_i], cookies, 4);

    ck_assert_int_eq(np_companion_read_for(&realm, &companion, "bob",
                                           np_browsers_budget(), np_pool),
                     APR_NOTFOUND);
    ck_assert_str_eq(companion.text, cookies[0]);
    companion = np_browsers_bring_all(kinds[_i], cookies, 4);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(np_companion_read_for(&realm, &companion, "alice",
                                               np_browsers_budget(), np_pool),
                         APR_SUCCESS);
        ck_assert_str_eq(companion.text, alices);
        ck_assert_int_eq(np_life_fake->gets, 2);
    }
}
END_TEST

START_TEST(cookies_of_others_are_not_brought)
{
    np_realm_t others[4];

    for (int i = 0; i < 4; i++) {
        others[i] = np_browsers_realm(kinds[_i]);
    }
    others[0].scope.kind = kinds[1 - _i];
    others[1].scope.kind = NP_KIND_SESSION;
    others[2].scope.tenant = "acme2";
    others[3].scope.host = "www.example.com";
    for (int i = 0; i < 4; i++) {
        np_companion_t companion =
            np_browsers_bring(kinds[_i], np_browsers_cookie(&others[i]));
        ck_assert(!companion.brought);
        ck_assert_int_eq(read_it(kinds[_i], &companion), APR_NOTFOUND);
        ck_assert_int_eq(np_life_fake->gets, 0);
    }
}
END_TEST

START_TEST(two_reads_are_one)
{
    np_companion_t companion =
        np_browsers_bring(kinds[_i], store_alice(kinds[_i]));

    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(read_it(kinds[_i], &companion), APR_SUCCESS);
        ck_assert_int_eq(np_life_fake->gets, 1);
    }
    ck_assert_ptr_nonnull(np_browser_find(&companion.browser, "alice"));
}
END_TEST

START_TEST(two_reads_of_nothing_are_one)
{
    const np_realm_t realm = np_browsers_realm(kinds[_i]);
    np_companion_t companion =
        np_browsers_bring(kinds[_i], np_browsers_cookie(&realm));

    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(read_it(kinds[_i], &companion), APR_NOTFOUND);
        ck_assert_int_eq(np_life_fake->gets, 1);
    }
}
END_TEST

/* Who heard no answer is not told another one later in the same request. */
START_TEST(no_answer_stays_no_answer)
{
    np_companion_t companion =
        np_browsers_bring(kinds[_i], store_alice(kinds[_i]));

    np_life_fake->down = true;
    ck_assert(np_store_unavailable(read_it(kinds[_i], &companion)));
    np_life_fake->down = false;
    ck_assert(np_store_unavailable(read_it(kinds[_i], &companion)));
    ck_assert_int_eq(np_life_fake->gets, 0);
    ck_assert_int_eq(companion.browser.count, 0);
}
END_TEST

START_TEST(damaged_record_is_missing)
{
    np_companion_t companion =
        np_browsers_bring(kinds[_i], store_alice(kinds[_i]));

    np_fake_damage(np_life_fake, companion.id.storage_key);
    ck_assert_int_eq(read_it(kinds[_i], &companion), APR_NOTFOUND);
    ck_assert_int_eq(companion.browser.count, 0);
}
END_TEST

/* A record that somebody moved to another browser's key. */
START_TEST(record_of_another_browser_is_missing)
{
    np_companion_t theirs =
        np_browsers_bring(kinds[_i], store_alice(kinds[_i]));
    const np_realm_t realm = np_browsers_realm(kinds[_i]);
    np_companion_t mine =
        np_browsers_bring(kinds[_i], np_browsers_cookie(&realm));

    apr_hash_set(np_life_fake->items, mine.id.storage_key,
                 APR_HASH_KEY_STRING,
                 apr_hash_get(np_life_fake->items, theirs.id.storage_key,
                              APR_HASH_KEY_STRING));
    ck_assert_int_eq(read_it(kinds[_i], &mine), APR_NOTFOUND);
    ck_assert_int_eq(read_it(kinds[_i], &theirs), APR_SUCCESS);
}
END_TEST

/* _i / KINDS is whether the record was read before. */
START_TEST(move_takes_the_record_along)
{
    const np_kind_e kind = kinds[_i % KINDS];
    const char *cookie = store_alice(kind);
    np_companion_t companion = np_browsers_bring(kind, cookie);
    const np_companion_t before = companion;

    if (_i / KINDS) {
        ck_assert_int_eq(read_it(kind, &companion), APR_SUCCESS);
    }
    ck_assert_int_eq(np_browsers_move(kind, &companion, LOGIN + 2 * DAY),
                     APR_SUCCESS);
    ck_assert_int_eq(np_life_fake->gets, 1);
    ck_assert_int_eq(np_life_fake->kept_until, LOGIN + 2 * DAY);
    ck_assert_str_ne(companion.text, cookie);
    ck_assert(!np_fake_has(np_life_fake, before.id.storage_key));
    ck_assert(np_fake_has(np_life_fake, companion.id.storage_key));
    ck_assert_int_eq(read_it(kind, &companion), APR_SUCCESS);
    companion = np_browsers_bring(kind, companion.text);
    ck_assert(companion.brought);
    ck_assert_int_eq(read_it(kind, &companion), APR_SUCCESS);
    ck_assert_str_eq((const char *)companion.browser.handle,
                     "0123456789abcde");
    ck_assert_int_eq(companion.browser.visitors[0].since, LOGIN);
}
END_TEST

START_TEST(move_of_nothing_is_a_new_id)
{
    const np_realm_t realm = np_browsers_realm(kinds[_i]);
    const char *cookie = np_browsers_cookie(&realm);
    np_companion_t companion = np_browsers_bring(kinds[_i], cookie);

    ck_assert_int_eq(np_browsers_move(kinds[_i], &companion, LOGIN + DAY),
                     APR_SUCCESS);
    ck_assert_str_ne(companion.text, cookie);
    ck_assert(companion.brought);
    ck_assert_int_eq(read_it(kinds[_i], &companion), APR_NOTFOUND);
    ck_assert_uint_eq(apr_hash_count(np_life_fake->items), 0);
    ck_assert_int_eq(np_life_fake->removes, 0);
}
END_TEST

static void answer_reads_only(np_fake_t *fake, const char *operation,
                              const char *key)
{
    fake->down = strcmp(operation, "get") != 0;
}

/* _i / KINDS is whether the store answers at least what it is asked first. */
START_TEST(move_without_a_store_changes_nothing)
{
    const np_kind_e kind = kinds[_i % KINDS];
    const char *cookie = store_alice(kind);
    np_companion_t companion = np_browsers_bring(kind, cookie);
    const np_companion_t before = companion;

    np_life_fake->down = true;
    np_life_fake->before = _i / KINDS ? answer_reads_only : NULL;
    ck_assert(np_store_unavailable(
        np_browsers_move(kind, &companion, LOGIN + 2 * DAY)));
    np_life_fake->before = NULL;
    np_life_fake->down = false;
    ck_assert_str_eq(companion.text, cookie);
    ck_assert_mem_eq(&companion.id, &before.id, sizeof before.id);
    ck_assert_uint_eq(apr_hash_count(np_life_fake->items), 1);
    ck_assert_int_eq(read_it(kind, &companion), APR_SUCCESS);
}
END_TEST

Suite *np_suite_companion(void)
{
    Suite *suite = suite_create("companion");
    TCase *tc = tcase_create("cookies");

    tcase_add_checked_fixture(tc, np_browsers_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, nothing_is_found_in_no_cookie, 0, KINDS);
    tcase_add_loop_test(tc, first_good_cookie_is_found, 0, KINDS);
    tcase_add_loop_test(tc, one_that_knows_the_user_is_preferred, 0, KINDS);
    tcase_add_loop_test(tc, cookies_of_others_are_not_brought, 0, KINDS);
    tcase_add_loop_test(tc, two_reads_are_one, 0, KINDS);
    tcase_add_loop_test(tc, two_reads_of_nothing_are_one, 0, KINDS);
    tcase_add_loop_test(tc, no_answer_stays_no_answer, 0, KINDS);
    tcase_add_loop_test(tc, damaged_record_is_missing, 0, KINDS);
    tcase_add_loop_test(tc, record_of_another_browser_is_missing, 0, KINDS);
    tcase_add_loop_test(tc, move_takes_the_record_along, 0, 2 * KINDS);
    tcase_add_loop_test(tc, move_of_nothing_is_a_new_id, 0, KINDS);
    tcase_add_loop_test(tc, move_without_a_store_changes_nothing, 0,
                        2 * KINDS);
    suite_add_tcase(suite, tc);
    return suite;
}
