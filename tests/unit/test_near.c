/* SPDX-License-Identifier: Apache-2.0
 * The memory of the near cache: what is believed, and until when. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "near.h"
#include "np_figures.h"

#define NOW     apr_time_from_sec(1700000000)
#define LONGEST apr_time_from_sec(10)

static np_near_t near;

static void set_up(void)
{
    np_pool_set_up();
    near = np_test_near(LONGEST);
}

static const char *key(int i)
{
    return apr_psprintf(np_pool, "s-%022d", i);
}

static void keep(const char *of_key, const char *value, apr_time_t now)
{
    np_near_keep(&near, of_key, np_near_mark(&near, of_key, now),
                 np_text(value));
}

/* "" for nothing. */
static const char *find(const char *of_key, apr_time_t now)
{
    np_bytes_t value;
    bool ask;

    return np_near_find(&near, of_key, now, &value, &ask, np_pool)
               ? apr_pstrmemdup(np_pool, (const char *)value.data, value.len)
               : "";
}

static bool asks(const char *of_key, apr_time_t now)
{
    np_bytes_t value;
    bool ask;

    ck_assert(np_near_find(&near, of_key, now, &value, &ask, np_pool));
    return ask;
}

/* --- what is believed ------------------------------------------------------- */

START_TEST(nothing_is_known_at_first)
{
    ck_assert_str_eq(find(key(1), NOW), "");
    ck_assert_str_eq(find(key(1), 0), "");
}
END_TEST

static const struct {
    apr_interval_time_t age;
    const char *found;
} ages[] = {
    { 0, "one" },
    { LONGEST - 1, "one" },
    { LONGEST, "" },
    { LONGEST + 1, "" },
    /* the clock was put back */
    { -LONGEST + 1, "one" },
    { -LONGEST, "" },
    { -NOW, "" },
};

START_TEST(believed_for_so_long)
{
    keep(key(1), "one", NOW);
    ck_assert_str_eq(find(key(1), NOW + ages[_i].age), ages[_i].found);
}
END_TEST

START_TEST(each_key_and_store_has_its_own)
{
    keep(key(1), "one", NOW);
    keep(key(2), "two", NOW);
    ck_assert_str_eq(find(key(1), NOW), "one");
    ck_assert_str_eq(find(key(2), NOW), "two");
    ck_assert_str_eq(find(key(3), NOW), "");
    near.store++;
    ck_assert_str_eq(find(key(1), NOW), "");
    keep(key(1), "elsewhere", NOW);
    ck_assert_str_eq(find(key(1), NOW), "elsewhere");
    near.store--;
    ck_assert_str_eq(find(key(1), NOW), "one");
    for (near.store = 100; near.store < 20000; near.store++) {
        ck_assert_str_eq(find(key(1), NOW), "");
    }
}
END_TEST

START_TEST(the_latest_counts)
{
    keep(key(1), "one", NOW);
    keep(key(1), "a longer one", NOW + LONGEST - 1);
    keep(key(1), "new", NOW + LONGEST);
    ck_assert_str_eq(find(key(1), NOW + 2 * LONGEST - 1), "new");
}
END_TEST

static const apr_size_t sizes[] = {
    0, 1, 7, 8, 9, NP_NEAR_ROOM - 1, NP_NEAR_ROOM, NP_NEAR_ROOM + 1,
    64 * 1024,
};

START_TEST(what_is_too_large_is_not_kept)
{
    const apr_size_t len = sizes[_i];
    char *text = apr_pcalloc(np_pool, len + 1);

    memset(text, 'x', len);
    keep(key(1), text, NOW);
    ck_assert_str_eq(find(key(1), NOW), len <= NP_NEAR_ROOM ? text : "");
}
END_TEST

/* --- changes ---------------------------------------------------------------- */

START_TEST(a_change_is_known_at_once)
{
    keep(key(1), "one", NOW);
    keep(key(2), "two", NOW);
    np_near_forget(near.table, key(1));
    ck_assert_str_eq(find(key(1), NOW), "");
    ck_assert_str_eq(find(key(2), NOW), "two");
    keep(key(1), "changed", NOW);
    ck_assert_str_eq(find(key(1), NOW), "changed");
}
END_TEST

START_TEST(a_change_is_known_for_all_stores)
{
    keep(key(1), "one", NOW);
    near.store++;
    keep(key(1), "other", NOW);
    np_near_forget(near.table, key(1));
    ck_assert_str_eq(find(key(1), NOW), "");
    near.store--;
    ck_assert_str_eq(find(key(1), NOW), "");
}
END_TEST

/* Who read before the change, and puts it down after it. */
START_TEST(what_was_read_before_a_change_is_over)
{
    const np_near_mark_t early = np_near_mark(&near, key(1), NOW);

    np_near_forget(near.table, key(1));
    np_near_keep(&near, key(1), early, np_text("old"));
    ck_assert_str_eq(find(key(1), NOW), "");
    keep(key(1), "new", NOW);
    np_near_keep(&near, key(1), early, np_text("old"));
    ck_assert_str_eq(find(key(1), NOW), "");
}
END_TEST

START_TEST(all_is_forgotten)
{
    const np_near_mark_t early = np_near_mark(&near, key(3), NOW);

    keep(key(1), "one", NOW);
    np_near_clear(near.table);
    np_near_keep(&near, key(3), early, np_text("three"));
    ck_assert_str_eq(find(key(1), NOW), "");
    ck_assert_str_eq(find(key(3), NOW), "");
}
END_TEST

/* --- asking again ----------------------------------------------------------- */

START_TEST(one_asks_when_half_the_time_is_over)
{
    keep(key(1), "one", NOW);
    ck_assert(!asks(key(1), NOW));
    ck_assert(!asks(key(1), NOW + LONGEST / 2 - 1));
    ck_assert(asks(key(1), NOW + LONGEST / 2));
    ck_assert(!asks(key(1), NOW + LONGEST / 2));
    ck_assert(!asks(key(1), NOW + LONGEST / 2 - 1));
    ck_assert(!asks(key(1), NOW + LONGEST * 3 / 4 - 1));
    ck_assert(asks(key(1), NOW + LONGEST * 3 / 4));
    ck_assert(!asks(key(1), NOW + LONGEST - 1));
}
END_TEST

START_TEST(nobody_asks_when_it_was_just_read)
{
    keep(key(1), "one", NOW);
    ck_assert(asks(key(1), NOW + LONGEST / 2));
    keep(key(1), "one", NOW + LONGEST / 2);
    ck_assert(!asks(key(1), NOW + LONGEST - 1));
    ck_assert(asks(key(1), NOW + LONGEST));
}
END_TEST

/* --- room ------------------------------------------------------------------- */

START_TEST(the_oldest_make_room)
{
    int found = 0;

    for (int i = 0; i < 2 * NP_NEAR_SLOTS; i++) {
        keep(key(i), key(i), NOW + i);
        ck_assert_str_eq(find(key(i), NOW + i), key(i));
    }
    for (int i = 0; i < 2 * NP_NEAR_SLOTS; i++) {
        const bool is_there = find(key(i), NOW + 2 * NP_NEAR_SLOTS)[0];
        found += is_there;
        ck_assert(is_there || i < 2 * NP_NEAR_SLOTS - NP_NEAR_SLOTS / 100);
    }
    ck_assert_int_le(found, NP_NEAR_SLOTS);
    ck_assert_int_gt(found, NP_NEAR_SLOTS * 3 / 4);
}
END_TEST

START_TEST(a_clock_that_was_ahead_takes_no_room_for_long)
{
    for (int i = 0; i < 4 * NP_NEAR_SLOTS; i++) {
        keep(key(i), "ahead", NOW + 3600 * APR_USEC_PER_SEC);
    }
    for (int i = 0; i < NP_NEAR_SLOTS / 8; i++) {
        keep(key(i), "back", NOW + i);
    }
    int found = 0;
    for (int i = 0; i < NP_NEAR_SLOTS / 8; i++) {
        found += !strcmp(find(key(i), NOW + NP_NEAR_SLOTS), "back");
    }
    ck_assert_int_gt(found, NP_NEAR_SLOTS / 8 - 20);
}
END_TEST

START_TEST(it_is_counted)
{
    void *memory = apr_pcalloc(np_pool, np_cells_size(NP_STORE_CELLS));

    np_near_count(&near, true);       /* nowhere */
    near.figures = np_cells_place(memory, NP_STORE_CELLS);
    np_near_count(&near, true);
    np_near_count(&near, true);
    np_near_count(&near, false);
    ck_assert_uint_eq(np_cells_sum(near.figures, NP_STORE_CELL_NEAR_HITS), 2);
    ck_assert_uint_eq(np_cells_sum(near.figures, NP_STORE_CELL_NEAR_MISSES),
                      1);
}
END_TEST

Suite *np_suite_near(void)
{
    Suite *suite = suite_create("near");
    TCase *tc = tcase_create("table");

    tcase_add_checked_fixture(tc, set_up, np_pool_tear_down);
    tcase_add_test(tc, nothing_is_known_at_first);
    tcase_add_loop_test(tc, believed_for_so_long, 0,
                        sizeof ages / sizeof ages[0]);
    tcase_add_test(tc, each_key_and_store_has_its_own);
    tcase_add_test(tc, the_latest_counts);
    tcase_add_loop_test(tc, what_is_too_large_is_not_kept, 0,
                        sizeof sizes / sizeof sizes[0]);
    tcase_add_test(tc, a_change_is_known_at_once);
    tcase_add_test(tc, a_change_is_known_for_all_stores);
    tcase_add_test(tc, what_was_read_before_a_change_is_over);
    tcase_add_test(tc, all_is_forgotten);
    tcase_add_test(tc, one_asks_when_half_the_time_is_over);
    tcase_add_test(tc, nobody_asks_when_it_was_just_read);
    tcase_add_test(tc, the_oldest_make_room);
    tcase_add_test(tc, a_clock_that_was_ahead_takes_no_room_for_long);
    tcase_add_test(tc, it_is_counted);
    suite_add_tcase(suite, tc);
    return suite;
}
