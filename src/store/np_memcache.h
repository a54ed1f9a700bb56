/* SPDX-License-Identifier: Apache-2.0
 * The store in memcached, on apr_memcache, with the deadline that it lacks. */
#ifndef NP_MEMCACHE_H
#define NP_MEMCACHE_H

#include "np_cells.h"
#include "np_cluster.h"

/** memcached servers as the configuration names them. */
typedef struct np_memcache_servers_t np_memcache_servers_t;

/**
 * Read "host[:port],192.0.2.1:port,/path/to/unix.sock". The port is 11211 if
 * it is not given. Connects nothing and looks up no name. IPv6 addresses are
 * refused: apr_memcache connects to IPv4 and unix sockets only. A host name has
 * to stand for one server; of several addresses the lowest is used.
 * @return NULL, or what is wrong and what to write instead, in @a p
 */
const char *np_memcache_parse(const char *text, np_memcache_servers_t **servers,
                              apr_pool_t *p);

/** How one child process talks to its memcached servers. */
typedef struct np_memcache_limits_t {
    /** Connections to each server, at the most. */
    int connections;
    /** The longest wait of one call; a server that takes longer is down. */
    apr_interval_time_t timeout;
    /** Where servers that go and come back are counted; NULL: nowhere. */
    np_cells_t *figures;
} np_memcache_limits_t;

/**
 * Make the store of this child process and start its threads, which end with
 * @a p: one for each server, one that keeps the deadlines. SIGPIPE has to be
 * ignored, as httpd does. Each connection has two descriptors. Servers that are
 * down are not an error: their keys are unavailable until they are back. Each
 * key has one server (rendezvous hashing). @a servers has to live as long as
 * the store.
 * @return APR_SUCCESS, or why there are no threads
 */
apr_status_t np_memcache_create(np_store_t **store,
                                const np_memcache_servers_t *servers,
                                const np_memcache_limits_t *limits,
                                apr_pool_t *p);

/**
 * The same, but each key has @a copies servers, which keep a copy each; 2 to
 * NP_CLUSTER_MAX_COPIES, and no more than there are servers. @a trust is for
 * as many as there are. One more thread, which visits them every second.
 */
apr_status_t np_memcache_create_copies(np_store_t **store,
                                       const np_memcache_servers_t *servers,
                                       const np_memcache_limits_t *limits,
                                       int copies, np_trust_t *trust,
                                       apr_pool_t *p);

/** How many servers there are. */
int np_memcache_count(const np_memcache_servers_t *servers);

/** What one of them, from 0 on, is called: "host:port" or the path. */
const char *np_memcache_name(const np_memcache_servers_t *servers, int server);

#endif
