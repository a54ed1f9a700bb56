/* SPDX-License-Identifier: Apache-2.0
 * The deadline keeper: what is late is cut, nothing else ever is. */
#include "unit.h"

#include <poll.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apr_thread_proc.h"

#include "attempts.h"
#include "fixture.h"
#include "np_clock.h"
#include "np_deadline.h"

#define MSEC(n) apr_time_from_msec(n)
/* What a machine that does other things as well may add. */
#define SLACK   MSEC(150)
#define USUAL   MSEC(20)
#define WATCHES 4
#define ROUNDS  2000

static np_deadline_t *keeper;

static void set_up(void)
{
    np_pool_set_up();
    ck_assert_int_eq(np_deadline_create(&keeper, WATCHES, USUAL, np_pool),
                     APR_SUCCESS);
}

static void anew(void)
{
    np_pool_tear_down();
    set_up();
}

static void pair(int ends[2])
{
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
}

/* Does what is sent from one end still arrive at the other? */
static bool works(const int ends[2])
{
    char byte = 'x';
    return send(ends[0], &byte, 1, MSG_NOSIGNAL) == 1
           && recv(ends[1], &byte, 1, MSG_DONTWAIT) == 1;
}

static bool wait_then_end(np_deadline_watch_t *watch, int fd,
                          apr_interval_time_t allowed, apr_time_t *waited)
{
    char byte;
    const apr_time_t began = np_clock_monotonic();
    np_deadline_begin(watch, began + allowed);
    (void)recv(fd, &byte, 1, 0);
    *waited = np_clock_monotonic() - began;
    return np_deadline_end(watch);
}

START_TEST(test_cuts_what_is_late)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        const apr_interval_time_t allowed = MSEC(1) << _i;
        np_deadline_watch_t *watch = np_deadline_watch(keeper, _i % WATCHES);
        apr_time_t waited;
        int ends[2];
        pair(ends);
        np_deadline_attach(watch, ends[0]);
        ck_assert(!wait_then_end(watch, ends[0], allowed, &waited));
        ck_assert_int_ge(waited, allowed);
        NP_IN_TIME(waited, allowed + SLACK);
        np_deadline_detach(watch);
        /* the watch can be used again, for another connection */
        int others[2];
        pair(others);
        np_deadline_attach(watch, others[0]);
        np_deadline_begin(watch, np_clock_monotonic() + MSEC(10000));
        ck_assert(np_deadline_end(watch));
        ck_assert(works(others));
    }
}
END_TEST

START_TEST(test_leaves_the_others_alone)
{
    int late[2];
    int others[2];
    apr_time_t waited;
    pair(late);
    pair(others);
    np_deadline_attach(np_deadline_watch(keeper, 0), late[0]);
    np_deadline_attach(np_deadline_watch(keeper, 1), others[0]);
    np_deadline_begin(np_deadline_watch(keeper, 1),
                      np_clock_monotonic() + MSEC(60000));
    ck_assert(!wait_then_end(np_deadline_watch(keeper, 0), late[0], MSEC(10),
                             &waited));
    ck_assert(works(others));
    ck_assert(np_deadline_end(np_deadline_watch(keeper, 1)));
    /* nothing is under way: what is due then is nobody's deadline */
    apr_sleep(MSEC(5));
    ck_assert(works(others));
}
END_TEST

/* A shorter operation begins while the keeper sleeps for a longer one. */
START_TEST(test_wakes_for_a_shorter_one)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        int longer[2];
        int shorter[2];
        apr_time_t waited;
        pair(longer);
        pair(shorter);
        np_deadline_attach(np_deadline_watch(keeper, 0), longer[0]);
        np_deadline_attach(np_deadline_watch(keeper, 1), shorter[0]);
        np_deadline_begin(np_deadline_watch(keeper, 0),
                          np_clock_monotonic() + MSEC(60000));
        apr_sleep(3 * USUAL);
        ck_assert(!wait_then_end(np_deadline_watch(keeper, 1), shorter[0],
                                 MSEC(5), &waited));
        NP_IN_TIME(waited, MSEC(5) + SLACK);
        ck_assert(works(longer));
    }
}
END_TEST

typedef struct racer_t {
    np_deadline_watch_t *watch;
    int ends[2];
    int in_time;
    int late;
} racer_t;

static void race_once(racer_t *racer, apr_interval_time_t allowed,
                      apr_interval_time_t needed)
{
    const apr_time_t began = np_clock_monotonic();
    np_deadline_begin(racer->watch, began + allowed);
    while (np_clock_monotonic() < began + needed) {
        apr_thread_yield();
    }
    if (np_deadline_end(racer->watch)) {
        racer->in_time++;
        ck_assert(works(racer->ends));
        return;
    }
    racer->late++;
    ck_assert_int_ge(np_clock_monotonic(), began + allowed);
    np_deadline_detach(racer->watch);
    /* its descriptor's number is free for the next connection at once */
    (void)close(racer->ends[0]);
    (void)close(racer->ends[1]);
    pair(racer->ends);
    np_deadline_attach(racer->watch, racer->ends[0]);
}

static void *APR_THREAD_FUNC race(apr_thread_t *thread, void *data)
{
    racer_t *racer = data;
    for (int i = 0; i < ROUNDS; i++) {
        race_once(racer, 40 + i % 61, i % 97);
    }
    return NULL;
}

/* Operations end in the very moment in which they would be cut, again and
 * again: what ended in time has a connection that works. */
START_TEST(test_never_cuts_what_ended)
{
    racer_t racers[WATCHES] = {0};
    apr_thread_t *threads[WATCHES];
    int late = 0;
    int in_time = 0;
    for (int i = 0; i < WATCHES; i++) {
        racers[i].watch = np_deadline_watch(keeper, i);
        pair(racers[i].ends);
        np_deadline_attach(racers[i].watch, racers[i].ends[0]);
        ck_assert_int_eq(
            apr_thread_create(&threads[i], NULL, race, &racers[i], np_pool),
            APR_SUCCESS);
    }
    for (int i = 0; i < WATCHES; i++) {
        apr_status_t ended;
        apr_thread_join(&ended, threads[i]);
        late += racers[i].late;
        in_time += racers[i].in_time;
    }
    ck_assert_int_eq(late + in_time, WATCHES * ROUNDS);
    ck_assert_int_gt(late, 0);
    ck_assert_int_gt(in_time, 0);
}
END_TEST

static long switches(void)
{
    struct rusage usage;
    ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_nvcsw;
}

START_TEST(test_sleeps_when_nothing_is_under_way)
{
    int ends[2];
    pair(ends);
    np_deadline_attach(np_deadline_watch(keeper, 0), ends[0]);
    np_deadline_begin(np_deadline_watch(keeper, 0),
                      np_clock_monotonic() + USUAL);
    ck_assert(np_deadline_end(np_deadline_watch(keeper, 0)));
    apr_sleep(4 * USUAL);
    const long before = switches();
    (void)poll(NULL, 0, (int)apr_time_as_msec(30 * USUAL));
    /* less than it would take to look every time; a sanitizer has a thread */
    ck_assert_int_le(switches() - before, 15);
}
END_TEST

START_TEST(test_end_cuts_everything)
{
    int ends[2];
    int later[2];
    pair(ends);
    pair(later);
    np_deadline_attach(np_deadline_watch(keeper, 0), ends[0]);
    np_deadline_attach(np_deadline_watch(keeper, 1), later[0]);
    np_deadline_begin(np_deadline_watch(keeper, 0),
                      np_clock_monotonic() + MSEC(60000));
    np_deadline_stop(keeper);
    ck_assert(!works(ends));
    ck_assert(!np_deadline_end(np_deadline_watch(keeper, 0)));
    np_deadline_begin(np_deadline_watch(keeper, 1),
                      np_clock_monotonic() + MSEC(60000));
    ck_assert(!works(later));
    ck_assert(!np_deadline_end(np_deadline_watch(keeper, 1)));
    np_deadline_stop(keeper);
}
END_TEST

Suite *np_suite_deadline(void)
{
    Suite *suite = suite_create("deadline");
    TCase *tcase = tcase_create("keeper");
    tcase_add_checked_fixture(tcase, set_up, np_pool_tear_down);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_cuts_what_is_late, 0, 8);
    tcase_add_test(tcase, test_leaves_the_others_alone);
    tcase_add_test(tcase, test_wakes_for_a_shorter_one);
    tcase_add_test(tcase, test_never_cuts_what_ended);
    tcase_add_test(tcase, test_sleeps_when_nothing_is_under_way);
    tcase_add_test(tcase, test_end_cuts_everything);
    suite_add_tcase(suite, tcase);
    return suite;
}
