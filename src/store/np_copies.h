/* SPDX-License-Identifier: Apache-2.0
 * A store that keeps each value on several servers. */
#ifndef NP_COPIES_H
#define NP_COPIES_H

#include "np_cluster.h"

/**
 * Make a store of the servers of @a cluster, which has to live as long. Values
 * may be NP_COPY_OVERHEAD octets shorter than NP_STORE_MAX_VALUE at the most.
 * A call succeeds as long as one server of the key does its part, if another
 * one can be told that its fellow may have missed it; servers get their share
 * of the budget.
 *
 * Each key has its servers in an order. Reading asks the first one, and the
 * others if that does not answer, has nothing, or may have missed something.
 * An add is decided by the first one that answers. Other writes and removals go
 * from the last one to the first: so what the first has, all of them had, and
 * what mends a copy can see a removal that is under way.
 */
np_store_t *np_copies_create(const np_cluster_t *cluster, apr_pool_t *p);

#endif
