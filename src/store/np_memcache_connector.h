/* SPDX-License-Identifier: Apache-2.0
 * The thread that opens and closes the lanes of one memcached server. */
#ifndef NP_MEMCACHE_CONNECTOR_H
#define NP_MEMCACHE_CONNECTOR_H

#include "np_memcache_peer.h"

/**
 * Start the connector of @a peer. It keeps one lane open at least, opens more
 * when requests wait for one, and tries every NP_CONNECTOR_RETRY while the
 * server is down.
 * @return APR_SUCCESS, or why there is no thread
 */
apr_status_t np_connector_start(np_peer_t *peer, apr_pool_t *p);

/**
 * Wait until the connector of a closed peer has ended, and close the lanes, but
 * for those that an operation still has.
 */
void np_connector_join(np_peer_t *peer);

/** How far apart attempts to reach a server that is down begin, at least. */
#define NP_CONNECTOR_RETRY apr_time_from_msec(250)

#endif
