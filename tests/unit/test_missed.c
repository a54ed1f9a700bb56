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

/* Make up for an entry at a moment, whichever it is. */
static int make_up(apr_time_t now, apr_time_t before)
{
    char taken[NP_MISSED_KEY_MAX + 1];
    int count = 0;

    for (int i = 0; i < NP_MISSED_KEYS; i++) {
        if (np_missed_take(list, i, now, before, taken)) {
            np_missed_put_back(list, i, now, true);
            count++;
        }
    }
    return count;
}

START_TEST(test_lacks_until_it_is_made_up_for)
{
    ck_assert(!np_missed_lacks(list, key(1)));
    ck_assert(np_missed_add(list, key(1), NOW));
    ck_assert(np_missed_lacks(list, key(1)));
    ck_assert_int_eq(make_up(NOW + 1, 0), 1);
    ck_assert(!np_missed_lacks(list, key(1)));
    ck_assert_int_eq(make_up(NOW + 2, 0), 0);
    ck_assert_int_eq(make_up(NOW + 2, NOW), 0);
    ck_assert_int_eq(make_up(NOW + 2, NOW + 1), 1);
    ck_assert(np_missed_add(list, key(1), NOW + 3));   /* once more */
    ck_assert(np_missed_lacks(list, key(1)));
    ck_assert_int_eq(make_up(NOW + 4, 0), 1);
}
END_TEST

START_TEST(test_one_process_takes_it)
{
    const apr_time_t later = NOW + apr_time_from_sec(1);
    char taken[NP_MISSED_KEY_MAX + 1];
    int i = 0;

    ck_assert(np_missed_add(list, key(1), NOW));
    while (!np_missed_take(list, i, NOW, 0, taken)) {
        ck_assert_int_lt(++i, NP_MISSED_KEYS);
    }
    ck_assert_str_eq(taken, key(1));
    ck_assert(!np_missed_take(list, i, later - 1, later, taken));
    ck_assert(np_missed_lacks(list, key(1)));
    ck_assert(np_missed_take(list, i, later, 0, taken));   /* he died */
    np_missed_put_back(list, i, NOW, true);                /* or was slow */
    ck_assert(np_missed_lacks(list, key(1)));
    np_missed_put_back(list, i, later, false);
    ck_assert(np_missed_take(list, i, later + 1, 0, taken));
}
END_TEST

START_TEST(test_done_with_after_the_aftermath)
{
    const apr_interval_time_t aftermath = apr_time_from_sec(3);
    const apr_time_t end = NOW + aftermath;

    ck_assert(np_missed_add(list, key(1), NOW));
    ck_assert(np_missed_add(list, key(2), NOW + 1));
    np_missed_settle(list, end + aftermath, aftermath);
    ck_assert(np_missed_has(list, key(1), 1));         /* nobody did it */
    ck_assert_int_eq(make_up(end - 1, 0), 2);
    np_missed_settle(list, end, aftermath);
    ck_assert(np_missed_has(list, key(1), 1));
    ck_assert_int_eq(make_up(end, end), 2);
    np_missed_settle(list, end, aftermath);
    ck_assert(!np_missed_has(list, key(1), 1));
    ck_assert(np_missed_has(list, key(2), 1));
    ck_assert(np_missed_add(list, key(1), NOW));       /* from an old note */
    ck_assert(!np_missed_has(list, key(1), 1));
    ck_assert_int_eq(atomic_load(&list->count), 1);
}
END_TEST

START_TEST(test_trouble_begins_it_anew)
{
    const apr_interval_time_t aftermath = apr_time_from_sec(3);
    const apr_time_t trouble = NOW + aftermath;

    ck_assert(np_missed_add(list, key(1), NOW));
    np_missed_trouble(list, trouble);
    ck_assert_int_eq(make_up(trouble + aftermath - 1, 0), 1);
    np_missed_settle(list, trouble + aftermath, aftermath);
    ck_assert(np_missed_has(list, key(1), 1));
    /* what is kept is not taken for done with */
    ck_assert(np_missed_add(list, key(2), NOW));
    ck_assert(np_missed_has(list, key(2), 1));
    ck_assert_int_eq(make_up(trouble + aftermath, trouble + aftermath), 2);
    np_missed_settle(list, trouble + aftermath, aftermath);
    ck_assert_int_eq(atomic_load(&list->count), 0);
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
    tcase_add_test(keys, test_lacks_until_it_is_made_up_for);
    tcase_add_test(keys, test_one_process_takes_it);
    tcase_add_test(keys, test_done_with_after_the_aftermath);
    tcase_add_test(keys, test_trouble_begins_it_anew);
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
