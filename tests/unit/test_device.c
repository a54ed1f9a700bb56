/* SPDX-License-Identifier: Apache-2.0
 * Devices: who is new with them, who is known, and for how long. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "browsers.h"
#include "fixture.h"
#include "np_device.h"

#define DEVICE_LIFE (100 * DAY)

static const unsigned char no_handle[NP_HANDLE_LEN];

static np_companion_t bring(const char *cookie)
{
    return np_browsers_bring(NP_KIND_DEVICE, cookie);
}

static np_device_t recognize(np_companion_t *companion, const char *user,
                             apr_time_t now)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    np_device_t device;

    ck_assert_int_eq(np_device_recognize(&realm, companion, user, now,
                                         np_browsers_budget(), &device,
                                         np_pool),
                     APR_SUCCESS);
    return device;
}

static apr_status_t remember(np_companion_t *companion, const char *user,
                             apr_time_t now)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    return np_device_remember(&realm, companion, user, now,
                              np_browsers_budget(), np_pool);
}

static bool is_known_to(np_companion_t *companion, const char *user,
                        apr_time_t now)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    return np_device_is_known_to(&realm, companion, user, now);
}

/* Log a user in with the device of *cookie, or with a new one; *cookie becomes
 * what the browser has then. */
static np_device_t log_in(const char **cookie, const char *user,
                          apr_time_t now)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    np_companion_t companion = bring(*cookie);
    np_device_t device = recognize(&companion, user, now);

    if (!companion.brought) {
        ck_assert_int_eq(np_companion_mint(&realm, &companion), APR_SUCCESS);
    }
    ck_assert_int_eq(remember(&companion, user, now), APR_SUCCESS);
    *cookie = apr_pstrdup(np_pool, companion.text);
    return device;
}

START_TEST(browser_without_a_cookie_is_new)
{
    np_companion_t companion = bring(NULL);
    np_device_t device = recognize(&companion, "alice", LOGIN);

    ck_assert_int_eq(device.known, NP_DEVICE_NEW);
    ck_assert(!device.brought);
    ck_assert_mem_ne(device.handle, no_handle, NP_HANDLE_LEN);
    ck_assert_mem_eq(device.handle, companion.browser.handle, NP_HANDLE_LEN);
    ck_assert_int_eq(np_life_fake->gets, 0);
    ck_assert_int_eq(np_life_fake->puts, 0);
}
END_TEST

START_TEST(cookie_without_a_login_is_brought_and_new)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    const char *cookie = np_browsers_cookie(&realm);
    const char *given = cookie;
    np_device_t first = log_in(&cookie, "alice", LOGIN);

    ck_assert_int_eq(first.known, NP_DEVICE_NEW);
    ck_assert(first.brought);
    ck_assert_str_eq(cookie, given);
    ck_assert_int_eq(np_life_fake->kept_until, LOGIN + DEVICE_LIFE);
    np_device_t second = log_in(&cookie, "alice", LOGIN + DAY);
    ck_assert_int_eq(second.known, NP_DEVICE_KNOWN_USER);
    ck_assert_mem_eq(second.handle, first.handle, NP_HANDLE_LEN);
}
END_TEST

/* And it keeps its id and its handle. */
START_TEST(device_is_known_to_those_who_logged_in)
{
    const char *cookie = NULL;
    np_device_t first = log_in(&cookie, "alice", LOGIN);
    const char *given = cookie;

    np_device_t device = log_in(&cookie, "bob", LOGIN + DAY);
    ck_assert_int_eq(device.known, NP_DEVICE_KNOWN);
    ck_assert(device.brought);
    ck_assert_mem_eq(device.handle, first.handle, NP_HANDLE_LEN);
    device = log_in(&cookie, "alice", LOGIN + 2 * DAY);
    ck_assert_int_eq(device.known, NP_DEVICE_KNOWN_USER);
    device = log_in(&cookie, "bob", LOGIN + 3 * DAY);
    ck_assert_int_eq(device.known, NP_DEVICE_KNOWN_USER);
    ck_assert_mem_eq(device.handle, first.handle, NP_HANDLE_LEN);
    ck_assert_str_eq(cookie, given);
    ck_assert_uint_eq(apr_hash_count(np_life_fake->items), 1);
}
END_TEST

START_TEST(handle_stays_when_the_id_changes)
{
    const char *cookie = NULL;
    np_device_t first = log_in(&cookie, "alice", LOGIN);
    np_companion_t companion = bring(cookie);

    ck_assert_int_eq(np_browsers_move(NP_KIND_DEVICE, &companion,
                                      LOGIN + DEVICE_LIFE),
                     APR_SUCCESS);
    const char *moved = companion.text;
    ck_assert_str_ne(moved, cookie);
    np_device_t device = log_in(&moved, "alice", LOGIN + DAY);
    ck_assert_int_eq(device.known, NP_DEVICE_KNOWN_USER);
    ck_assert_mem_eq(device.handle, first.handle, NP_HANDLE_LEN);
    /* the old id is as good as none that was ever used */
    device = log_in(&cookie, "alice", LOGIN + DAY);
    ck_assert_int_eq(device.known, NP_DEVICE_NEW);
    ck_assert_mem_ne(device.handle, first.handle, NP_HANDLE_LEN);
}
END_TEST

/* Counted from the first login with it, whatever came later. _i - 1 is how far
 * from the limit it is, in microseconds. */
START_TEST(life_of_a_device_is_half_open)
{
    const char *cookie = NULL;
    np_device_t first = log_in(&cookie, "alice", LOGIN);
    const char *given = cookie;
    const apr_time_t at = LOGIN + DEVICE_LIFE + _i - 1;
    const bool lives = _i == 0;

    (void)log_in(&cookie, "alice", LOGIN + 99 * DAY);
    ck_assert_int_eq(np_life_fake->kept_until, LOGIN + DEVICE_LIFE);
    np_companion_t companion = bring(cookie);
    (void)recognize(&companion, "alice", LOGIN + 99 * DAY);
    ck_assert_int_eq(is_known_to(&companion, "alice", at), lives);
    np_device_t device = log_in(&cookie, "alice", at);
    ck_assert_int_eq(device.known,
                     lives ? NP_DEVICE_KNOWN_USER : NP_DEVICE_NEW);
    ck_assert_int_eq(device.brought, lives);
    ck_assert_int_eq(!memcmp(device.handle, first.handle, NP_HANDLE_LEN),
                     lives);
    ck_assert_int_eq(!strcmp(cookie, given), lives);
    ck_assert_int_eq(np_life_fake->kept_until,
                     (lives ? LOGIN : at) + DEVICE_LIFE);
}
END_TEST

START_TEST(store_without_answer_tells_nothing)
{
    const char *cookie = NULL;
    (void)log_in(&cookie, "alice", LOGIN);
    np_companion_t companion = bring(cookie);
    const int puts = np_life_fake->puts;

    np_life_fake->down = true;
    np_device_t device = recognize(&companion, "bob", LOGIN + DAY);
    ck_assert_int_eq(device.known, NP_DEVICE_UNTOLD);
    ck_assert(device.brought);
    ck_assert_mem_eq(device.handle, no_handle, NP_HANDLE_LEN);
    ck_assert(!is_known_to(&companion, "alice", LOGIN + DAY));
    /* nor is anything written when it answers again: it could have been read */
    np_life_fake->down = false;
    ck_assert(np_store_unavailable(remember(&companion, "bob", LOGIN + DAY)));
    ck_assert_int_eq(np_life_fake->puts, puts);
    companion = bring(cookie);
    device = recognize(&companion, "bob", LOGIN + DAY);
    ck_assert_int_eq(device.known, NP_DEVICE_KNOWN);
}
END_TEST

START_TEST(new_device_is_not_known_without_a_store)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    np_companion_t companion = bring(NULL);

    np_life_fake->down = true;
    np_device_t device = recognize(&companion, "alice", LOGIN);
    ck_assert_int_eq(device.known, NP_DEVICE_NEW);
    ck_assert_int_eq(np_companion_mint(&realm, &companion), APR_SUCCESS);
    ck_assert(np_store_unavailable(remember(&companion, "alice", LOGIN)));
    ck_assert_uint_eq(apr_hash_count(np_life_fake->items), 0);
    ck_assert(!is_known_to(&companion, "alice", LOGIN));
}
END_TEST

/* Nor is it written over: a newer server of the cluster may read it. */
START_TEST(damaged_record_is_not_believed)
{
    const char *cookie = NULL;
    np_device_t first = log_in(&cookie, "alice", LOGIN);
    np_companion_t companion = bring(cookie);

    np_fake_damage(np_life_fake, companion.id.storage_key);
    np_device_t device = recognize(&companion, "alice", LOGIN + DAY);
    ck_assert_int_eq(device.known, NP_DEVICE_NEW);
    ck_assert(device.brought);
    ck_assert_mem_ne(device.handle, first.handle, NP_HANDLE_LEN);
    ck_assert(!is_known_to(&companion, "alice", LOGIN + DAY));
    ck_assert_int_eq(remember(&companion, "alice", LOGIN + DAY), APR_EEXIST);
    np_fake_damage(np_life_fake, companion.id.storage_key);
    device = log_in(&cookie, "alice", LOGIN + DAY);
    ck_assert_int_eq(device.known, NP_DEVICE_KNOWN_USER);
}
END_TEST

START_TEST(cookies_of_others_are_not_brought)
{
    np_realm_t other = np_browsers_realm(NP_KIND_DEVICE);

    other.scope.tenant = "acme2";
    np_companion_t companion = bring(np_browsers_cookie(&other));
    ck_assert(!recognize(&companion, "alice", LOGIN).brought);
    other = np_browsers_realm(NP_KIND_MFA);
    companion = bring(np_browsers_cookie(&other));
    ck_assert(!recognize(&companion, "alice", LOGIN).brought);
    ck_assert_int_eq(np_life_fake->gets, 0);
}
END_TEST

START_TEST(record_is_read_once)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    const char *cookie = NULL;
    (void)log_in(&cookie, "alice", LOGIN);
    np_companion_t companion = bring(cookie);

    ck_assert(!is_known_to(&companion, "alice", LOGIN + 1));
    ck_assert_int_eq(np_life_fake->gets, 0);
    ck_assert_int_eq(np_companion_read(&realm, &companion,
                                       np_browsers_budget(), np_pool),
                     APR_SUCCESS);
    ck_assert(is_known_to(&companion, "alice", LOGIN + 1));
    ck_assert(!is_known_to(&companion, "bob", LOGIN + 1));
    np_device_t first = recognize(&companion, "alice", LOGIN + 1);
    np_device_t second = recognize(&companion, "alice", LOGIN + 1);
    ck_assert_int_eq(second.known, NP_DEVICE_KNOWN_USER);
    ck_assert_mem_eq(first.handle, second.handle, NP_HANDLE_LEN);
    ck_assert_int_eq(np_life_fake->gets, 1);
}
END_TEST

/* As if somebody moved it while the user logged in. */
START_TEST(removed_record_is_not_brought_back)
{
    const char *cookie = NULL;
    (void)log_in(&cookie, "alice", LOGIN);
    np_companion_t companion = bring(cookie);

    (void)recognize(&companion, "alice", LOGIN + 1);
    apr_hash_clear(np_life_fake->items);
    ck_assert_int_eq(remember(&companion, "alice", LOGIN + 1), APR_NOTFOUND);
    ck_assert_uint_eq(apr_hash_count(np_life_fake->items), 0);
}
END_TEST

START_TEST(end_of_a_long_life_does_not_overflow)
{
    const char *cookie = NULL;

    np_life_realm.rules.device_life = APR_INT64_MAX;
    (void)log_in(&cookie, "alice", LOGIN);
    ck_assert_int_eq(np_life_fake->kept_until, APR_INT64_MAX);
    ck_assert_int_eq(log_in(&cookie, "alice", LOGIN + 9999 * DAY).known,
                     NP_DEVICE_KNOWN_USER);
}
END_TEST

Suite *np_suite_device(void)
{
    Suite *suite = suite_create("device");
    TCase *tc = tcase_create("logins");

    tcase_add_checked_fixture(tc, np_browsers_set_up, np_pool_tear_down);
    tcase_add_test(tc, browser_without_a_cookie_is_new);
    tcase_add_test(tc, cookie_without_a_login_is_brought_and_new);
    tcase_add_test(tc, device_is_known_to_those_who_logged_in);
    tcase_add_test(tc, handle_stays_when_the_id_changes);
    tcase_add_loop_test(tc, life_of_a_device_is_half_open, 0, 3);
    tcase_add_test(tc, store_without_answer_tells_nothing);
    tcase_add_test(tc, new_device_is_not_known_without_a_store);
    tcase_add_test(tc, damaged_record_is_not_believed);
    tcase_add_test(tc, cookies_of_others_are_not_brought);
    tcase_add_test(tc, record_is_read_once);
    tcase_add_test(tc, removed_record_is_not_brought_back);
    tcase_add_test(tc, end_of_a_long_life_does_not_overflow);
    suite_add_tcase(suite, tc);
    return suite;
}
