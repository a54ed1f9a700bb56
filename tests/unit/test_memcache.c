/* SPDX-License-Identifier: Apache-2.0
 * The store in memcached: names, keys' places, servers that misbehave. */
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
#define KEYS  20000

static const char *parse(const char *text)
{
    np_memcache_servers_t *servers;
    const char *wrong = np_memcache_parse(text, &servers, np_pool);
    if (wrong) {
        return wrong;
    }
    const char *names = "";
    for (int i = 0; i < servers->count; i++) {
        names = apr_pstrcat(np_pool, names, i > 0 ? " " : "",
                            servers->names[i].text, NULL);
    }
    return names;
}

START_TEST(test_names)
{
    char path[108];
    ck_assert_str_eq(parse("localhost"), "localhost:11211");
    ck_assert_str_eq(parse("LocalHost:1"), "localhost:1");
    ck_assert_str_eq(parse("10.0.0.1:65535,b_c.example"),
                     "10.0.0.1:65535 b_c.example:11211");
    ck_assert_str_eq(parse("/run/Some:where/mc.sock,a"),
                     "/run/Some:where/mc.sock a:11211");
    memset(path, 'p', sizeof(path));
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    ck_assert_str_eq(parse(path), path);
}
END_TEST

START_TEST(test_names_that_are_none)
{
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        { "", "is missing" },         { "a,", "is missing" },
        { ",a", "is missing" },       { "a,,b", "is missing" },
        { "a:0", "1 to 65535" },      { "a:65536", "1 to 65535" },
        { "a:", "1 to 65535" },       { "a:+1", "1 to 65535" },
        { "a:1 ", "1 to 65535" },     { "a:0x10", "1 to 65535" },
        { "a:999999", "1 to 65535" }, { ":1", "no host name" },
        { "a b", "no host name" },    { "a, b", "no host name" },
        { "a/b", "no host name" },    { "\xc3\xa4:1", "no host name" },
        { "[::1]:11211", "IPv4" },    { "::1", "IPv4" },
        { "fe80::1:11211", "IPv4" },  { "a,A:11211", "twice" },
        { "/x,/x", "twice" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *wrong = parse(cases[i].text);
        ck_assert_msg(strstr(wrong, cases[i].says), "\"%s\": %s", cases[i].text,
                      wrong);
    }
    char path[109];
    memset(path, 'p', sizeof(path));
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    ck_assert_ptr_nonnull(strstr(parse(path), "too long"));
}
END_TEST

static void make_seeds(apr_uint64_t *seeds, int count)
{
    for (int i = 0; i < count; i++) {
        seeds[i] = np_rendezvous_seed(
            apr_psprintf(np_pool, "192.0.2.%d:11211", i + 1));
    }
}

START_TEST(test_places_are_for_good)
{
    /* another function would lose the sessions of everybody */
    ck_assert_uint_eq(np_rendezvous_seed("127.0.0.1:11211"),
                      APR_UINT64_C(0xd7a875b2c3d8beae));
    ck_assert_uint_eq(np_rendezvous_score(np_rendezvous_seed("127.0.0.1:11211"),
                                          "s-AAAAAAAAAAAAAAAAAAAAAA"),
                      APR_UINT64_C(0x2dd75ea591689a88));
}
END_TEST

/* Each of n servers has its share; one more takes its share from all, and
 * nothing moves between the others. */
START_TEST(test_places_move_little)
{
    const int count = _i;
    apr_uint64_t seeds[8];
    int share[8] = { 0 };
    make_seeds(seeds, count + 1);
    for (int i = 0; i < KEYS; i++) {
        char key[32];
        apr_snprintf(key, sizeof(key), "s-%021d", i);
        const int before = np_rendezvous_first(seeds, count, key);
        const int after = np_rendezvous_first(seeds, count + 1, key);
        ck_assert(after == before || after == count);
        share[after]++;
    }
    const int fair = KEYS / (count + 1);
    for (int i = 0; i <= count; i++) {
        ck_assert_int_gt(share[i], fair * 9 / 10);
        ck_assert_int_lt(share[i], fair * 11 / 10);
    }
}
END_TEST

START_TEST(test_expiry)
{
    const apr_time_t second = APR_USEC_PER_SEC;
    /* never less than the moment itself, nor memcached's "for ever" or "in" */
    ck_assert_uint_ge(np_lane_expiry(1700000000 * second), 1700000000);
    ck_assert_uint_ge(np_lane_expiry(1700000000 * second + 1), 1700000001);
    ck_assert_uint_le(np_lane_expiry(1700000000 * second + 1), 1700000002);
    ck_assert_uint_eq(np_lane_expiry(APR_INT64_MAX), APR_INT32_MAX);
    ck_assert_uint_eq(np_lane_expiry(4102444800 * second), APR_INT32_MAX);
    ck_assert_uint_gt(np_lane_expiry(0), 30 * 86400);
    ck_assert_uint_gt(np_lane_expiry(5 * second), 30 * 86400);
    ck_assert_uint_gt(np_lane_expiry(-second), 30 * 86400);
    ck_assert_uint_lt(np_lane_expiry(APR_INT64_MIN), 31 * 86400);
}
END_TEST

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

static void expect_unavailable(np_store_t *store, const char *key,
                               apr_interval_time_t bound)
{
    for (int i = 0; i < NP_OUTAGE_CALLS; i++) {
        apr_interval_time_t waited;
        const apr_status_t status =
            np_outage_call(store, (np_outage_call_e)i, key, &waited);
        ck_assert_msg(np_store_unavailable(status), "call %d: %d", i, status);
        ck_assert_int_le(waited, bound);
    }
}

START_TEST(test_refused)
{
    np_store_t *store = np_outage_store_at(closed_port(), LANES);
    expect_unavailable(store, "key", NP_OUTAGE_BOUND);
    expect_unavailable(store, "key", NP_OUTAGE_AT_ONCE);
}
END_TEST

START_TEST(test_no_such_socket)
{
    np_store_t *store = np_outage_store("/nowhere/at/all.sock", LANES);
    expect_unavailable(store, "key", NP_OUTAGE_BOUND);
    expect_unavailable(store, "key", NP_OUTAGE_AT_ONCE);
}
END_TEST

START_TEST(test_drops_packets)
{
    np_store_t *store = np_outage_store_at(full_port(), LANES);
    expect_unavailable(store, "key", NP_OUTAGE_BOUND);
    expect_unavailable(store, "key", NP_OUTAGE_AT_ONCE);
    /* apr_memcache is in connect(), which it leaves after a second */
    const apr_time_t began = np_clock_monotonic();
    apr_pool_clear(np_pool);
    ck_assert_int_le(np_clock_monotonic() - began, apr_time_from_msec(1300));
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
    np_fault_server_t *server = np_fault_server_start(np_pool);
    np_fault_server_set(server, faults[_i], true);
    np_store_t *store = np_outage_store_at(np_fault_server_port(server), LANES);
    expect_unavailable(store, "key", NP_OUTAGE_BOUND);
    expect_unavailable(store, "key", NP_OUTAGE_AT_ONCE);
    np_fault_server_set(server, NP_FAULT_NONE, false);
    /* the probe under way may have to run into its deadline first */
    np_outage_await(store, "key", NP_FAULT_VALUE, 2 * NP_OUTAGE_BACK);
}
END_TEST

/* It goes bad in the middle, for good, and then is well again. */
START_TEST(test_bad_for_a_while)
{
    np_fault_server_t *server = np_fault_server_start(np_pool);
    np_store_t *store = np_outage_store_at(np_fault_server_port(server), LANES);
    np_outage_await(store, "key", NP_FAULT_VALUE, NP_OUTAGE_BACK);
    np_fault_server_set(server, faults[_i], true);
    expect_unavailable(store, "key", NP_OUTAGE_BOUND);
    expect_unavailable(store, "key", NP_OUTAGE_AT_ONCE);
    np_fault_server_set(server, NP_FAULT_NONE, false);
    np_outage_await(store, "key", NP_FAULT_VALUE, 2 * NP_OUTAGE_BACK);
}
END_TEST

/* Its probes are answered, but nothing else. */
START_TEST(test_bad_for_requests_only)
{
    np_fault_server_t *server = np_fault_server_start(np_pool);
    np_store_t *store = np_outage_store_at(np_fault_server_port(server), LANES);
    np_outage_await(store, "key", NP_FAULT_VALUE, NP_OUTAGE_BACK);
    np_fault_server_set(server, faults[_i], false);
    for (int i = 0; i < 3; i++) {
        expect_unavailable(store, "key", NP_OUTAGE_BOUND);
    }
    np_fault_server_set(server, NP_FAULT_NONE, false);
    np_outage_await(store, "key", NP_FAULT_VALUE, NP_OUTAGE_BACK);
}
END_TEST

START_TEST(test_refusal_is_no_outage)
{
    np_fault_server_t *server = np_fault_server_start(np_pool);
    np_store_t *store = np_outage_store_at(np_fault_server_port(server), LANES);
    apr_interval_time_t waited;
    np_outage_await(store, "key", NP_FAULT_VALUE, NP_OUTAGE_BACK);
    np_fault_server_set(server, NP_FAULT_REFUSAL, false);
    ck_assert(np_store_unavailable(
        np_outage_call(store, NP_OUTAGE_ADD, "key", &waited)));
    np_fault_server_set(server, NP_FAULT_NONE, false);
    ck_assert_int_eq(np_outage_call(store, NP_OUTAGE_GET, "key", &waited),
                     APR_SUCCESS);
}
END_TEST

/* Answers that nobody asked for are never taken for those of the next call. */
START_TEST(test_answers_stay_with_their_calls)
{
    np_fault_server_t *server = np_fault_server_start(np_pool);
    np_store_t *store = np_outage_store_at(np_fault_server_port(server), 1);
    np_outage_await(store, "first", NP_FAULT_VALUE, NP_OUTAGE_BACK);
    np_fault_server_set(server, NP_FAULT_ECHO, false);
    for (int i = 0; i < 20; i++) {
        apr_interval_time_t waited;
        const apr_status_t status =
            np_outage_call(store, (np_outage_call_e)(i % 3), "key", &waited);
        ck_assert_int_le(waited, NP_OUTAGE_BOUND);
        ck_assert(status == APR_SUCCESS || np_store_unavailable(status));
        apr_sleep(apr_time_from_msec(2));
    }
    ck_assert_int_gt(np_fault_server_accepted(server), 10);
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
    np_store_t *store = np_outage_store(
        apr_pstrcat(np_pool, names[0], ",", names[1], NULL), LANES);
    int found = 0;
    for (int i = 0; i < 40; i++) {
        apr_interval_time_t waited;
        const char *key = apr_psprintf(np_pool, "key%d", i);
        const apr_status_t status =
            np_outage_call(store, NP_OUTAGE_GET, key, &waited);
        const bool here = np_rendezvous_first(seeds, 2, key) == 0;
        ck_assert(here ? status == APR_SUCCESS : np_store_unavailable(status));
        found += here ? 1 : 0;
    }
    ck_assert_int_gt(found, 5);
    ck_assert_int_lt(found, 35);
}
END_TEST

typedef struct caller_t {
    np_store_t *store;
    apr_status_t status;
    apr_thread_t *thread;
} caller_t;

static void *APR_THREAD_FUNC call_once(apr_thread_t *thread, void *data)
{
    caller_t *caller = data;
    apr_interval_time_t waited;
    caller->status =
        np_outage_call(caller->store, NP_OUTAGE_GET, "key", &waited);
    return NULL;
}

/* The process ends while calls are under way and the server is silent. */
START_TEST(test_ends_at_once)
{
    caller_t callers[2 * LANES];
    apr_pool_t *p;
    ck_assert_int_eq(apr_pool_create(&p, NULL), APR_SUCCESS);
    np_fault_server_t *server = np_fault_server_start(p);
    np_store_t *store = np_outage_store_at(np_fault_server_port(server), LANES);
    np_outage_await(store, "key", NP_FAULT_VALUE, NP_OUTAGE_BACK);
    np_fault_server_set(server, NP_FAULT_SILENCE, _i == 1);
    for (int i = 0; i < 2 * LANES; i++) {
        callers[i].store = store;
        ck_assert_int_eq(apr_thread_create(&callers[i].thread, NULL, call_once,
                                           &callers[i], p),
                         APR_SUCCESS);
    }
    apr_sleep(apr_time_from_msec(20));
    const apr_time_t began = np_clock_monotonic();
    apr_pool_clear(np_pool);
    ck_assert_int_le(np_clock_monotonic() - began, apr_time_from_msec(300));
    for (int i = 0; i < 2 * LANES; i++) {
        apr_status_t ended;
        apr_thread_join(&ended, callers[i].thread);
        ck_assert(np_store_unavailable(callers[i].status));
    }
    apr_pool_destroy(p);
}
END_TEST

Suite *np_suite_memcache(void)
{
    Suite *suite = suite_create("memcache");
    TCase *names = tcase_create("names");
    tcase_add_checked_fixture(names, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(names, test_names);
    tcase_add_test(names, test_names_that_are_none);
    tcase_add_test(names, test_places_are_for_good);
    tcase_add_loop_test(names, test_places_move_little, 1, 7);
    tcase_add_test(names, test_expiry);
    suite_add_tcase(suite, names);
    TCase *bad = tcase_create("faults");
    tcase_add_checked_fixture(bad, np_pool_set_up, np_pool_tear_down);
    tcase_set_timeout(bad, 20);
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
    suite_add_tcase(suite, bad);
    return suite;
}
