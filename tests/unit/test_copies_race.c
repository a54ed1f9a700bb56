/* SPDX-License-Identifier: Apache-2.0
 * Copies while others write: every way in which two calls can interleave. */
#include "unit.h"

#include "cluster.h"
#include "fixture.h"

#define A   0
#define B   1
#define KEY NP_TEST_KEY

#define WHILE apr_time_from_sec(10)
/* More steps than any call takes. */
#define MOST_STEPS 40

/* What cuts in before, or after, a step of the other call; and how many steps
 * later that call's process dies, if it does. */
static void (*intruder)(void);
static int steps_left;
static bool has_cut_in;
static int steps_to_live;
static bool is_busy;

static void die(void);

static void step(np_fake_t *fake, const char *operation, const char *key)
{
    (void)fake;
    (void)operation;
    (void)key;
    if (is_busy) {
        return;
    }
    is_busy = true;
    if (!has_cut_in && steps_left-- == 0) {
        has_cut_in = true;
        intruder();
    }
    else if (has_cut_in && steps_to_live-- == 0) {
        die();
    }
    is_busy = false;
}

static void cut_in_at(int at, bool after, void (*who)(void))
{
    intruder = who;
    steps_left = at;
    steps_to_live = MOST_STEPS;
    has_cut_in = false;
    for (int i = 0; i < 2; i++) {
        np_test_servers[i]->before = after ? NULL : step;
        np_test_servers[i]->after = after ? step : NULL;
    }
}

static void cut_in_no_more(void)
{
    for (int i = 0; i < 2; i++) {
        np_test_servers[i]->before = NULL;
        np_test_servers[i]->after = NULL;
    }
}

static void remove_it(void)
{
    (void)np_test_remove(KEY);
}

static void read_it(void)
{
    (void)np_test_get(KEY);
}

static void write_it(void)
{
    (void)np_test_replace(KEY, "v2");
}

/* The process of the other call dies: its servers do not hear of it again. */
static void die(void)
{
    np_test_servers[A]->down = true;
    np_test_servers[B]->down = true;
}

/* Ways in which a copy has to be mended. */
static void make_trouble(int kind)
{
    np_test_cluster_begin(2, 2);
    ck_assert_int_eq(np_test_add(KEY, "v1"), APR_SUCCESS);
    np_test_cluster_wait(WHILE);
    if (kind < 2) {
        np_test_wipe(kind);
        np_test_visit_all();
    }
    else {
        np_test_servers[kind - 2]->down = true;
        ck_assert_int_eq(np_test_replace(KEY, "v1"), APR_SUCCESS);
        np_test_servers[kind - 2]->down = false;
        np_trust_raise(np_test_cluster.trust, kind - 2, NP_MISS_REMOVAL,
                       np_test_now);
    }
    np_test_cluster_wait(WHILE);
}
#define TROUBLES 4

static void both_are_up(void)
{
    cut_in_no_more();
    np_test_servers[A]->down = false;
    np_test_servers[B]->down = false;
    np_test_cluster_wait(WHILE);
}

/* Neither together nor alone do the servers say that it lives. */
static void it_is_dead(void)
{
    both_are_up();
    for (int i = 0; i < 2; i++) {
        np_test_servers[i]->down = true;
        ck_assert_str_ne(np_test_get(KEY), "v1");
        ck_assert_str_ne(np_test_get(KEY), "v2");
        np_test_servers[i]->down = false;
    }
    ck_assert_str_eq(np_test_get(KEY), "");
}

START_TEST(test_an_end_amid_a_read)
{
    for (int at = 0; at < MOST_STEPS; at++) {
        make_trouble(_i % TROUBLES);
        cut_in_at(at, _i >= TROUBLES, remove_it);
        read_it();
        cut_in_no_more();
        remove_it();                  /* where the read had fewer steps */
        it_is_dead();
    }
}
END_TEST

START_TEST(test_a_read_amid_an_end)
{
    for (int at = 0; at < MOST_STEPS; at++) {
        make_trouble(_i % TROUBLES);
        cut_in_at(at, _i >= TROUBLES, read_it);
        ck_assert_int_eq(np_test_remove(KEY), APR_SUCCESS);
        it_is_dead();
    }
}
END_TEST

START_TEST(test_an_end_amid_a_write)
{
    for (int at = 0; at < MOST_STEPS; at++) {
        make_trouble(_i % TROUBLES);
        cut_in_at(at, _i >= TROUBLES, remove_it);
        write_it();
        cut_in_no_more();
        remove_it();
        it_is_dead();
    }
}
END_TEST

START_TEST(test_a_write_amid_an_end)
{
    for (int at = 0; at < MOST_STEPS; at++) {
        make_trouble(_i % TROUBLES);
        cut_in_at(at, _i >= TROUBLES, write_it);
        ck_assert_int_eq(np_test_remove(KEY), APR_SUCCESS);
        it_is_dead();
    }
}
END_TEST

START_TEST(test_one_who_reads_dies)
{
    for (int at = 0; at < MOST_STEPS; at++) {
        make_trouble(_i % TROUBLES);
        cut_in_at(at, false, die);
        read_it();
        both_are_up();
        ck_assert_str_eq(np_test_get(KEY), "v1");
        make_trouble(_i % TROUBLES);
        cut_in_at(at, false, die);
        read_it();
        both_are_up();
        ck_assert_int_eq(np_test_remove(KEY), APR_SUCCESS);
        it_is_dead();
    }
}
END_TEST

START_TEST(test_one_who_reads_dies_after_an_end)
{
    for (int at = 0; at < MOST_STEPS; at++) {
        for (int life = 0; life < 4; life++) {
            make_trouble(_i % TROUBLES);
            cut_in_at(at, _i >= TROUBLES, remove_it);
            steps_to_live = life;
            read_it();
            both_are_up();
            if (has_cut_in) {
                it_is_dead();
            }
        }
    }
}
END_TEST

START_TEST(test_no_write_is_lost_to_one_who_reads)
{
    for (int at = 0; at < MOST_STEPS; at++) {
        make_trouble(_i % TROUBLES);
        cut_in_at(at, _i >= TROUBLES, write_it);
        read_it();
        cut_in_no_more();
        if (!has_cut_in) {
            break;
        }
        ck_assert_str_eq(np_test_get(KEY), "v2");
    }
}
END_TEST

START_TEST(test_no_write_is_lost_with_one_who_reads_amid)
{
    for (int at = 0; at < MOST_STEPS; at++) {
        make_trouble(_i % TROUBLES);
        cut_in_at(at, _i >= TROUBLES, read_it);
        write_it();
        cut_in_no_more();
        ck_assert_str_eq(np_test_get(KEY), "v2");
    }
}
END_TEST

static void wipe_a(void)
{
    np_test_wipe(A);
}

static void wipe_b(void)
{
    np_test_wipe(B);
}

/* What a server loses amid a call, the other one has; and the call succeeds. */
START_TEST(test_a_wipe_amid_a_call)
{
    void (*const wipe)(void) = _i & 1 ? wipe_b : wipe_a;

    for (int at = 0; at < MOST_STEPS; at++) {
        make_trouble(_i & 1);
        if (_i & 2) {                 /* mended, or just wiped */
            read_it();
        }
        cut_in_at(at, _i & 4, wipe);
        if (_i & 8) {
            ck_assert_int_eq(np_test_replace(KEY, "v2"), APR_SUCCESS);
        }
        else {
            ck_assert_str_eq(np_test_get(KEY), "v1");
        }
        cut_in_no_more();
        ck_assert_str_eq(np_test_get(KEY), _i & 8 ? "v2" : "v1");
        np_test_visit_all();
        np_test_cluster_wait(WHILE);
        ck_assert_str_eq(np_test_get(KEY), _i & 8 ? "v2" : "v1");
        np_test_wipe(!(_i & 1));
        ck_assert_str_eq(np_test_get(KEY), _i & 8 ? "v2" : "v1");
    }
}
END_TEST

static apr_status_t theirs;

static void add_theirs(void)
{
    theirs = np_test_add("l-key", "theirs");
}

static void add_theirs_without_first(void)
{
    np_test_servers[A]->down = true;
    add_theirs();
    np_test_servers[A]->down = false;
}

START_TEST(test_one_add_wins)
{
    for (int at = 0; at < MOST_STEPS; at++) {
        np_test_cluster_begin(2, 2);
        theirs = APR_EGENERAL;
        cut_in_at(at, _i & 1, _i & 2 ? add_theirs_without_first : add_theirs);
        const apr_status_t ours = np_test_add("l-key", "ours");
        cut_in_no_more();
        if (!has_cut_in) {
            add_theirs();
        }
        ck_assert_int_eq((ours == APR_SUCCESS) + (theirs == APR_SUCCESS), 1);
        np_test_cluster_wait(WHILE);
        ck_assert_str_eq(np_test_get("l-key"),
                         ours == APR_SUCCESS ? "ours" : "theirs");
    }
}
END_TEST

Suite *np_suite_copies_race(void)
{
    Suite *suite = suite_create("copies_race");
    TCase *tcase = tcase_create("copies_race");
    tcase_add_checked_fixture(tcase, np_pool_set_up, np_pool_tear_down);
    tcase_add_loop_test(tcase, test_an_end_amid_a_read, 0, 2 * TROUBLES);
    tcase_add_loop_test(tcase, test_a_read_amid_an_end, 0, 2 * TROUBLES);
    tcase_add_loop_test(tcase, test_an_end_amid_a_write, 0, 2 * TROUBLES);
    tcase_add_loop_test(tcase, test_a_write_amid_an_end, 0, 2 * TROUBLES);
    tcase_add_loop_test(tcase, test_one_who_reads_dies, 0, TROUBLES);
    tcase_add_loop_test(tcase, test_one_who_reads_dies_after_an_end, 0,
                        2 * TROUBLES);
    tcase_add_loop_test(tcase, test_no_write_is_lost_to_one_who_reads, 0,
                        2 * TROUBLES);
    tcase_add_loop_test(tcase, test_no_write_is_lost_with_one_who_reads_amid,
                        0, 2 * TROUBLES);
    tcase_add_loop_test(tcase, test_a_wipe_amid_a_call, 0, 16);
    tcase_add_loop_test(tcase, test_one_add_wins, 0, 4);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return suite;
}
