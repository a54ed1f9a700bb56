/* SPDX-License-Identifier: Apache-2.0
 * A memcached server as one child process sees it: its lanes, its health. */
#ifndef NP_MEMCACHE_PEER_H
#define NP_MEMCACHE_PEER_H

#include "apr_thread_proc.h"

#include "np_gate.h"
#include "np_memcache_lane.h"

/** What requests do with a peer. */
typedef enum np_peer_state_e {
    /** Nothing is known: they wait for the connector, the first time, and
     *  after a connection was lost. */
    NP_PEER_TRYING,
    /** They use its lanes. */
    NP_PEER_UP,
    /** They do not wait: it is unavailable until the connector says so. */
    NP_PEER_DOWN,
    /** The child process ends. */
    NP_PEER_CLOSED,
} np_peer_state_e;

/**
 * Requests take an idle lane and give it back; they never connect and never
 * close. The connector's thread does both.
 *
 * The first failure takes the peer down and begins a new epoch, and by that
 * throws away all lanes of the old one: after a restart of the server each of
 * them is dead, and to meet them one by one would keep it down for long.
 */
typedef struct np_peer_t {
    const np_memcache_name_t *name;
    /** The longest that a healthy server may take for an answer. */
    apr_interval_time_t timeout;
    np_cells_t *figures;
    int lane_count;
    np_lane_t *lanes;
    /** State and epoch in one word, to change them in one step. */
    atomic_uint health;
    /** The status that took it down, and when that was (np_clock_monotonic). */
    atomic_int reason;
    _Atomic apr_time_t left_at;
    /** Requests that wait for a lane. */
    atomic_int waiting;
    /** Rung when there may be a lane for them, or none will come. */
    np_gate_t *room;
    /** Rung when there is something for the connector to do. */
    np_gate_t *work;
    apr_thread_t *connector;
    /** The epoch in which the connector failed last, and its own: when it may
     *  try again. */
    atomic_uint failed_epoch;
    apr_time_t retry_at;
} np_peer_t;

/** The state in a np_peer_t.health. */
static inline np_peer_state_e np_peer_state(unsigned health)
{
    return (np_peer_state_e)(health & 3);
}

/** The epoch in a np_peer_t.health. */
static inline unsigned np_peer_epoch(unsigned health)
{
    return health >> 2;
}

/** A np_peer_t.health. */
static inline unsigned np_peer_health(unsigned epoch, np_peer_state_e state)
{
    return epoch << 2 | (unsigned)state;
}

/**
 * Make a peer with as many lanes as limits say, whose watches are those of
 * @a keeper from @a first_watch on. Nothing is connected before
 * np_connector_start().
 */
apr_status_t np_peer_create(np_peer_t **peer, const np_memcache_name_t *name,
                            const np_memcache_limits_t *limits,
                            np_deadline_t *keeper, int first_watch,
                            apr_pool_t *p);

/**
 * Take a lane for one operation; waits for one until the moment @a until.
 * @return APR_SUCCESS; APR_TIMEUP; or what took the peer down
 */
apr_status_t np_peer_take(np_peer_t *peer, apr_time_t until, np_lane_t **lane);

/**
 * Wait, until the moment @a until, for the connector's first try after a
 * failure. That may take long, where packets are dropped: a timeout after the
 * failure the peer counts as away. Returns whether it is up.
 */
bool np_peer_await(np_peer_t *peer, apr_time_t until);

/** Give a lane back after an operation, which left its fate in it. */
void np_peer_give_back(np_peer_t *peer, np_lane_t *lane);

/**
 * Go from UP or TRYING of @a epoch to DOWN or TRYING. Leaving UP begins a new
 * epoch. Does nothing if it has left that state or epoch already.
 */
void np_peer_leave(np_peer_t *peer, unsigned epoch, np_peer_state_e from,
                   np_peer_state_e to, apr_status_t reason);

/** Hand out no lane any more. */
void np_peer_close(np_peer_t *peer);

#endif
