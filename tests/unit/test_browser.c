/* SPDX-License-Identifier: Apache-2.0
 * A browser's record: it comes back as it went, and nothing else does; who is
 * remembered in it, and who makes room. */
#include "unit.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_browser.h"

#define LOGIN apr_time_from_sec(1700000000)

static np_browser_t sample(void)
{
    return (np_browser_t){
        .handle = "0123456789abcde",
        .created_at = LOGIN,
        .count = 2,
        .visitors = {
            { "alice \xc3\xa9", LOGIN + 1000000, LOGIN + 2000000 },
            { "bob", 0, APR_INT64_MAX },
        },
    };
}

/* A browser with users named "u0", "u1", ..., whom it saw in that order. */
static np_browser_t crowded(int count)
{
    np_browser_t browser = { .created_at = LOGIN };

    for (int i = 0; i < count; i++) {
        np_browser_remember(&browser, apr_psprintf(np_pool, "u%d", i), false,
                            LOGIN + i);
    }
    return browser;
}

static void assert_same(const np_browser_t *a, const np_browser_t *b)
{
    ck_assert_int_eq(a->created_at, b->created_at);
    ck_assert_mem_eq(a->handle, b->handle, NP_HANDLE_LEN);
    ck_assert_int_eq(a->count, b->count);
    for (int i = 0; i < a->count; i++) {
        ck_assert_str_eq(a->visitors[i].user, b->visitors[i].user);
        ck_assert_int_eq(a->visitors[i].since, b->visitors[i].since);
        ck_assert_int_eq(a->visitors[i].used_at, b->visitors[i].used_at);
    }
}

static np_bytes_t encode(const np_browser_t *browser)
{
    np_bytes_t bytes;
    ck_assert_int_eq(np_browser_encode(browser, &bytes, np_pool),
                     APR_SUCCESS);
    return bytes;
}

static apr_status_t decode(const unsigned char *octets, apr_size_t len)
{
    np_browser_t browser;
    return np_browser_decode((np_bytes_t){ octets, len }, &browser, np_pool);
}

/* --- the bytes ------------------------------------------------------------ */

/* _i is how many visitors there are. */
START_TEST(browser_comes_back_as_it_went)
{
    np_browser_t browser = crowded(_i);
    np_browser_t again;

    ck_assert_int_eq(np_browser_decode(encode(&browser), &again, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(again.count, _i);
    assert_same(&browser, &again);
}
END_TEST

START_TEST(texts_are_copied)
{
    np_browser_t browser = sample();
    np_bytes_t bytes = encode(&browser);
    unsigned char *copy = apr_pmemdup(np_pool, bytes.data, bytes.len);
    np_browser_t again;

    ck_assert_int_eq(np_browser_decode((np_bytes_t){ copy, bytes.len },
                                       &again, np_pool),
                     APR_SUCCESS);
    memset(copy, 'x', bytes.len);
    assert_same(&browser, &again);
}
END_TEST

/* Except where a visitor ends: that is a browser with fewer of them. */
START_TEST(every_shorter_browser_is_refused)
{
    np_browser_t browser = sample();
    np_bytes_t bytes = encode(&browser);

    for (apr_size_t len = 0; len < bytes.len; len++) {
        /* a copy of that length, so that a sanitizer sees what is read */
        unsigned char *copy = malloc(len ? len : 1);
        memcpy(copy, bytes.data, len);
        ck_assert_int_eq(decode(copy, len), len == 25 || len == 25 + 18 + 8
                                                ? APR_SUCCESS
                                                : APR_EINVAL);
        free(copy);
    }
}
END_TEST

/* One octet of a good browser, and what it must not become: version, moment,
 * the first visitor's two moments, his length, his name. */
static const struct {
    int offset;
    unsigned char value;
} faults[] = {
    { 0, 0 },     { 0, 2 },     { 1, 0x80 },  { 25, 0x80 }, { 33, 0x80 },
    { 41, 0xff }, { 42, 0 },    { 42, 7 },    { 42, 9 },    { 42, 0xff },
    { 43, 0 },    { 43, '\n' }, { 43, 0x1f }, { 43, 0x7f }, { 50, 0 },
};

START_TEST(faulty_octets_are_refused)
{
    np_browser_t browser = sample();
    np_bytes_t bytes = encode(&browser);
    unsigned char *copy = malloc(bytes.len);

    memcpy(copy, bytes.data, bytes.len);
    copy[faults[_i].offset] = faults[_i].value;
    ck_assert_int_eq(decode(copy, bytes.len), APR_EINVAL);
    free(copy);
}
END_TEST

START_TEST(seventeenth_visitor_is_refused)
{
    static const unsigned char visitor[] =
        "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\1v";
    const apr_size_t visitor_len = sizeof visitor - 1;
    np_browser_t browser = crowded(NP_BROWSER_MAX_USERS - 1);
    np_bytes_t bytes = encode(&browser);
    unsigned char *more = apr_palloc(np_pool, bytes.len + 2 * visitor_len);

    memcpy(more, bytes.data, bytes.len);
    memcpy(more + bytes.len, visitor, visitor_len);
    memcpy(more + bytes.len + visitor_len, visitor, visitor_len);
    ck_assert_int_eq(decode(more, bytes.len + visitor_len), APR_SUCCESS);
    ck_assert_int_eq(decode(more, bytes.len + 2 * visitor_len), APR_EINVAL);
}
END_TEST

START_TEST(refused_bytes_leave_no_trace)
{
    np_browser_t browser = sample();
    np_browser_t before = browser;
    np_browser_t other = crowded(3);
    np_bytes_t bytes = encode(&other);

    ck_assert_int_eq(np_browser_decode((np_bytes_t){ bytes.data,
                                                     bytes.len - 1 },
                                       &browser, np_pool),
                     APR_EINVAL);
    assert_same(&browser, &before);
    ck_assert_int_eq(np_browser_decode((np_bytes_t){ NULL, 0 }, &browser,
                                       np_pool),
                     APR_EINVAL);
    assert_same(&browser, &before);
}
END_TEST

/* What no reader would take must not be written either. */
static const char *const bad_users[] = {
    NULL, "", "a\nb", "\r", "a\x7f", "\x1b[m",
};

START_TEST(bad_users_are_not_written)
{
    np_browser_t browser = sample();
    np_bytes_t bytes;

    browser.visitors[1].user = bad_users[_i];
    ck_assert_int_eq(np_browser_encode(&browser, &bytes, np_pool),
                     APR_EINVAL);
}
END_TEST

static const struct {
    apr_size_t offset;
    apr_time_t moment;
} bad_moments[] = {
    { offsetof(np_browser_t, created_at), -1 },
    { offsetof(np_browser_t, visitors[1].since), -1 },
    { offsetof(np_browser_t, visitors[1].used_at), -1 },
};

START_TEST(bad_moments_are_not_written)
{
    np_browser_t browser = sample();
    np_bytes_t bytes;

    memcpy((char *)&browser + bad_moments[_i].offset, &bad_moments[_i].moment,
           sizeof bad_moments[_i].moment);
    ck_assert_int_eq(np_browser_encode(&browser, &bytes, np_pool),
                     APR_EINVAL);
}
END_TEST

START_TEST(bad_counts_are_not_written)
{
    np_browser_t browser = crowded(NP_BROWSER_MAX_USERS);
    np_bytes_t bytes;

    browser.count = NP_BROWSER_MAX_USERS + 1;
    ck_assert_int_eq(np_browser_encode(&browser, &bytes, np_pool),
                     APR_EINVAL);
    browser.count = -1;
    ck_assert_int_eq(np_browser_encode(&browser, &bytes, np_pool),
                     APR_EINVAL);
}
END_TEST

/* The largest browser there is, and one octet more; 64 KiB is what every store
 * takes. */
START_TEST(largest_browser_fits_a_store)
{
    char *name = apr_pcalloc(np_pool, NP_RECORD_MAX_TEXT + 2);
    np_browser_t browser = crowded(NP_BROWSER_MAX_USERS);
    np_browser_t again;

    memset(name, 'n', NP_RECORD_MAX_TEXT);
    for (int i = 0; i < browser.count; i++) {
        browser.visitors[i].user = name;
    }
    np_bytes_t bytes = encode(&browser);
    ck_assert_uint_eq(bytes.len, 25 + 16 * (18 + 1024));
    ck_assert_uint_le(bytes.len + NP_CRYPTO_SEAL_OVERHEAD, 64 * 1024);
    ck_assert_int_eq(np_browser_decode(bytes, &again, np_pool), APR_SUCCESS);
    assert_same(&browser, &again);
    name[NP_RECORD_MAX_TEXT] = 'n';
    ck_assert_int_eq(np_browser_encode(&browser, &bytes, np_pool),
                     APR_EINVAL);
}
END_TEST

/* Version 1 to the octet: servers of one cluster are not updated at once. */
START_TEST(format_stays_as_it_is)
{
    static const char expected[] =
        "\1" "\0\x06\x0a\x24\x18\x1e\x40\0" "0123456789abcde\0"
        "\0\x06\x0a\x24\x18\x2d\x82\x40" "\0\x06\x0a\x24\x18\x3c\xc4\x80"
        "\0\x08" "alice \xc3\xa9"
        "\0\0\0\0\0\0\0\0" "\x7f\xff\xff\xff\xff\xff\xff\xff" "\0\3" "bob";
    np_browser_t browser = sample();
    np_bytes_t bytes = encode(&browser);

    ck_assert_uint_eq(bytes.len, sizeof expected - 1);
    ck_assert_mem_eq(bytes.data, expected, bytes.len);
}
END_TEST

/* docs/record-format.md has these numbers. */
START_TEST(typical_browser_is_small)
{
    np_browser_t browser = { .created_at = LOGIN };

    np_browser_remember(&browser, "alice@example.com", false, LOGIN);
    ck_assert_uint_eq(encode(&browser).len, 60);
}
END_TEST

/* --- who is remembered ---------------------------------------------------- */

START_TEST(nobody_is_found_before)
{
    np_browser_t browser = { .count = 0 };

    ck_assert_ptr_null(np_browser_find(&browser, "alice"));
    browser = sample();
    ck_assert_ptr_null(np_browser_find(&browser, "alic"));
    ck_assert_ptr_null(np_browser_find(&browser, "Bob"));
    ck_assert_ptr_eq(np_browser_find(&browser, "bob"), &browser.visitors[1]);
}
END_TEST

/* _i is whether it is anew. */
START_TEST(known_one_is_refreshed)
{
    np_browser_t browser = crowded(2);
    np_visitor_t other = browser.visitors[1];

    np_browser_remember(&browser, "u0", _i, LOGIN + 100);
    ck_assert_int_eq(browser.count, 2);
    ck_assert_int_eq(browser.visitors[0].since, LOGIN + (_i ? 100 : 0));
    ck_assert_int_eq(browser.visitors[0].used_at, LOGIN + 100);
    ck_assert_int_eq(browser.visitors[1].since, other.since);
    ck_assert_int_eq(browser.visitors[1].used_at, other.used_at);
}
END_TEST

START_TEST(new_one_is_added)
{
    np_browser_t browser = crowded(2);

    np_browser_remember(&browser, "alice", false, LOGIN + 100);
    ck_assert_int_eq(browser.count, 3);
    np_visitor_t *alice = np_browser_find(&browser, "alice");
    ck_assert_ptr_nonnull(alice);
    ck_assert_int_eq(alice->since, LOGIN + 100);
    ck_assert_int_eq(alice->used_at, LOGIN + 100);
    ck_assert_int_eq(browser.created_at, LOGIN);
}
END_TEST

/* _i is who stayed away for longest. Others came first, but again later. */
START_TEST(one_who_stayed_away_makes_room)
{
    np_browser_t browser = crowded(NP_BROWSER_MAX_USERS);

    for (int i = 0; i < NP_BROWSER_MAX_USERS; i++) {
        if (i != _i) {
            np_browser_remember(&browser, apr_psprintf(np_pool, "u%d", i),
                                false, LOGIN + 100 - i);
        }
    }
    np_browser_remember(&browser, "alice", false, LOGIN + 200);
    ck_assert_int_eq(browser.count, NP_BROWSER_MAX_USERS);
    ck_assert_int_eq(np_browser_find(&browser, "alice")->since, LOGIN + 200);
    for (int i = 0; i < NP_BROWSER_MAX_USERS; i++) {
        const char *user = apr_psprintf(np_pool, "u%d", i);
        ck_assert_int_eq(np_browser_find(&browser, user) == NULL, i == _i);
    }
}
END_TEST

Suite *np_suite_browser(void)
{
    Suite *suite = suite_create("browser");
    TCase *tc = tcase_create("codec");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, browser_comes_back_as_it_went, 0,
                        NP_BROWSER_MAX_USERS + 1);
    tcase_add_test(tc, texts_are_copied);
    tcase_add_test(tc, every_shorter_browser_is_refused);
    tcase_add_loop_test(tc, faulty_octets_are_refused, 0,
                        sizeof faults / sizeof faults[0]);
    tcase_add_test(tc, seventeenth_visitor_is_refused);
    tcase_add_test(tc, refused_bytes_leave_no_trace);
    tcase_add_loop_test(tc, bad_users_are_not_written, 0,
                        sizeof bad_users / sizeof bad_users[0]);
    tcase_add_loop_test(tc, bad_moments_are_not_written, 0,
                        sizeof bad_moments / sizeof bad_moments[0]);
    tcase_add_test(tc, bad_counts_are_not_written);
    tcase_add_test(tc, largest_browser_fits_a_store);
    tcase_add_test(tc, format_stays_as_it_is);
    tcase_add_test(tc, typical_browser_is_small);
    suite_add_tcase(suite, tc);
    tc = tcase_create("visitors");
    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, nobody_is_found_before);
    tcase_add_loop_test(tc, known_one_is_refreshed, 0, 2);
    tcase_add_test(tc, new_one_is_added);
    tcase_add_loop_test(tc, one_who_stayed_away_makes_room, 0,
                        NP_BROWSER_MAX_USERS);
    suite_add_tcase(suite, tc);
    return suite;
}
