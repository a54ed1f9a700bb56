/* SPDX-License-Identifier: Apache-2.0
 * The store in memcached: servers that misbehave. */
#include "unit.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apr_strings.h"
#include "apr_thread_proc.h"

#include "fault_server.h"
#include "fixture.h"
#include "np_clock.h"
#include "np_memcache_lane.h"
#include "np_rendezvous.h"
#include "outage.h"

#define LANES 4

/* A socket that is bound to a port of 127.0.0.1, which it says in here. */
static int bind_port(struct sockaddr_in *here)
{
    socklen_t len = sizeof(*here);
    *here = (struct sockaddr_in){ .sin_family = AF_INET };
    here->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (void *)here, len), 0);
    ck_assert_int_eq(getsockname(fd, (void *)here, &len), 0);
    return fd;
}

/* A port that nothing listens on, and nothing else takes meanwhile. */
static int closed_port(void)
{
    struct sockaddr_in here;
    (void)bind_port(&here);
    return ntohs(here.sin_port);
}

/* A port whose packets are dropped: its queue is full and nobody accepts. */
static int full_port(void)
{
    struct sockaddr_in here;
    ck_assert_int_eq(listen(bind_port(&here), 0), 0);
    for (int i = 0; i < 4; i++) {
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(fd, (void *)&here, sizeof(here));
    }
    return ntohs(here.sin_port);
}

static np_store_t *store_at(const np_fault_server_t *server,
                            apr_interval_time_t patience)
{
    return np_outage_store_at(np_fault_server_port(server), LANES, patience);
}

static void anew(void)
{
    apr_pool_clear(np_pool);
}

static void expect_unavailable(np_store_t *store, const char *key,
                               apr_interval_time_t bound)
{
    for (int i = 0; i < NP_OUTAGE_CALLS; i++) {
        apr_interval_time_t waited;
        const apr_status_t status = np_outage_call(
            store, (np_outage_call_e)i, key, NP_OUTAGE_BUDGET, &waited);
        ck_assert_msg(np_store_unavailable(status), "call %d: %d", i, status);
        NP_IN_TIME(waited, bound);
    }
}

START_TEST(test_refused)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        np_store_t *store =
            np_outage_store_at(closed_port(), LANES, NP_OUTAGE_BUDGET);
        expect_unavailable(store, "key", NP_OUTAGE_BOUND);
        expect_unavailable(store, "key", NP_OUTAGE_AT_ONCE);
    }
}
END_TEST

START_TEST(test_no_such_socket)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        np_store_t *store =
            np_outage_store("/nowhere/at/all.sock", LANES, NP_OUTAGE_BUDGET);
        expect_unavailable(store, "key", NP_OUTAGE_BOUND);
        expect_unavailable(store, "key", NP_OUTAGE_AT_ONCE);
    }
}
END_TEST

START_TEST(test_drops_packets)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        np_store_t *store =
            np_outage_store_at(full_port(), LANES, NP_OUTAGE_BUDGET);
        expect_unavailable(store, "key", NP_OUTAGE_BOUND);
        expect_unavailable(store, "key", NP_OUTAGE_AT_ONCE);
        /* apr_memcache is in connect(), which it leaves after a second */
        const apr_time_t began = np_clock_monotonic();
        apr_pool_clear(np_pool);
        NP_IN_TIME(np_clock_monotonic() - began, apr_time_from_msec(1300));
    }
}
END_TEST

static const np_fault_e faults[] = {
    NP_FAULT_SILENCE,  NP_FAULT_HALF,    NP_FAULT_DRIP,
    NP_FAULT_NONSENSE, NP_FAULT_HANG_UP,
};

#define FAULTS ((int)(sizeof(faults) / sizeof(*faults)))

/* It never was any better. */
START_TEST(test_bad_from_the_start)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        np_fault_server_t *server = np_fault_server_start(np_pool);
        np_fault_server_set(server, faults[_i], true);
        np_store_t *store = store_at(server, NP_OUTAGE_BUDGET);
        expect_unavailable(store, "key", NP_OUTAGE_BOUND);
        expect_unavailable(store, "key", NP_OUTAGE_AT_ONCE);
        np_fault_server_set(server, NP_FAULT_NONE, false);
        /* the probe under way may have to run into its deadline first */
        np_outage_await(store, "key", NP_FAULT_VALUE, 2 * NP_OUTAGE_BACK);
    }
}
END_TEST

/* It goes bad in the middle, for good, and then is well again. */
START_TEST(test_bad_for_a_while)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        np_fault_server_t *server = np_fault_server_start(np_pool);
        np_store_t *store = store_at(server, NP_OUTAGE_BUDGET);
        np_outage_await(store, "key", NP_FAULT_VALUE, NP_OUTAGE_BACK);
        np_fault_server_set(server, faults[_i], true);
        expect_unavailable(store, "key", NP_OUTAGE_BOUND);
        expect_unavailable(store, "key", NP_OUTAGE_AT_ONCE);
        np_fault_server_set(server, NP_FAULT_NONE, false);
        np_outage_await(store, "key", NP_FAULT_VALUE, 2 * NP_OUTAGE_BACK);
    }
}
END_TEST

/* Its probes are answered, but nothing else. */
START_TEST(test_bad_for_requests_only)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        np_fault_server_t *server = np_fault_server_start(np_pool);
        np_store_t *store = store_at(server, NP_OUTAGE_BUDGET);
        np_outage_await(store, "key", NP_FAULT_VALUE, NP_OUTAGE_BACK);
        np_fault_server_set(server, faults[_i], false);
        for (int i = 0; i < 3; i++) {
            expect_unavailable(store, "key", NP_OUTAGE_BOUND);
        }
        np_fault_server_set(server, NP_FAULT_NONE, false);
        np_outage_await(store, "key", NP_FAULT_VALUE, NP_OUTAGE_BACK);
    }
}
END_TEST

START_TEST(test_refusal_is_no_outage)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        np_fault_server_t *server = np_fault_server_start(np_pool);
        np_store_t *store = store_at(server, NP_OUTAGE_PATIENCE);
        apr_interval_time_t waited;
        np_outage_await(store, "key", NP_FAULT_VALUE, NP_OUTAGE_BACK);
        np_fault_server_set(server, NP_FAULT_REFUSAL, false);
        ck_assert(np_store_unavailable(np_outage_call(
            store, NP_OUTAGE_ADD, "key", NP_OUTAGE_PATIENCE, &waited)));
        np_fault_server_set(server, NP_FAULT_NONE, false);
        ck_assert_int_eq(np_outage_call(store, NP_OUTAGE_GET, "key",
                                        NP_OUTAGE_PATIENCE, &waited),
                         APR_SUCCESS);
    }
}
END_TEST

/* Answers that nobody asked for are never taken for those of the next call:
 * each connection that has some is thrown away. */
START_TEST(test_answers_stay_with_their_calls)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        np_fault_server_t *server = np_fault_server_start(np_pool);
        np_store_t *store = np_outage_store_at(np_fault_server_port(server), 1,
                                               NP_OUTAGE_BUDGET);
        np_outage_await(store, "first", NP_FAULT_VALUE, NP_OUTAGE_BACK);
        np_fault_server_set(server, NP_FAULT_ECHO, false);
        const apr_time_t began = np_clock_monotonic();
        int answered = 0;
        for (int i = 0; i < 20 || answered < 20; i++) {
            apr_interval_time_t waited;
            const apr_status_t status =
                np_outage_call(store, (np_outage_call_e)(i % 3), "key",
                               NP_OUTAGE_BUDGET, &waited);
            NP_IN_TIME(waited, NP_OUTAGE_BOUND);
            ck_assert(status == APR_SUCCESS || np_store_unavailable(status));
            answered += status == APR_SUCCESS ? 1 : 0;
            ck_assert_int_lt(np_clock_monotonic() - began, NP_OUTAGE_FOREVER);
            apr_sleep(apr_time_from_msec(2));
        }
        ck_assert_int_gt(np_fault_server_accepted(server), 10);
    }
}
END_TEST

/* Of two servers one is away: its keys are unavailable and go nowhere else. */
START_TEST(test_keys_do_not_move)
{
    np_fault_server_t *server = np_fault_server_start(np_pool);
    const char *names[] = {
        apr_psprintf(np_pool, "127.0.0.1:%d", np_fault_server_port(server)),
        apr_psprintf(np_pool, "127.0.0.1:%d", closed_port()),
    };
    const apr_uint64_t seeds[] = { np_rendezvous_seed(names[0]),
                                   np_rendezvous_seed(names[1]) };
    np_store_t *store =
        np_outage_store(apr_pstrcat(np_pool, names[0], ",", names[1], NULL),
                        LANES, NP_OUTAGE_PATIENCE);
    int found = 0;
    for (int i = 0; i < 40; i++) {
        apr_interval_time_t waited;
        const char *key = apr_psprintf(np_pool, "key%d", i);
        const apr_status_t status = np_outage_call(store, NP_OUTAGE_GET, key,
                                                   NP_OUTAGE_PATIENCE, &waited);
        const bool here = np_rendezvous_first(seeds, 2, key) == 0;
        ck_assert(here ? status == APR_SUCCESS : np_store_unavailable(status));
        found += here ? 1 : 0;
    }
    ck_assert_int_gt(found, 5);
    ck_assert_int_lt(found, 35);
}
END_TEST

#define CALLERS (2 * LANES)

typedef struct caller_t {
    np_store_t *store;
    /** Of all of them, how many have begun. */
    atomic_int *begun;
    apr_status_t status;
    apr_thread_t *thread;
} caller_t;

static void *APR_THREAD_FUNC call_once(apr_thread_t *thread, void *data)
{
    caller_t *caller = data;
    apr_interval_time_t waited;
    atomic_fetch_add(caller->begun, 1);
    caller->status = np_outage_call(caller->store, NP_OUTAGE_GET, "key",
                                    NP_OUTAGE_PATIENCE, &waited);
    return NULL;
}

static void start_callers(caller_t *callers, np_store_t *store,
                          atomic_int *begun, apr_pool_t *p)
{
    for (int i = 0; i < CALLERS; i++) {
        callers[i].store = store;
        callers[i].begun = begun;
        ck_assert_int_eq(apr_thread_create(&callers[i].thread, NULL, call_once,
                                           &callers[i], p),
                         APR_SUCCESS);
    }
    while (atomic_load(begun) < CALLERS) {
        apr_sleep(apr_time_from_msec(1));
    }
    /* (what is left is to come from there into the store) */
    apr_sleep(apr_time_from_msec(100));
}

/* The process ends while calls are under way and the server is silent. */
START_TEST(test_ends_at_once)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        caller_t callers[CALLERS];
        atomic_int begun = 0;
        apr_pool_t *p;
        ck_assert_int_eq(apr_pool_create(&p, NULL), APR_SUCCESS);
        np_fault_server_t *server = np_fault_server_start(p);
        np_store_t *store = store_at(server, NP_OUTAGE_PATIENCE);
        np_outage_await(store, "key", NP_FAULT_VALUE, NP_OUTAGE_BACK);
        np_fault_server_set(server, NP_FAULT_SILENCE, _i == 1);
        start_callers(callers, store, &begun, p);
        const apr_time_t began = np_clock_monotonic();
        apr_pool_clear(np_pool);
        NP_IN_TIME(np_clock_monotonic() - began, apr_time_from_msec(300));
        for (int i = 0; i < CALLERS; i++) {
            apr_status_t ended;
            apr_thread_join(&ended, callers[i].thread);
            ck_assert(np_store_unavailable(callers[i].status));
        }
        apr_pool_destroy(p);
    }
}
END_TEST

/* As virtual hosts do, each with a store of its own, when a process begins. */
START_TEST(test_stores_that_begin_together)
{
    enum { STORES = 8 };
    np_fault_server_t *server = np_fault_server_start(np_pool);
    np_store_t *stores[STORES];

    for (int i = 0; i < STORES; i++) {
        stores[i] = store_at(server, NP_OUTAGE_PATIENCE);
    }
    for (int i = 0; i < STORES; i++) {
        apr_interval_time_t waited;
        ck_assert_int_eq(np_outage_call(stores[i], NP_OUTAGE_GET, "key",
                                        NP_OUTAGE_PATIENCE, &waited),
                         APR_SUCCESS);
    }
}
END_TEST

Suite *np_suite_memcache(void)
{
    Suite *suite = suite_create("memcache");
    TCase *bad = tcase_create("faults");
    tcase_add_checked_fixture(bad, np_pool_set_up, np_pool_tear_down);
    tcase_set_timeout(bad, 60);
    tcase_add_test(bad, test_refused);
    tcase_add_test(bad, test_no_such_socket);
    tcase_add_test(bad, test_drops_packets);
    tcase_add_loop_test(bad, test_bad_from_the_start, 0, FAULTS);
    tcase_add_loop_test(bad, test_bad_for_a_while, 0, FAULTS);
    tcase_add_loop_test(bad, test_bad_for_requests_only, 0, FAULTS);
    tcase_add_test(bad, test_refusal_is_no_outage);
    tcase_add_test(bad, test_answers_stay_with_their_calls);
    tcase_add_test(bad, test_keys_do_not_move);
    tcase_add_loop_test(bad, test_ends_at_once, 0, 2);
    tcase_add_loop_test(bad, test_stores_that_begin_together, 0, 10);
    suite_add_tcase(suite, bad);
    return suite;
}
