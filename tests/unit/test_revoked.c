/* SPDX-License-Identifier: Apache-2.0
 * Users all of whose sessions were ended: the table, and what it tells others. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"
#include "apr_thread_proc.h"

#include "fixture.h"
#include "life.h"
#include "np_number.h"
#include "np_revoked.h"

#define NOW (LOGIN + MINUTE)
#define YEAR (365 * 24 * 60 * MINUTE)
#define ENTRY_LEN 24

static np_revoked_t *table(void)
{
    return np_revoked_begin(apr_pcalloc(np_pool, NP_REVOKED_SIZE));
}

static const unsigned char *name(int n)
{
    unsigned char *made = apr_pcalloc(np_pool, NP_NAME_LEN);
    (void)np_number_write(made + NP_NAME_LEN - 8, n, 8);
    return made;
}

static void put_in(np_revoked_t *t, int n, apr_time_t until)
{
    ck_assert_int_eq(np_revoked_raise(t, name(n), until, NOW), APR_SUCCESS);
}

static np_revoked_t *crowd(int count)
{
    np_revoked_t *t = table();

    for (int i = 0; i < count; i++) {
        put_in(t, i, LOGIN);
    }
    return t;
}

/* --- the table ------------------------------------------------------------- */

START_TEST(nobody_is_in_a_new_table)
{
    np_revoked_t *t = table();

    ck_assert(np_revoked_is_empty(t));
    ck_assert_int_eq(np_revoked_until(t, name(0)), 0);
    put_in(t, 1, LOGIN);
    ck_assert(!np_revoked_is_empty(t));
    ck_assert_int_eq(np_revoked_until(t, name(0)), 0);
    ck_assert_int_eq(np_revoked_until(t, name(1)), LOGIN);
}
END_TEST

START_TEST(later_moment_stays)
{
    np_revoked_t *t = table();

    put_in(t, 1, LOGIN);
    put_in(t, 1, LOGIN - 1);
    ck_assert_int_eq(np_revoked_until(t, name(1)), LOGIN);
    put_in(t, 1, LOGIN + 1);
    ck_assert_int_eq(np_revoked_until(t, name(1)), LOGIN + 1);
}
END_TEST

START_TEST(full_table_is_an_error)
{
    np_revoked_t *t = crowd(NP_REVOKED_MAX - 1);
    np_bytes_t octets;

    put_in(t, 5000, LOGIN);
    ck_assert_int_eq(np_revoked_raise(t, name(5001), LOGIN, NOW), APR_ENOSPC);
    ck_assert_int_eq(np_revoked_plan(t, name(5001), LOGIN, NOW, &octets,
                                     np_pool),
                     APR_ENOSPC);
    ck_assert_int_eq(np_revoked_until(t, name(5001)), 0);
    put_in(t, 5000, LOGIN + 1);        /* who is in it may still be raised */
    ck_assert_int_eq(np_revoked_plan(t, name(5000), LOGIN + 2, NOW, &octets,
                                     np_pool),
                     APR_SUCCESS);
}
END_TEST

/* When no session can be left the place is another's. */
START_TEST(place_is_free_after_the_longest_session)
{
    np_revoked_t *t = crowd(NP_REVOKED_MAX);
    const apr_time_t end = LOGIN + YEAR + NP_POLICY_SKEW;

    ck_assert_int_eq(np_revoked_raise(t, name(5001), end, end), APR_ENOSPC);
    ck_assert_uint_gt(np_revoked_encode(t, end, np_pool).len, 0);
    ck_assert_int_eq(np_revoked_raise(t, name(5001), end, end + 1),
                     APR_SUCCESS);
    ck_assert_int_eq(np_revoked_until(t, name(5001)), end);
    ck_assert_int_eq(np_revoked_until(t, name(0)), 0);
    ck_assert_uint_eq(np_revoked_encode(t, end + 1, np_pool).len,
                      1 + ENTRY_LEN);
}
END_TEST

/* Threads raise the same users to different moments; others read meanwhile. */
#define THREADS 4
#define USERS 50
#define ROUNDS 200

static void *APR_THREAD_FUNC raise_all(apr_thread_t *thread, void *data)
{
    np_revoked_t *t = data;
    unsigned char octets[NP_NAME_LEN] = { 0 };

    for (int round = 1; round <= ROUNDS; round++) {
        for (int n = 0; n < USERS; n++) {
            (void)np_number_write(octets + NP_NAME_LEN - 8, n, 8);
            if (np_revoked_raise(t, octets, LOGIN + round, NOW) != APR_SUCCESS
                || np_revoked_until(t, octets) < LOGIN + round) {
                abort();
            }
        }
    }
    return NULL;
}

START_TEST(threads_lose_nothing)
{
    np_revoked_t *t = table();
    apr_thread_t *threads[THREADS];
    apr_status_t ended;

    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(apr_thread_create(&threads[i], NULL, raise_all, t,
                                           np_pool),
                         APR_SUCCESS);
    }
    for (int i = 0; i < THREADS; i++) {
        (void)apr_thread_join(&ended, threads[i]);
    }
    for (int n = 0; n < USERS; n++) {
        ck_assert_int_eq(np_revoked_until(t, name(n)), LOGIN + ROUNDS);
    }
}
END_TEST

/* --- octets ---------------------------------------------------------------- */

START_TEST(octets_are_these)
{
    static const unsigned char octets[] =
        "\1"
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\7"
        "\x00\x06\x0a\x24\x18\x1e\x40\x00";
    np_revoked_t *t = table();

    ck_assert_uint_eq(np_revoked_encode(t, NOW, np_pool).len, 0);
    put_in(t, 7, LOGIN);
    const np_bytes_t bytes = np_revoked_encode(t, NOW, np_pool);
    ck_assert_uint_eq(bytes.len, sizeof octets - 1);
    ck_assert_mem_eq(bytes.data, octets, bytes.len);
}
END_TEST

START_TEST(tables_are_united)
{
    np_revoked_t *a = table();
    np_revoked_t *b = table();

    put_in(a, 1, LOGIN);
    put_in(a, 2, LOGIN + 5);
    put_in(b, 2, LOGIN);
    put_in(b, 3, LOGIN);
    np_revoked_news_t news =
        np_revoked_merge(b, np_revoked_encode(a, NOW, np_pool), NOW);
    ck_assert(news.valid && news.newer && news.outdated && !news.full);
    ck_assert_int_eq(np_revoked_until(b, name(1)), LOGIN);
    ck_assert_int_eq(np_revoked_until(b, name(2)), LOGIN + 5);
    ck_assert_int_eq(np_revoked_until(b, name(3)), LOGIN);
    news = np_revoked_merge(a, np_revoked_encode(b, NOW, np_pool), NOW);
    ck_assert(news.valid && news.newer && !news.outdated);
    news = np_revoked_merge(b, np_revoked_encode(a, NOW, np_pool), NOW);
    ck_assert(news.valid && !news.newer && !news.outdated);
}
END_TEST

START_TEST(earlier_moment_is_outdated)
{
    np_revoked_t *a = table();
    np_revoked_t *b = table();

    put_in(a, 1, LOGIN);
    put_in(b, 1, LOGIN + 1);
    np_revoked_news_t news =
        np_revoked_merge(b, np_revoked_encode(a, NOW, np_pool), NOW);
    ck_assert(news.valid && !news.newer && news.outdated);
    ck_assert_int_eq(np_revoked_until(b, name(1)), LOGIN + 1);
}
END_TEST

START_TEST(broken_clock_does_not_lock_out)
{
    np_revoked_t *a = table();
    np_revoked_t *b = table();

    put_in(a, 1, NOW + YEAR);
    np_revoked_news_t news =
        np_revoked_merge(b, np_revoked_encode(a, NOW, np_pool), NOW);
    ck_assert(news.valid && !news.outdated);
    ck_assert_int_eq(np_revoked_until(b, name(1)), NOW + NP_POLICY_SKEW);
}
END_TEST

START_TEST(too_many_are_told)
{
    np_revoked_t *a = table();
    np_revoked_t *b = crowd(NP_REVOKED_MAX);

    put_in(a, 5000, LOGIN);
    ck_assert(np_revoked_merge(b, np_revoked_encode(a, NOW, np_pool), NOW)
                  .full);
}
END_TEST

START_TEST(nonsense_says_nothing)
{
    np_revoked_t *a = crowd(2);
    np_revoked_t *b = table();
    const np_bytes_t bytes = np_revoked_encode(a, NOW, np_pool);
    unsigned char *octets = apr_pmemdup(np_pool, bytes.data, bytes.len);

    for (apr_size_t len = 0; len < bytes.len; len++) {
        ck_assert(np_revoked_merge(table(), (np_bytes_t){ octets, len }, NOW)
                      .valid
                  == (len % ENTRY_LEN == 1));
    }
    octets[0] = 2;
    ck_assert(
        !np_revoked_merge(b, (np_bytes_t){ octets, bytes.len }, NOW).valid);
    ck_assert(np_revoked_is_empty(b));
}
END_TEST

/* Made before it is done: the same octets. */
START_TEST(plan_is_what_comes_of_it)
{
    np_revoked_t *t = crowd(3);
    np_bytes_t planned;

    for (int n = 2; n < 4; n++) {     /* one who is there, and one who is not */
        ck_assert_int_eq(np_revoked_plan(t, name(n), LOGIN + 9, NOW, &planned,
                                         np_pool),
                         APR_SUCCESS);
        ck_assert_int_ne(np_revoked_until(t, name(n)), LOGIN + 9);
        put_in(t, n, LOGIN + 9);
        const np_bytes_t now = np_revoked_encode(t, NOW, np_pool);
        ck_assert_uint_eq(planned.len, now.len);
        ck_assert_mem_eq(planned.data, now.data, now.len);
    }
}
END_TEST

Suite *np_suite_revoked(void)
{
    Suite *suite = suite_create("revoked");
    TCase *tc = tcase_create("table");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, nobody_is_in_a_new_table);
    tcase_add_test(tc, later_moment_stays);
    tcase_add_test(tc, full_table_is_an_error);
    tcase_add_test(tc, place_is_free_after_the_longest_session);
    tcase_add_test(tc, threads_lose_nothing);
    suite_add_tcase(suite, tc);
    tc = tcase_create("octets");
    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, octets_are_these);
    tcase_add_test(tc, tables_are_united);
    tcase_add_test(tc, earlier_moment_is_outdated);
    tcase_add_test(tc, broken_clock_does_not_lock_out);
    tcase_add_test(tc, too_many_are_told);
    tcase_add_test(tc, nonsense_says_nothing);
    tcase_add_test(tc, plan_is_what_comes_of_it);
    suite_add_tcase(suite, tc);
    return suite;
}
