/* SPDX-License-Identifier: Apache-2.0
 * One value in a cluster: where it lives, and what one server says of it. */
#include "np_reconcile.h"

#include "np_rendezvous.h"

/* Values that were written when there were no copies do not say until when they
 * are to be kept; no record lives longer. */
#define LONG apr_time_from_sec(400 * 86400)

np_item_t np_item_find(const np_cluster_t *cluster, const char *key,
                       np_budget_t *budget, apr_pool_t *p)
{
    np_item_t item = {
        .cluster = cluster,
        .key = key,
        .budget = budget,
        .now = cluster->clock(),
        .p = p,
    };
    np_rendezvous_rank(cluster->list.seeds, cluster->list.count, key,
                       item.homes, cluster->list.copies);
    return item;
}

/* A server's share of the time; what it leaves goes to the next. */
static np_budget_t share_of(const np_item_t *item, int others)
{
    return (np_budget_t){ item->budget->left / (others + 1) };
}

static void charge(const np_item_t *item, np_budget_t before,
                   np_budget_t after)
{
    item->budget->left -= before.left - after.left;
}

apr_status_t np_item_get(const np_item_t *item, int home, int others,
                         np_copy_t *copy)
{
    np_store_t *store = item->cluster->servers[item->homes[home]];
    const np_budget_t share = share_of(item, others);
    np_budget_t left = share;
    np_bytes_t octets;

    const apr_status_t status =
        store->get(store, item->key, &left, &octets, item->p);
    charge(item, share, left);
    if (status == APR_SUCCESS) {
        np_copy_unwrap(octets, copy);
    }
    return status;
}

apr_status_t np_item_put(const np_item_t *item, int home, int others,
                         const np_copy_t *copy, np_put_e how)
{
    np_store_t *store = item->cluster->servers[item->homes[home]];
    const np_budget_t share = share_of(item, others);
    np_budget_t left = share;

    const apr_status_t status =
        store->put(store, item->key, np_copy_wrap(copy, item->p), how,
                   copy->expires_at ? copy->expires_at : item->now + LONG,
                   &left, item->p);
    charge(item, share, left);
    return status;
}

apr_status_t np_item_remove(const np_item_t *item, int home, int others)
{
    np_store_t *store = item->cluster->servers[item->homes[home]];
    const np_budget_t share = share_of(item, others);
    np_budget_t left = share;

    const apr_status_t status =
        store->remove(store, item->key, &left, item->p);
    charge(item, share, left);
    return status;
}

static apr_time_t missed(const np_item_t *item, int home, np_miss_e miss)
{
    return np_trust_missed(item->cluster->trust, item->homes[home], miss);
}

bool np_item_is_credible(const np_item_t *item, int home,
                         const np_copy_t *copy)
{
    return copy->placed_at > missed(item, home, NP_MISS_REMOVAL);
}

bool np_item_is_settled(const np_item_t *item, const np_copy_t *copy)
{
    for (int home = 0; home < item->cluster->list.copies; home++) {
        if (!np_item_is_credible(item, home, copy)
            || copy->placed_at <= missed(item, home, NP_MISS_WRITE)) {
            return false;
        }
    }
    return copy->placed_at > np_trust_since(item->cluster->trust);
}
