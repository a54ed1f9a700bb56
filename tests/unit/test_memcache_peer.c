/* SPDX-License-Identifier: Apache-2.0
 * A memcached server as one child process sees it. */
#include "unit.h"

#include "fixture.h"
#include "np_clock.h"
#include "np_memcache_peer.h"

#define MSEC(n)  ((n) * (APR_USEC_PER_SEC / 1000))
#define TIMEOUT  MSEC(20)
#define FOR_EVER apr_time_from_sec(20)

/* A peer that has just failed, and whose connector never learns anything */
static np_peer_t *failed_peer(void)
{
    const np_memcache_limits_t limits = { .connections = 1,
                                          .timeout = TIMEOUT };
    np_deadline_t *keeper;
    np_peer_t *peer;

    ck_assert_int_eq(np_deadline_create(&keeper, 1, TIMEOUT, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_peer_create(&peer, NULL, &limits, keeper, 0, np_pool),
                     APR_SUCCESS);
    atomic_store(&peer->health, np_peer_health(1, NP_PEER_UP));
    np_peer_leave(peer, 1, NP_PEER_UP, NP_PEER_DOWN, APR_TIMEUP);
    return peer;
}

/* A connector whose packets are dropped learns nothing for a second: no request
 * waits that long, and later ones do not wait at all. */
START_TEST(test_wait_for_what_is_known)
{
    np_peer_t *peer = failed_peer();
    const apr_time_t failed_at = atomic_load(&peer->left_at);

    ck_assert(!np_peer_await(peer, failed_at + FOR_EVER));
    const apr_time_t first = np_clock_monotonic();
    ck_assert_int_ge(first - failed_at, TIMEOUT - MSEC(1));
    ck_assert_int_lt(first - failed_at, FOR_EVER / 2);
    for (int i = 0; i < 1000; i++) {
        ck_assert(!np_peer_await(peer, first + FOR_EVER));
    }
    ck_assert_int_lt(np_clock_monotonic() - first, FOR_EVER / 2);
}
END_TEST

START_TEST(test_wait_until_it_is_up)
{
    np_peer_t *peer = failed_peer();

    atomic_store(&peer->health, np_peer_health(2, NP_PEER_UP));
    ck_assert(np_peer_await(peer, np_clock_monotonic() + FOR_EVER));
    /* it fails again, and there is something to wait for again */
    const apr_time_t again = np_clock_monotonic();
    np_peer_leave(peer, 2, NP_PEER_UP, NP_PEER_DOWN, APR_TIMEUP);
    ck_assert(!np_peer_await(peer, again + FOR_EVER));
    ck_assert_int_ge(np_clock_monotonic() - again, TIMEOUT - MSEC(1));
}
END_TEST

Suite *np_suite_memcache_peer(void)
{
    Suite *suite = suite_create("memcache_peer");
    TCase *tc = tcase_create("await");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_wait_for_what_is_known);
    tcase_add_test(tc, test_wait_until_it_is_up);
    suite_add_tcase(suite, tc);
    return suite;
}
