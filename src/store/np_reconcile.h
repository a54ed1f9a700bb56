/* SPDX-License-Identifier: Apache-2.0
 * What is true when the copies of a value differ, and making them agree. */
#ifndef NP_RECONCILE_H
#define NP_RECONCILE_H

#include "np_cluster.h"
#include "np_copy.h"

/** A server that has lost what it had is not believed for so long when it says
 *  that it has nothing, unless another one says the same. Who still uses what it
 *  has lost has had it mended by then. */
#define NP_AMNESIA apr_time_from_sec(10 * 60)

/** One value in a cluster: its key, its servers, and how to ask them. */
typedef struct np_item_t {
    const np_cluster_t *cluster;
    const char *key;
    /** The servers that keep it, the one that is asked first coming first. */
    int homes[NP_CLUSTER_MAX_COPIES];
    np_budget_t *budget;
    /** The moment of the call, by the wall clock. */
    apr_time_t now;
    apr_pool_t *p;
} np_item_t;

/** Where @a key lives. */
np_item_t np_item_find(const np_cluster_t *cluster, const char *key,
                       np_budget_t *budget, apr_pool_t *p);

/** One server's copy; it gets its share of the time that is left. */
apr_status_t np_item_get(const np_item_t *item, int home, np_copy_t *copy);

/** Put @a copy on one server. */
apr_status_t np_item_put(const np_item_t *item, int home,
                         const np_copy_t *copy, np_put_e how);

apr_status_t np_item_remove(const np_item_t *item, int home);

/** Wait, for a moment, until this server, which has just failed, answers again.
 *  Returns whether it does. */
bool np_item_await(const np_item_t *item, int home);

/**
 * Is there anything under the item's key behind @a prefix?
 * @return APR_SUCCESS; APR_NOTFOUND if all its homes say so; anything else
 */
apr_status_t np_item_has(const np_item_t *item, char prefix);

/** Is it worth mending? Not what matters for seconds only, nor a key so long that
 *  there is none for its grave. */
bool np_item_is_mended(const np_item_t *item);

/** May this server have missed such of the item, at @a since or later? */
bool np_item_missed(const np_item_t *item, int home, np_miss_e miss,
                    apr_time_t since);

/** Has this server missed or lost anything lately, so that somebody may be
 *  mending it? */
bool np_item_may_be_mended(const np_item_t *item, int home);

/** Has this server missed no removal since it got its copy? */
bool np_item_is_credible(const np_item_t *item, int home,
                         const np_copy_t *copy);

/** And has no home of it missed anything since, nor has the list of servers
 *  changed? Then there is no need to ask the others. */
bool np_item_is_settled(const np_item_t *item, const np_copy_t *copy);

/**
 * Ask the other homes too, after @a first is what the first one answered with
 * its @a copy; decide what is true, and mend the copies that are not.
 * A copy that is not credible is not believed as long as another server may
 * know better, and is removed if that one has none.
 * @return APR_SUCCESS and the true copy; APR_NOTFOUND; anything else: nothing
 *         is known
 */
apr_status_t np_reconcile(const np_item_t *item, apr_status_t first,
                          np_copy_t *copy);

/** The same, beginning with the first home. */
apr_status_t np_reconcile_all(const np_item_t *item, np_copy_t *copy);

#endif
