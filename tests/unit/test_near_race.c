/* SPDX-License-Identifier: Apache-2.0
 * The memory of the near cache while many use it, and when one is killed. */
#include "unit.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apr_strings.h"
#include "apr_thread_proc.h"

#include "fixture.h"
#include "near.h"

#define NOW     apr_time_from_sec(1700000000)
#define LONGEST apr_time_from_sec(10)
#define KEY     "s-0123456789abcdefghijkl"

static np_near_t near;

static void set_up(void)
{
    np_pool_set_up();
    near = np_test_near(LONGEST);
}

/* A value that shows what it is made of. */
static np_bytes_t repeat(char letter, apr_size_t len)
{
    unsigned char *octets = apr_palloc(np_pool, len);

    memset(octets, letter, len);
    return (np_bytes_t){ octets, len };
}

static void keep_at(np_bytes_t value, apr_time_t now)
{
    np_near_keep(&near, KEY, np_near_mark(&near, KEY, now), value);
}

static bool find_at(apr_time_t now, np_bytes_t *value)
{
    bool ask;
    return np_near_find(&near, KEY, now, value, &ask, np_pool);
}

static bool is(np_bytes_t value, char letter, apr_size_t len)
{
    return value.len == len
           && !memcmp(value.data, repeat(letter, len).data, len);
}

/* --- writers that stop in the middle ---------------------------------------- */

typedef struct np_picture_t {
    apr_uint64_t *words;
    apr_size_t count;
} np_picture_t;

static np_picture_t picture(void)
{
    return (np_picture_t){ apr_pmemdup(np_pool, near.table, np_near_size()),
                           np_near_size() / sizeof(apr_uint64_t) };
}

/* The words in which the table differs from a picture; at most @a room. */
static int differences(np_picture_t before, apr_size_t *at, int room)
{
    const apr_uint64_t *now = (apr_uint64_t *)near.table;
    int found = 0;

    for (apr_size_t i = 0; i < before.count; i++) {
        if (now[i] != before.words[i] && found < room) {
            at[found++] = i;
        }
    }
    return found;
}

START_TEST(one_bit_that_is_wrong_is_nothing)
{
    np_near_forget(near.table, KEY);  /* so that its generation is not 0 */
    const np_picture_t empty = picture();
    apr_uint64_t *words = (apr_uint64_t *)near.table;
    apr_size_t at[64];
    np_bytes_t value;

    keep_at(repeat('a', 100), NOW);
    const int count = differences(empty, at, 64);
    ck_assert_int_eq(count, 1 + 7 + 13);
    for (int i = 0; i < count; i++) {
        for (int bit = 0; bit < 64; bit++) {
            words[at[i]] ^= APR_UINT64_C(1) << bit;
            ck_assert(!find_at(NOW, &value));
            words[at[i]] ^= APR_UINT64_C(1) << bit;
        }
    }
    ck_assert(find_at(NOW, &value));
}
END_TEST

/* As many words are new as a writer had written who was killed then; or all but
 * so many, if another one was late. */
static void mix(const apr_size_t *at, int count, np_picture_t one,
                np_picture_t other, int how_many)
{
    apr_uint64_t *words = (apr_uint64_t *)near.table;

    for (int i = 0; i < count; i++) {
        words[at[i]] = (i < how_many ? one : other).words[at[i]];
    }
}

START_TEST(two_that_are_mixed_up_are_nothing)
{
    const apr_time_t later = NOW + 3 * LONGEST;
    const np_picture_t empty = picture();
    apr_size_t at[64];
    np_bytes_t value;

    keep_at(repeat('a', 100), NOW);
    const np_picture_t a = picture();
    keep_at(repeat('b', 80), later);
    const np_picture_t b = picture();
    const int count = differences(empty, at, 64);
    for (int i = 1; i < count; i++) {
        mix(at, count, a, b, i);
        ck_assert(!find_at(NOW, &value) || is(value, 'a', 100));
        ck_assert(!find_at(later, &value) || is(value, 'b', 80));
        mix(at, count, b, a, i);
        ck_assert(!find_at(NOW, &value) || is(value, 'a', 100));
        ck_assert(!find_at(later, &value) || is(value, 'b', 80));
        keep_at(repeat('c', 90), NOW);
        ck_assert(find_at(NOW, &value) && is(value, 'c', 90));
    }
}
END_TEST

/* What it knew came from before a change; it is late with writing that. Which
 * generation it is now, the first word that differs, nobody unsays. */
START_TEST(a_late_writer_does_not_make_old_values_new)
{
    const np_picture_t empty = picture();
    apr_size_t at[64];
    np_bytes_t value;

    keep_at(repeat('a', 100), NOW);
    const np_picture_t old = picture();
    np_near_forget(near.table, KEY);
    keep_at(repeat('b', 100), NOW);
    const np_picture_t new = picture();
    const int count = differences(empty, at, 64);
    ck_assert_uint_eq(new.words[at[0]], old.words[at[0]] + 1);
    for (int i = 1; i < count; i++) {
        mix(at + 1, count - 1, old, new, i);
        ck_assert(!find_at(NOW, &value));
        mix(at + 1, count - 1, new, old, i - 1);
        ck_assert(!find_at(NOW, &value));
    }
    mix(at + 1, count - 1, new, old, count - 1);
    ck_assert(find_at(NOW, &value) && is(value, 'b', 100));
}
END_TEST

static void write_for_ever(void)
{
    for (int i = 0;; i++) {
        keep_at(repeat((char)('a' + i % 26), 1 + (apr_size_t)i % NP_NEAR_ROOM),
                NOW);
        if (i % 1000 == 0) {
            apr_pool_clear(np_pool);
        }
    }
}

START_TEST(killed_writers_leave_no_trace)
{
    np_bytes_t value;

    for (int i = 0; i < 50; i++) {
        const pid_t pid = fork();
        if (pid == 0) {
            (void)apr_pool_create_unmanaged_ex(&np_pool, NULL, NULL);
            write_for_ever();
        }
        while (!find_at(NOW, &value)) {
        }
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
        ck_assert(!find_at(NOW, &value)
                  || is(value, (char)value.data[0], value.len));
        keep_at(repeat('!', 10), NOW);
        ck_assert(find_at(NOW, &value) && is(value, '!', 10));
        np_near_forget(near.table, KEY);
    }
}
END_TEST

/* --- all at once ------------------------------------------------------------ */

enum { THREADS = 6, KEYS = 3, TIMES = 30000 };

/* What is true: the version that a store would give, and the one of which
 * everybody has been told. */
static struct {
    _Atomic int stored;
    _Atomic int told;
} truth[KEYS];
static _Atomic int wrong;
static _Atomic int hits;

static const char *const keys[KEYS] = {
    "s-AAAAAAAAAAAAAAAAAAAAAA",
    "s-BBBBBBBBBBBBBBBBBBBBBB",
    "s-CCCCCCCCCCCCCCCCCCCCCC",
};

/* The number, over and over. */
static void write_version(apr_uint64_t *words, int count, int version)
{
    for (int i = 0; i < count; i++) {
        words[i] = (apr_uint64_t)version;
    }
}

static bool read_version(np_bytes_t value, apr_uint64_t *version)
{
    apr_uint64_t word;

    memcpy(version, value.data, sizeof *version);
    for (apr_size_t at = 0; at < value.len; at += sizeof word) {
        memcpy(&word, value.data + at, sizeof word);
        if (word != *version) {
            return false;
        }
    }
    return true;
}

static void change(int i)
{
    const int version = atomic_fetch_add(&truth[i].stored, 1) + 1;
    int told = atomic_load(&truth[i].told);

    np_near_forget(near.table, keys[i]);
    while (told < version
           && !atomic_compare_exchange_weak(&truth[i].told, &told, version)) {
    }
}

static void look(int i, apr_pool_t *p)
{
    const int told = atomic_load(&truth[i].told);
    np_bytes_t value;
    apr_uint64_t version;
    bool ask;

    if (np_near_find(&near, keys[i], NOW, &value, &ask, p)) {
        atomic_fetch_add(&hits, 1);
        if (!read_version(value, &version) || (int)version < told) {
            atomic_fetch_add(&wrong, 1);
        }
        return;
    }
    apr_uint64_t words[64];
    const np_near_mark_t mark = np_near_mark(&near, keys[i], NOW);
    const int found = atomic_load(&truth[i].stored);
    const int count = 1 + found % 64;
    write_version(words, count, found);
    np_near_keep(&near, keys[i], mark,
                 (np_bytes_t){ (unsigned char *)words,
                               (apr_size_t)count * sizeof *words });
}

static void *APR_THREAD_FUNC use(apr_thread_t *thread, void *data)
{
    unsigned seed = *(unsigned *)data;
    apr_pool_t *p;

    (void)apr_pool_create_unmanaged_ex(&p, NULL, NULL);
    for (int i = 0; i < TIMES; i++) {
        seed = seed * 1103515245U + 12345U;
        if (seed >> 16 & 31) {
            look((int)(seed >> 22) % KEYS, p);
        }
        else {
            change((int)(seed >> 22) % KEYS);
        }
        apr_pool_clear(p);
    }
    apr_pool_destroy(p);
    return NULL;
}

START_TEST(nobody_sees_what_was_before_a_change)
{
    apr_thread_t *threads[THREADS];
    unsigned seeds[THREADS];

    for (unsigned i = 0; i < THREADS; i++) {
        seeds[i] = i + 1;
        ck_assert_int_eq(apr_thread_create(&threads[i], NULL, use, &seeds[i],
                                           np_pool),
                         APR_SUCCESS);
    }
    for (int i = 0; i < THREADS; i++) {
        apr_status_t ended;
        (void)apr_thread_join(&ended, threads[i]);
    }
    ck_assert_int_eq(atomic_load(&wrong), 0);
    ck_assert_int_gt(atomic_load(&hits), THREADS * TIMES / 10);
}
END_TEST

Suite *np_suite_near_race(void)
{
    Suite *suite = suite_create("near_race");
    TCase *tc = tcase_create("race");

    tcase_add_checked_fixture(tc, set_up, np_pool_tear_down);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, one_bit_that_is_wrong_is_nothing);
    tcase_add_test(tc, two_that_are_mixed_up_are_nothing);
    tcase_add_test(tc, a_late_writer_does_not_make_old_values_new);
    tcase_add_test(tc, killed_writers_leave_no_trace);
    tcase_add_test(tc, nobody_sees_what_was_before_a_change);
    suite_add_tcase(suite, tc);
    return suite;
}
