/* SPDX-License-Identifier: Apache-2.0
 * What the tests of a failing memcached share: a store, and calls with a clock.
 */
#ifndef NP_OUTAGE_H
#define NP_OUTAGE_H

#include "attempts.h"
#include "np_memcache.h"

/** What one call may wait where it is told that there is no answer. */
#define NP_OUTAGE_BUDGET apr_time_from_msec(100)
/** What it may wait where it has to succeed, on whatever machine. */
#define NP_OUTAGE_PATIENCE apr_time_from_sec(5)
/** The bound is 50 ms past the budget; the rest is for a machine that runs
 *  other things as well. */
#define NP_OUTAGE_BOUND (NP_OUTAGE_BUDGET + apr_time_from_msec(150))
/** A call that waits for nothing. */
#define NP_OUTAGE_AT_ONCE apr_time_from_msec(30)
/** How soon a store is back after its server. */
#define NP_OUTAGE_BACK apr_time_from_sec(1)
/** Whatever has not happened by then never will. */
#define NP_OUTAGE_FOREVER apr_time_from_sec(30)

/** One of the three operations. */
typedef enum np_outage_call_e {
    NP_OUTAGE_GET,
    NP_OUTAGE_ADD,
    NP_OUTAGE_REMOVE,
} np_outage_call_e;

#define NP_OUTAGE_CALLS 3

/** A store on @a servers, in np_pool, each of whose calls waits for @a patience
 *  at most. SIGPIPE is ignored from now on. */
np_store_t *np_outage_store(const char *servers, int connections,
                            apr_interval_time_t patience);

/** A store on a port of 127.0.0.1. */
np_store_t *np_outage_store_at(int port, int connections,
                               apr_interval_time_t patience);

/** Make a call with a budget of @a patience and say in @a waited how long it
 *  took. */
apr_status_t np_outage_call(np_store_t *store, np_outage_call_e what,
                            const char *key, apr_interval_time_t patience,
                            apr_interval_time_t *waited);

/** Get @a key until it has @a text; NULL: until it is missing. Within
 *  np_attempt() only: it is late if that takes longer than @a limit. */
void np_outage_await(np_store_t *store, const char *key, const char *text,
                     apr_interval_time_t limit);

#endif
