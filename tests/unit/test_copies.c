/* SPDX-License-Identifier: Apache-2.0
 * Copies on several servers: any one may go, and nothing dead comes back. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "cluster.h"
#include "fixture.h"
#include "np_keeper.h"
#include "np_marks.h"

#define A 0
#define B 1
#define KEY NP_TEST_KEY

/* Longer than any server is in doubt after it has missed something. */
#define WHILE apr_time_from_sec(10)

static void set_up(void)
{
    np_pool_set_up();
    np_test_cluster_begin(2, 2);
}

static int operations(int server)
{
    const np_fake_t *fake = np_test_servers[server];
    return fake->gets + fake->puts + fake->removes;
}

static void down(int server, bool is_down)
{
    np_test_servers[server]->down = is_down;
}

static void begin_session(void)
{
    ck_assert_int_eq(np_test_add(KEY, "v1"), APR_SUCCESS);
    np_test_cluster_wait(WHILE);
}

START_TEST(test_both_have_it_and_one_is_asked)
{
    begin_session();
    ck_assert_str_eq(np_test_raw(A, KEY), "v1");
    ck_assert_str_eq(np_test_raw(B, KEY), "v1");
    const int before_a = operations(A);
    const int before_b = operations(B);
    ck_assert_str_eq(np_test_get(KEY), "v1");
    ck_assert_int_eq(operations(A), before_a + 1);
    ck_assert_int_eq(operations(B), before_b);
}
END_TEST

START_TEST(test_either_may_be_down)
{
    begin_session();
    down(_i, true);
    ck_assert_str_eq(np_test_get(KEY), "v1");
    ck_assert_int_eq(np_test_replace(KEY, "v2"), APR_SUCCESS);
    ck_assert_str_eq(np_test_get(KEY), "v2");
    ck_assert_int_eq(np_test_add(KEY, "v3"), APR_EEXIST);
    ck_assert_int_eq(np_test_add("s-other", "o"), APR_SUCCESS);
    ck_assert_int_eq(np_test_remove(KEY), APR_SUCCESS);
    ck_assert_str_eq(np_test_get(KEY), "");
    ck_assert_str_eq(np_test_get("s-other"), "o");
}
END_TEST

START_TEST(test_both_down_is_not_known)
{
    begin_session();
    down(A, true);
    down(B, true);
    ck_assert_str_eq(np_test_get(KEY), "?");
    ck_assert(np_store_unavailable(np_test_replace(KEY, "v2")));
    ck_assert(np_store_unavailable(np_test_add("s-other", "o")));
    ck_assert(np_store_unavailable(np_test_remove(KEY)));
    down(A, false);
    down(B, false);
    ck_assert_str_eq(np_test_get(KEY), "v1");
}
END_TEST

START_TEST(test_a_wiped_server_is_filled_again)
{
    begin_session();
    np_test_wipe(_i);
    np_test_visit_all();
    np_test_cluster_wait(WHILE);
    ck_assert_str_eq(np_test_get(KEY), "v1");
    ck_assert_str_eq(np_test_raw(_i, KEY), "v1");
    np_test_wipe(!_i);                /* and now the other one */
    np_test_visit_all();
    np_test_cluster_wait(WHILE);
    ck_assert_str_eq(np_test_get(KEY), "v1");
    ck_assert_str_eq(np_test_raw(!_i, KEY), "v1");
}
END_TEST

START_TEST(test_a_write_fills_what_was_lost)
{
    begin_session();
    np_test_wipe(_i);
    ck_assert_int_eq(np_test_replace(KEY, "v2"), APR_SUCCESS);
    ck_assert_str_eq(np_test_raw(A, KEY), "v2");
    ck_assert_str_eq(np_test_raw(B, KEY), "v2");
}
END_TEST

START_TEST(test_one_that_missed_a_write_is_not_used_first)
{
    begin_session();
    down(_i, true);
    ck_assert_int_eq(np_test_replace(KEY, "v2"), APR_SUCCESS);
    np_test_cluster_wait(WHILE);
    down(_i, false);
    ck_assert_str_eq(np_test_get(KEY), "v2");
    ck_assert_str_eq(np_test_raw(_i, KEY), "v2");
    down(!_i, true);
    ck_assert_str_eq(np_test_get(KEY), "v2");
}
END_TEST

START_TEST(test_one_that_missed_the_end_does_not_revive)
{
    begin_session();
    down(_i, true);
    ck_assert_int_eq(np_test_remove(KEY), APR_SUCCESS);
    down(_i, false);
    ck_assert_str_eq(np_test_raw(_i, KEY), "v1");
    ck_assert_str_eq(np_test_get(KEY), "");
    ck_assert_str_eq(np_test_raw(_i, KEY), "");
}
END_TEST

START_TEST(test_it_is_not_believed_alone)
{
    begin_session();
    ck_assert_int_eq(np_test_add("s-live", "v1"), APR_SUCCESS);
    down(_i, true);
    ck_assert_int_eq(np_test_remove(KEY), APR_SUCCESS);
    np_test_cluster_wait(WHILE);
    down(_i, false);
    down(!_i, true);
    ck_assert_str_eq(np_test_get(KEY), "?");
    ck_assert_str_eq(np_test_get("s-live"), "v1");
}
END_TEST

/* More than can be listed: what has a name that is too long. */
static void remove_many(void)
{
    ck_assert_int_eq(np_test_remove("s-a-key-that-no-list-has-any-room-for"),
                     APR_SUCCESS);
}

START_TEST(test_nothing_is_believed_of_one_that_missed_many)
{
    ck_assert_int_eq(np_test_add("s-0", "o"), APR_SUCCESS);
    begin_session();
    down(_i, true);
    ck_assert_int_eq(np_test_remove("s-0"), APR_SUCCESS);
    remove_many();
    np_test_cluster_wait(WHILE);
    down(_i, false);
    down(!_i, true);
    ck_assert_str_eq(np_test_get(KEY), "?");
    down(!_i, false);
    ck_assert_str_eq(np_test_get(KEY), "v1");
    down(!_i, true);                  /* renewed from the other one */
    ck_assert_str_eq(np_test_get(KEY), "v1");
    ck_assert_str_eq(np_test_get("s-0"), "?");
}
END_TEST

static bool make_up(int server, np_miss_e miss)
{
    return np_keeper_make_up(&np_test_cluster, server, miss, np_pool);
}

static void forget(int server)
{
    for (unsigned miss = 0; miss < NP_MISSES; miss++) {
        np_missed_settle(np_trust_keys(np_test_cluster.trust, server, miss),
                         np_test_now, 0);
    }
}

START_TEST(test_what_was_missed_is_made_up_for)
{
    begin_session();
    ck_assert_int_eq(np_test_add("s-live", "v1"), APR_SUCCESS);
    down(_i, true);
    ck_assert_int_eq(np_test_remove(KEY), APR_SUCCESS);
    ck_assert_int_eq(np_test_replace("s-live", "v2"), APR_SUCCESS);
    ck_assert_int_eq(np_test_add("s-new", "n"), APR_SUCCESS);
    ck_assert(!make_up(_i, NP_MISS_REMOVAL));
    down(_i, false);
    ck_assert(make_up(_i, NP_MISS_REMOVAL));
    ck_assert(make_up(_i, NP_MISS_WRITE));
    ck_assert_str_eq(np_test_raw(_i, KEY), "");
    ck_assert_str_eq(np_test_raw(_i, "s-live"), "v2");
    ck_assert_str_eq(np_test_raw(_i, "s-new"), "n");
    forget(_i);
    down(!_i, true);
    ck_assert_str_eq(np_test_get(KEY), "");
    down(!_i, false);
    np_test_cluster_wait(WHILE);
    ck_assert_int_eq(np_test_add(KEY, "v2"), APR_SUCCESS);
    down(!_i, true);
    ck_assert_str_eq(np_test_get(KEY), "v2");
}
END_TEST

START_TEST(test_another_machine_learns_of_it)
{
    begin_session();
    down(_i, true);
    ck_assert_int_eq(np_test_remove(KEY), APR_SUCCESS);
    np_test_cluster_wait(WHILE);
    down(_i, false);
    np_test_cluster_restart(2, 2);
    ck_assert_str_eq(np_test_get(KEY), "");
}
END_TEST

/* Nobody has visited it since it lost what it had. */
START_TEST(test_one_that_has_just_forgotten_knows_nothing)
{
    begin_session();
    np_test_visit_all();
    np_test_wipe(_i);
    down(!_i, true);
    ck_assert_str_eq(np_test_get(KEY), "?");
    down(!_i, false);
    ck_assert_str_eq(np_test_get(KEY), "v1");
    ck_assert_str_eq(np_test_raw(_i, KEY), "v1");
}
END_TEST

START_TEST(test_it_says_itself_that_it_was_away)
{
    begin_session();
    down(_i, true);
    ck_assert_int_eq(np_test_remove(KEY), APR_SUCCESS);
    np_test_cluster_wait(WHILE);
    down(_i, false);
    np_test_visit_all();
    np_test_cluster_restart(2, 2);
    down(!_i, true);
    ck_assert_str_eq(np_test_get(KEY), "?");
}
END_TEST

START_TEST(test_one_that_missed_the_beginning_gets_it)
{
    down(_i, true);
    begin_session();
    down(_i, false);
    ck_assert_str_eq(np_test_get(KEY), "v1");
    down(!_i, true);
    ck_assert_str_eq(np_test_get(KEY), "v1");
}
END_TEST

START_TEST(test_what_all_have_is_true_whatever_they_missed)
{
    begin_session();
    for (int i = 0; i < 2; i++) {
        down(i, true);
        remove_many();
        down(i, false);
    }
    np_test_cluster_wait(WHILE);
    ck_assert_str_eq(np_test_get(KEY), "v1");
    down(_i, true);                   /* and it has been settled */
    ck_assert_str_eq(np_test_get(KEY), "v1");
}
END_TEST

static void refuse_notes(np_fake_t *fake, const char *operation,
                         const char *key)
{
    (void)operation;
    fake->down = !strcmp(key, NP_MARKS_KEY);
}

START_TEST(test_an_end_that_nobody_can_be_told_of_fails)
{
    begin_session();
    down(A, true);
    np_test_servers[B]->before = refuse_notes;
    ck_assert(np_store_unavailable(np_test_remove(KEY)));
}
END_TEST

START_TEST(test_the_first_that_answers_decides_an_add)
{
    down(A, true);
    ck_assert_int_eq(np_test_add(KEY, "one"), APR_SUCCESS);
    down(A, false);
    ck_assert_int_eq(np_test_add(KEY, "two"), APR_EEXIST);
    ck_assert_str_eq(np_test_raw(A, KEY), "one");
    ck_assert_str_eq(np_test_get(KEY), "one");
}
END_TEST

START_TEST(test_a_forgotten_lock_is_in_nobodys_way)
{
    ck_assert_int_eq(np_test_add(KEY, "lock"), APR_SUCCESS);
    np_test_cluster_wait(WHILE);
    down(_i, true);
    ck_assert_int_eq(np_test_remove(KEY), APR_SUCCESS);
    np_test_cluster_wait(WHILE);
    down(_i, false);
    ck_assert_int_eq(np_test_add(KEY, "mine"), APR_SUCCESS);
    ck_assert_str_eq(np_test_raw(A, KEY), "mine");
    ck_assert_str_eq(np_test_raw(B, KEY), "mine");
}
END_TEST

START_TEST(test_a_lock_that_was_released_elsewhere)
{
    ck_assert_int_eq(np_test_add("l-key", "lock"), APR_SUCCESS);
    down(_i, true);
    ck_assert_int_eq(np_test_remove("l-key"), APR_SUCCESS);
    down(_i, false);
    np_test_now++;
    ck_assert_int_eq(np_test_add("l-key", "mine"), APR_SUCCESS);
    ck_assert_str_eq(np_test_get("l-key"), "mine");
}
END_TEST

/* A server has lost what it had, and the other one is away. */
START_TEST(test_a_lock_that_is_released_meanwhile)
{
    np_test_wipe(!_i);
    np_test_visit_all();
    down(_i, true);
    ck_assert_str_eq(np_test_get("l-key"), "");
    ck_assert_str_eq(np_test_get("s-key"), "?");
    ck_assert_int_eq(np_test_add("l-key", "mine"), APR_SUCCESS);
}
END_TEST

START_TEST(test_missing_is_not_known_from_one_that_forgot)
{
    begin_session();
    np_test_wipe(A);
    np_test_visit_all();
    down(B, true);
    ck_assert_str_eq(np_test_get(KEY), "?");
    ck_assert(np_store_unavailable(np_test_replace(KEY, "v2")));
    np_test_cluster_wait(apr_time_from_sec(599));
    ck_assert_str_eq(np_test_get(KEY), "?");
    np_test_cluster_wait(apr_time_from_sec(2));
    ck_assert_str_eq(np_test_get(KEY), "");
}
END_TEST

Suite *np_suite_copies(void)
{
    Suite *suite = suite_create("copies");
    TCase *tcase = tcase_create("copies");
    tcase_add_checked_fixture(tcase, set_up, np_pool_tear_down);
    tcase_add_test(tcase, test_both_have_it_and_one_is_asked);
    tcase_add_loop_test(tcase, test_either_may_be_down, 0, 2);
    tcase_add_test(tcase, test_both_down_is_not_known);
    tcase_add_loop_test(tcase, test_a_wiped_server_is_filled_again, 0, 2);
    tcase_add_loop_test(tcase, test_a_write_fills_what_was_lost, 0, 2);
    tcase_add_loop_test(tcase, test_one_that_missed_a_write_is_not_used_first,
                        0, 2);
    tcase_add_loop_test(tcase, test_one_that_missed_the_end_does_not_revive, 0,
                        2);
    tcase_add_loop_test(tcase, test_it_is_not_believed_alone, 0, 2);
    tcase_add_loop_test(tcase, test_nothing_is_believed_of_one_that_missed_many,
                        0, 2);
    tcase_add_loop_test(tcase, test_what_was_missed_is_made_up_for, 0, 2);
    tcase_add_loop_test(tcase, test_another_machine_learns_of_it, 0, 2);
    tcase_add_loop_test(tcase, test_what_all_have_is_true_whatever_they_missed,
                        0, 2);
    tcase_add_test(tcase, test_an_end_that_nobody_can_be_told_of_fails);
    tcase_add_test(tcase, test_the_first_that_answers_decides_an_add);
    tcase_add_loop_test(tcase, test_a_forgotten_lock_is_in_nobodys_way, 0, 2);
    tcase_add_loop_test(tcase, test_a_lock_that_was_released_elsewhere, 0, 2);
    tcase_add_loop_test(tcase, test_a_lock_that_is_released_meanwhile, 0, 2);
    tcase_add_test(tcase, test_missing_is_not_known_from_one_that_forgot);
    tcase_add_loop_test(
        tcase, test_one_that_has_just_forgotten_knows_nothing, 0, 2);
    tcase_add_loop_test(tcase, test_it_says_itself_that_it_was_away, 0, 2);
    tcase_add_loop_test(tcase, test_one_that_missed_the_beginning_gets_it, 0,
                        2);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return suite;
}
