/* SPDX-License-Identifier: Apache-2.0
 * The keys whose removal a server missed: listed, told, and forgotten. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "cluster.h"
#include "fixture.h"

#define NOW apr_time_from_sec(1700000000)

static np_missed_t *list;

static void set_up(void)
{
    np_pool_set_up();
    list = apr_pcalloc(np_pool, sizeof *list);
}

static const char *key(int i)
{
    return apr_psprintf(np_pool, "s-%022d", i);
}

START_TEST(test_listed_from_its_moment_on)
{
    ck_assert(!np_missed_has(list, key(1), 1));
    ck_assert(np_missed_add(list, key(1), NOW));
    ck_assert(np_missed_add(list, key(1), NOW));
    ck_assert_int_eq(atomic_load(&list->count), 1);
    ck_assert(np_missed_has(list, key(1), NOW - 1));
    ck_assert(np_missed_has(list, key(1), NOW));
    ck_assert(!np_missed_has(list, key(1), NOW + 1));
    ck_assert(!np_missed_has(list, key(2), NOW));
}
END_TEST

START_TEST(test_lengths)
{
    const char *longest = "0123456789012345678901234567890";
    ck_assert_uint_eq(strlen(longest), NP_MISSED_KEY_MAX);
    ck_assert(np_missed_add(list, longest, NOW));
    ck_assert(np_missed_has(list, longest, NOW));
    ck_assert(!np_missed_add(list, apr_pstrcat(np_pool, longest, "1", NULL),
                             NOW));
    ck_assert(!np_missed_has(list, "", NOW));
}
END_TEST

START_TEST(test_full)
{
    int listed = 0;
    for (int i = 0; i < 2 * NP_MISSED_KEYS; i++) {
        const bool added = np_missed_add(list, key(i), NOW);
        listed += added;
        ck_assert_int_eq(added, np_missed_has(list, key(i), NOW));
    }
    ck_assert_int_eq(listed, atomic_load(&list->count));
    ck_assert_int_gt(listed, NP_MISSED_KEYS / 2);
    ck_assert_int_le(listed, NP_MISSED_KEYS);
}
END_TEST

START_TEST(test_half_full_has_room_for_all)
{
    for (int i = 0; i < NP_MISSED_KEYS / 2; i++) {
        ck_assert(np_missed_add(list, key(i), NOW));
    }
}
END_TEST

START_TEST(test_cleared_up_to_a_moment)
{
    ck_assert(np_missed_add(list, key(1), NOW));
    ck_assert(np_missed_add(list, key(2), NOW + 1));
    np_missed_clear(list, NOW);
    ck_assert(!np_missed_has(list, key(1), 1));
    ck_assert(np_missed_has(list, key(2), 1));
    ck_assert(np_missed_add(list, key(1), NOW));   /* from an old note */
    ck_assert(!np_missed_has(list, key(1), 1));
    ck_assert_int_eq(atomic_load(&list->count), 1);
}
END_TEST

/* Two machines with the servers 0 and 1. */
static np_trust_t *machines[2];
static const apr_uint64_t seeds[] = { 11, 12 };
static const np_trust_list_t names = { seeds, 2, 2 };

static void set_up_machines(void)
{
    set_up();
    for (int i = 0; i < 2; i++) {
        machines[i] = np_test_trust(2);
    }
}

static np_missed_t *removals(int machine, int server)
{
    return np_trust_keys(machines[machine], server, NP_MISS_REMOVAL);
}

static np_trust_news_t tell(int from, int to)
{
    return np_trust_merge(machines[to], &names,
                          np_trust_encode(machines[from], &names, np_pool),
                          NOW);
}

START_TEST(test_another_machine_lists_them_too)
{
    ck_assert(np_missed_add(removals(0, 1), key(1), NOW));
    const np_trust_news_t news = tell(0, 1);
    ck_assert(news.valid && news.same_list && !news.outdated);
    ck_assert(np_missed_has(removals(1, 1), key(1), NOW));
    ck_assert(!np_missed_has(removals(1, 0), key(1), NOW));
    ck_assert_int_eq(np_trust_missed(machines[1], 1, NP_MISS_REMOVAL), 0);
}
END_TEST

START_TEST(test_more_than_is_told)
{
    for (int i = 0; i < 600; i++) {
        ck_assert(np_missed_add(removals(0, 1), key(i), NOW));
    }
    ck_assert(tell(0, 1).valid);
    ck_assert_int_eq(np_trust_missed(machines[1], 1, NP_MISS_REMOVAL), NOW);
    ck_assert(tell(0, 0).valid);      /* but not to itself */
    ck_assert_int_eq(np_trust_missed(machines[0], 1, NP_MISS_REMOVAL), 0);
}
END_TEST

START_TEST(test_outdated)
{
    np_trust_announce(machines[1], 0, NP_MISS_WRITE, NOW);
    ck_assert(tell(0, 1).outdated);
    ck_assert(!tell(1, 0).outdated);
    ck_assert_int_eq(np_trust_missed(machines[0], 0, NP_MISS_WRITE), NOW);
    ck_assert_int_eq(np_trust_missed(machines[1], 0, NP_MISS_WRITE), 0);
    ck_assert(!tell(0, 1).outdated);
    ck_assert(np_missed_add(removals(1, 0), key(1), NOW));
    ck_assert(tell(0, 1).outdated);
}
END_TEST

START_TEST(test_a_clock_that_is_wrong)
{
    np_trust_raise(machines[0], 0, NP_MISS_WRITE, NOW + apr_time_from_sec(61));
    ck_assert(tell(0, 1).valid);
    ck_assert_int_eq(np_trust_missed(machines[1], 0, NP_MISS_WRITE),
                     NOW + apr_time_from_sec(60));
}
END_TEST

START_TEST(test_octets_that_are_none)
{
    ck_assert(np_missed_add(removals(0, 1), key(1), NOW));
    const np_bytes_t all = np_trust_encode(machines[0], &names, np_pool);
    for (apr_size_t len = 0; len < all.len; len++) {
        const np_bytes_t part = { all.data, len };
        const np_trust_news_t news =
            np_trust_merge(machines[1], &names, part, NOW);
        ck_assert(!news.valid || len == 25 || len == 25 + 26);
    }
}
END_TEST

Suite *np_suite_missed(void)
{
    Suite *suite = suite_create("missed");
    TCase *keys = tcase_create("keys");
    tcase_add_checked_fixture(keys, set_up, np_pool_tear_down);
    tcase_add_test(keys, test_listed_from_its_moment_on);
    tcase_add_test(keys, test_lengths);
    tcase_add_test(keys, test_full);
    tcase_add_test(keys, test_half_full_has_room_for_all);
    tcase_add_test(keys, test_cleared_up_to_a_moment);
    suite_add_tcase(suite, keys);
    TCase *told = tcase_create("told");
    tcase_add_checked_fixture(told, set_up_machines, np_pool_tear_down);
    tcase_add_test(told, test_another_machine_lists_them_too);
    tcase_add_test(told, test_more_than_is_told);
    tcase_add_test(told, test_outdated);
    tcase_add_test(told, test_a_clock_that_is_wrong);
    tcase_add_test(told, test_octets_that_are_none);
    suite_add_tcase(suite, told);
    return suite;
}
