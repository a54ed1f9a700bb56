/* SPDX-License-Identifier: Apache-2.0
 * What the tests of a failing memcached share: a store, and calls with a clock.
 */
#ifndef NP_OUTAGE_H
#define NP_OUTAGE_H

#include "np_memcache.h"

/** What one call may wait in these tests. */
#define NP_OUTAGE_BUDGET apr_time_from_msec(100)
/** The bound is 50 ms past the budget; the rest is for a machine that runs
 *  other things as well. */
#define NP_OUTAGE_BOUND (NP_OUTAGE_BUDGET + apr_time_from_msec(150))
/** A call that waits for nothing. */
#define NP_OUTAGE_AT_ONCE apr_time_from_msec(30)
/** How soon a store is back after its server. */
#define NP_OUTAGE_BACK apr_time_from_sec(1)

/** One of the three operations. */
typedef enum np_outage_call_e {
    NP_OUTAGE_GET,
    NP_OUTAGE_ADD,
    NP_OUTAGE_REMOVE,
} np_outage_call_e;

#define NP_OUTAGE_CALLS 3

/** A store on @a servers, in np_pool. SIGPIPE is ignored from now on. */
np_store_t *np_outage_store(const char *servers, int connections);

/** A store on a port of 127.0.0.1. */
np_store_t *np_outage_store_at(int port, int connections);

/** Make a call with NP_OUTAGE_BUDGET and say in @a waited how long it took. */
apr_status_t np_outage_call(np_store_t *store, np_outage_call_e what,
                            const char *key, apr_interval_time_t *waited);

/** Get @a key until it has @a text; NULL: until it is missing. Fails the test
 *  if that takes longer than @a limit. */
void np_outage_await(np_store_t *store, const char *key, const char *text,
                     apr_interval_time_t limit);

#endif
