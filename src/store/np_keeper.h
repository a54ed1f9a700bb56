/* SPDX-License-Identifier: Apache-2.0
 * The thread that goes round the servers and makes up for what they missed. */
#ifndef NP_KEEPER_H
#define NP_KEEPER_H

#include "np_cluster.h"

/**
 * Start the thread; it ends with @a p, in which @a cluster has to live. It visits
 * every server each second, and more often as long as one is away.
 * @param timeout for each of the notes that it reads and writes
 * @return APR_SUCCESS, or why there is no thread
 */
apr_status_t np_keeper_start(np_cluster_t *cluster,
                             apr_interval_time_t timeout, apr_pool_t *p);

/** A server has just missed something: go round at once. No lock, and as long as
 *  that is known, no call of the system. @a keeper may be NULL. */
void np_keeper_hurry(np_keeper_t *keeper);

/**
 * Make up for all that is listed: remove it from @a server, or have the others
 * mend what it has.
 * @return whether all of that was done
 */
bool np_keeper_make_up(const np_cluster_t *cluster, int server, np_miss_e miss,
                       apr_pool_t *p);

#endif
