/* SPDX-License-Identifier: Apache-2.0
 * A server that was late once misses nothing. */
#include "unit.h"

#include "cluster.h"
#include "fixture.h"

#define KEY NP_TEST_KEY

static void set_up(void)
{
    np_pool_set_up();
    np_test_cluster_begin(2, 2);
    ck_assert_int_eq(np_test_add(KEY, "v1"), APR_SUCCESS);
}

/* From here on it does not answer, until somebody waits once more for it. */
static void make_late(int server)
{
    np_test_servers[server]->down = true;
    np_test_servers[server]->waits = NP_TEST_PATIENCE;
    np_test_late[server] = true;
}

static void check_both(const char *key, const char *value)
{
    ck_assert_str_eq(np_test_raw(0, key), value);
    ck_assert_str_eq(np_test_raw(1, key), value);
    ck_assert_str_eq(np_test_get(key), value);
}

START_TEST(test_a_write_is_on_both)
{
    make_late(_i);
    ck_assert_int_eq(np_test_replace(KEY, "v2"), APR_SUCCESS);
    check_both(KEY, "v2");
    make_late(_i);
    ck_assert_int_eq(np_test_add("s-new", "n"), APR_SUCCESS);
    check_both("s-new", "n");
}
END_TEST

START_TEST(test_a_removal_is_on_both)
{
    make_late(_i);
    ck_assert_int_eq(np_test_remove(KEY), APR_SUCCESS);
    check_both(KEY, "");
}
END_TEST

/* The other one may fail right after that. */
START_TEST(test_nothing_depends_on_the_other_one)
{
    make_late(_i);
    ck_assert_int_eq(np_test_replace(KEY, "v2"), APR_SUCCESS);
    np_test_servers[!_i]->down = true;
    ck_assert_str_eq(np_test_get(KEY), "v2");
    np_test_servers[!_i]->down = false;
    np_test_wipe(!_i);
    ck_assert_str_eq(np_test_get(KEY), "v2");
}
END_TEST

START_TEST(test_one_of_two_is_waited_for)
{
    np_test_servers[!_i]->down = true;
    make_late(_i);
    ck_assert_str_eq(np_test_get(KEY), "v1");
    make_late(_i);
    ck_assert_int_eq(np_test_replace(KEY, "v2"), APR_SUCCESS);
    make_late(_i);
    ck_assert_int_eq(np_test_remove(KEY), APR_SUCCESS);
    ck_assert_str_eq(np_test_raw(_i, KEY), "");
}
END_TEST

/* A lock ends by itself soon. */
START_TEST(test_nobody_waits_for_a_lock)
{
    make_late(_i);
    ck_assert_int_eq(np_test_add("l-lock", "1"), APR_SUCCESS);
    ck_assert_int_eq(np_test_remove("l-lock"), APR_SUCCESS);
    ck_assert(np_test_servers[_i]->down);
}
END_TEST

/* Others have waited for it. */
START_TEST(test_nobody_else_waits)
{
    make_late(_i);
    np_test_servers[_i]->waits = NP_TEST_PATIENCE / 8;
    ck_assert_int_eq(np_test_replace(KEY, "v2"), APR_SUCCESS);
    ck_assert(np_test_servers[_i]->down);
}
END_TEST

START_TEST(test_one_that_stays_away)
{
    np_test_servers[_i]->down = true;
    ck_assert_int_eq(np_test_replace(KEY, "v2"), APR_SUCCESS);
    ck_assert_str_eq(np_test_raw(!_i, KEY), "v2");
    np_test_servers[!_i]->down = true;
    ck_assert_str_eq(np_test_get(KEY), "?");
    ck_assert(np_store_unavailable(np_test_replace(KEY, "v3")));
}
END_TEST

Suite *np_suite_copies_late(void)
{
    Suite *suite = suite_create("copies_late");
    TCase *tcase = tcase_create("copies_late");
    tcase_add_checked_fixture(tcase, set_up, np_pool_tear_down);
    tcase_add_loop_test(tcase, test_a_write_is_on_both, 0, 2);
    tcase_add_loop_test(tcase, test_a_removal_is_on_both, 0, 2);
    tcase_add_loop_test(tcase, test_nothing_depends_on_the_other_one, 0, 2);
    tcase_add_loop_test(tcase, test_one_of_two_is_waited_for, 0, 2);
    tcase_add_loop_test(tcase, test_nobody_waits_for_a_lock, 0, 2);
    tcase_add_loop_test(tcase, test_nobody_else_waits, 0, 2);
    tcase_add_loop_test(tcase, test_one_that_stays_away, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
