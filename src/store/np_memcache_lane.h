/* SPDX-License-Identifier: Apache-2.0
 * One connection to a memcached server, with a deadline for each operation. */
#ifndef NP_MEMCACHE_LANE_H
#define NP_MEMCACHE_LANE_H

#include <stdatomic.h>

#include "apr_memcache.h"

#include "np_deadline.h"
#include "np_memcache_names.h"

/** Who may touch a lane. Only who has moved it to a state may move it on. */
typedef enum np_lane_state_e {
    /** There is no connection; the connector may make one. */
    NP_LANE_EMPTY,
    /** The connector's. */
    NP_LANE_CONNECTING,
    /** Whoever makes it busy first. */
    NP_LANE_IDLE,
    /** The request's that made it busy. */
    NP_LANE_BUSY,
    /** Waits for the connector to clear it away. */
    NP_LANE_BROKEN,
} np_lane_state_e;

/** What became of the connection in the last operation. */
typedef enum np_lane_fate_e {
    NP_LANE_GOOD,
    /** The server refused the operation; it is there, the answer is strange. */
    NP_LANE_REFUSED,
    /** The connection is gone. */
    NP_LANE_LOST,
    /** The operation was not over at its deadline. */
    NP_LANE_LATE,
} np_lane_fate_e;

/**
 * A connection is an apr_memcache client of its own, with one server, one
 * connection and memory of its own, so that threads with different lanes share
 * nothing. apr_memcache knows the protocol and nothing else: it is never
 * allowed to connect, to choose a server or to give one up.
 */
typedef struct np_lane_t {
    /** A np_lane_state_e. */
    atomic_int state;
    /** The peer's epoch in which it was connected. */
    unsigned epoch;
    np_lane_fate_e fate;
    np_deadline_watch_t *watch;
    /** Lives as long as the connection. */
    apr_pool_t *p;
    apr_memcache_t *client;
    apr_memcache_server_t *server;
    /** A descriptor of the connection besides that of apr_memcache. */
    int fd;
} np_lane_t;

/**
 * Connect, and have the server answer once. May take long: whatever the name
 * takes to look up, a second for the connection, half a second or @a timeout
 * for the answer. A server that is slower than @a timeout is as good as none.
 * @return APR_SUCCESS, or why the lane is not open
 */
apr_status_t np_lane_open(np_lane_t *lane, const np_memcache_name_t *name,
                          apr_interval_time_t timeout);

/** Close what is open. Waits for nobody. */
void np_lane_close(np_lane_t *lane);

/** May the next operation use the connection? */
bool np_lane_is_fit(const np_lane_t *lane);

/**
 * Have the server say that a key is not there which never is, until the moment
 * @a until; sets the lane's fate. Counts neither as a read nor as a write of
 * records.
 * @return APR_SUCCESS if that is what it says
 */
apr_status_t np_lane_probe(np_lane_t *lane, apr_time_t until);

/** np_store_t.get, until the moment @a until; sets the lane's fate. */
apr_status_t np_lane_get(np_lane_t *lane, const char *key, apr_time_t until,
                         np_bytes_t *value, apr_pool_t *p);

/** np_store_t.put, until the moment @a until; sets the lane's fate. */
apr_status_t np_lane_put(np_lane_t *lane, const char *key, np_bytes_t value,
                         np_put_e how, apr_time_t expires_at, apr_time_t until);

/** np_store_t.remove, until the moment @a until; sets the lane's fate. */
apr_status_t np_lane_remove(np_lane_t *lane, const char *key, apr_time_t until);

/**
 * What memcached has to be told so that it keeps a value until @a expires_at
 * at least: seconds since 1970, never a number that it takes for a duration or
 * for "for ever".
 */
apr_uint32_t np_lane_expiry(apr_time_t expires_at);

#endif
