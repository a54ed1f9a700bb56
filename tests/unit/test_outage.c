/* SPDX-License-Identifier: Apache-2.0
 * A live memcached that is stopped, killed and restarted under load. */
#include "unit.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "apr_strings.h"
#include "apr_thread_proc.h"

#include "fixture.h"
#include "memcached.h"
#include "np_clock.h"
#include "outage.h"

#define MSEC(n) apr_time_from_msec(n)
#define THREADS 32
#define LANES   8
/* What a request does besides asking the store. */
#define PAUSE MSEC(2)
/* A machine with nothing else to do lets nobody oversleep by that much. */
#define BUSY_MACHINE MSEC(20)

static np_memcached_t memcached;

/* Requests that go on all the time, each thread with a key of its own. */
typedef struct load_t {
    np_store_t *store;
    apr_interval_time_t patience;
    atomic_bool is_over;
    /** Nothing that was put is lost: a miss is a lie. */
    atomic_bool keeps;
    atomic_int found;
    atomic_int unavailable;
    atomic_int lies;
    /** The longest wait, and by how much a thread overslept, at the most. */
    _Atomic apr_interval_time_t longest;
    _Atomic apr_interval_time_t overslept;
    apr_thread_t *threads[THREADS];
    struct worker_t {
        struct load_t *load;
        char key[32];
    } workers[THREADS];
} load_t;

static void set_up(void)
{
    np_pool_set_up();
    np_memcached_start(&memcached);
}

static void tear_down(void)
{
    np_pool_tear_down();
    np_memcached_stop(&memcached);
}

static void anew(void)
{
    tear_down();
    set_up();
}

static void note(_Atomic apr_interval_time_t *highest, apr_interval_time_t one)
{
    apr_interval_time_t before = atomic_load(highest);
    while (one > before
           && !atomic_compare_exchange_weak(highest, &before, one)) {
    }
}

static void ask_once(load_t *load, const char *key)
{
    apr_interval_time_t waited;
    const bool keeps = atomic_load(&load->keeps);
    const apr_status_t status = np_outage_call(load->store, NP_OUTAGE_GET, key,
                                               load->patience, &waited);
    note(&load->longest, waited);
    if (status == APR_SUCCESS) {
        atomic_fetch_add(&load->found, 1);
    }
    else if (np_store_unavailable(status)) {
        atomic_fetch_add(&load->unavailable, 1);
    }
    else if (keeps) {
        atomic_fetch_add(&load->lies, 1);
    }
}

static void pause_once(load_t *load)
{
    const apr_time_t began = np_clock_monotonic();
    apr_sleep(PAUSE);
    note(&load->overslept, np_clock_monotonic() - began - PAUSE);
}

static void *APR_THREAD_FUNC work(apr_thread_t *thread, void *data)
{
    const struct worker_t *worker = data;
    while (!atomic_load(&worker->load->is_over)) {
        ask_once(worker->load, worker->key);
        pause_once(worker->load);
    }
    return NULL;
}

/* By a store that has time for it. */
static void put_keys(const load_t *load)
{
    np_store_t *store =
        np_outage_store_at(memcached.port, 1, NP_OUTAGE_PATIENCE);
    for (int i = 0; i < THREADS; i++) {
        apr_interval_time_t waited;
        ck_assert_int_eq(np_outage_call(store, NP_OUTAGE_ADD,
                                        load->workers[i].key,
                                        NP_OUTAGE_PATIENCE, &waited),
                         APR_SUCCESS);
    }
}

static load_t *start_load(int lanes, apr_interval_time_t patience)
{
    load_t *load = apr_pcalloc(np_pool, sizeof(*load));
    load->store = np_outage_store_at(memcached.port, lanes, patience);
    load->patience = patience;
    for (int i = 0; i < THREADS; i++) {
        load->workers[i].load = load;
        apr_snprintf(load->workers[i].key, sizeof(load->workers[i].key),
                     "key%d", i);
    }
    np_outage_await(load->store, "nothing", NULL, NP_OUTAGE_BACK);
    put_keys(load);
    atomic_store(&load->keeps, true);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(apr_thread_create(&load->threads[i], NULL, work,
                                           &load->workers[i], np_pool),
                         APR_SUCCESS);
    }
    return load;
}

/* Wait until more of counter have happened: late if it takes longer than limit.
 */
static void await_more(atomic_int *counter, int more, apr_interval_time_t limit)
{
    const int before = atomic_load(counter);
    const apr_time_t began = np_clock_monotonic();
    while (atomic_load(counter) - before < more) {
        ck_assert_int_lt(np_clock_monotonic() - began, NP_OUTAGE_FOREVER);
        apr_sleep(MSEC(1));
    }
    NP_IN_TIME(np_clock_monotonic() - began, limit);
}

static void end_load(load_t *load)
{
    atomic_store(&load->is_over, true);
    for (int i = 0; i < THREADS; i++) {
        apr_status_t ended;
        apr_thread_join(&ended, load->threads[i]);
    }
    const int lies = atomic_load(&load->lies);
    const apr_interval_time_t longest = atomic_load(&load->longest);
    const apr_interval_time_t overslept = atomic_load(&load->overslept);
    ck_assert_int_eq(lies, 0);
    NP_IN_TIME(longest, load->patience + MSEC(50) + 2 * overslept);
}

/* Was no call unavailable? On a machine that is too busy some will be. */
static bool all_answered(load_t *load)
{
    return atomic_load(&load->unavailable) == 0
           || atomic_load(&load->overslept) > BUSY_MACHINE;
}

/* Sixteen threads for each connection: they wait for each other, but none of
 * them in vain. */
START_TEST(test_more_requests_than_connections)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        load_t *load = start_load(THREADS / 16, NP_OUTAGE_BUDGET);
        await_more(&load->found, 5000, NP_OUTAGE_FOREVER);
        end_load(load);
        NP_UNLESS_LATE(all_answered(load));
    }
}
END_TEST

START_TEST(test_stopped_under_load)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        load_t *load = start_load(THREADS, NP_OUTAGE_BUDGET);
        await_more(&load->found, 1000, NP_OUTAGE_FOREVER);
        np_memcached_signal(&memcached, SIGSTOP);
        await_more(&load->unavailable, THREADS, MSEC(500));
        const int found = atomic_load(&load->found);
        await_more(&load->unavailable, 10 * THREADS, MSEC(1000));
        /* a thread may be slow to say what it was told before */
        const int found_since = atomic_load(&load->found) - found;
        ck_assert_int_le(found_since, THREADS);
        np_memcached_signal(&memcached, SIGCONT);
        await_more(&load->found, 1, NP_OUTAGE_BACK);
        await_more(&load->found, 1000, NP_OUTAGE_FOREVER);
        end_load(load);
    }
}
END_TEST

START_TEST(test_killed_and_restarted_under_load)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        load_t *load = start_load(THREADS, NP_OUTAGE_BUDGET);
        await_more(&load->found, 1000, NP_OUTAGE_FOREVER);
        np_memcached_signal(&memcached, SIGKILL);
        await_more(&load->unavailable, 10 * THREADS, apr_time_from_sec(2));
        /* from here on it has nothing: only then a miss is the truth */
        atomic_store(&load->keeps, false);
        np_memcached_restart(&memcached);
        np_outage_await(load->store, "nothing", NULL, NP_OUTAGE_BACK);
        put_keys(load);
        atomic_store(&load->keeps, true);
        atomic_store(&load->unavailable, 0);
        await_more(&load->found, 1000, NP_OUTAGE_FOREVER);
        end_load(load);
        /* none of the connections from before is left to be stumbled over */
        NP_UNLESS_LATE(all_answered(load));
    }
}
END_TEST

/* Connections that wait in vain for a server that was restarted meanwhile: no
 * call fails, and no miss is a lie. */
START_TEST(test_restarted_while_idle)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        apr_interval_time_t waited;
        load_t *load = start_load(THREADS, NP_OUTAGE_PATIENCE);
        await_more(&load->found, 1000, NP_OUTAGE_FOREVER);
        end_load(load);
        np_memcached_signal(&memcached, SIGKILL);
        np_memcached_restart(&memcached);
        ck_assert_int_eq(np_outage_call(load->store, NP_OUTAGE_ADD, "after",
                                        NP_OUTAGE_PATIENCE, &waited),
                         APR_SUCCESS);
        for (int i = 0; i < THREADS; i++) {
            ck_assert_int_eq(np_outage_call(load->store, NP_OUTAGE_GET, "after",
                                            NP_OUTAGE_PATIENCE, &waited),
                             APR_SUCCESS);
        }
    }
}
END_TEST

/* memcached was away when the process began, for which nobody waits. */
START_TEST(test_comes_later)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        apr_interval_time_t waited;
        np_memcached_signal(&memcached, SIGKILL);
        np_store_t *store =
            np_outage_store_at(memcached.port, LANES, NP_OUTAGE_BUDGET);
        for (int i = 0; i < 2; i++) {
            ck_assert(np_store_unavailable(np_outage_call(
                store, NP_OUTAGE_GET, "key", NP_OUTAGE_BUDGET, &waited)));
        }
        NP_IN_TIME(waited, NP_OUTAGE_AT_ONCE);
        np_memcached_restart(&memcached);
        np_outage_await(store, "nothing", NULL, NP_OUTAGE_BACK);
    }
}
END_TEST

/* What a second is in memcached: kept until then, and not for long. */
START_TEST(test_forgets)
{
    for (int tries = 0; np_attempt(&tries, anew);) {
        np_store_t *store =
            np_outage_store_at(memcached.port, LANES, NP_OUTAGE_PATIENCE);
        np_budget_t budget = { NP_OUTAGE_FOREVER };
        const apr_time_t expires_at = np_clock_now() + MSEC(300);
        np_bytes_t value = np_text("value");
        ck_assert_int_eq(store->put(store, "key", value, NP_PUT_ADD, expires_at,
                                    &budget, np_pool),
                         APR_SUCCESS);
        while (np_clock_now() < expires_at) {
            const apr_status_t status =
                store->get(store, "key", &budget, &value, np_pool);
            ck_assert(status == APR_SUCCESS || np_clock_now() >= expires_at);
            apr_sleep(MSEC(20));
        }
        np_outage_await(store, "key", NULL, apr_time_from_sec(5));
    }
}
END_TEST

Suite *np_suite_outage(void)
{
    Suite *suite = suite_create("outage");
    TCase *tcase = tcase_create("memcached");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 90);
    tcase_add_test(tcase, test_more_requests_than_connections);
    tcase_add_test(tcase, test_stopped_under_load);
    tcase_add_test(tcase, test_killed_and_restarted_under_load);
    tcase_add_test(tcase, test_restarted_while_idle);
    tcase_add_test(tcase, test_comes_later);
    tcase_add_test(tcase, test_forgets);
    suite_add_tcase(suite, tcase);
    return suite;
}
