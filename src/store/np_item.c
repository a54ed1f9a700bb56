/* SPDX-License-Identifier: Apache-2.0
 * One value in a cluster: where it lives, and what one server says of it. */
#include "np_reconcile.h"

#include <string.h>

#include "apr_strings.h"

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

/* A server's share of the time, so that the others, and what the request has to
 * ask after this, get theirs, too. Those known to be away take none. */
static np_budget_t share_of(const np_item_t *item, int home)
{
    const np_cluster_t *cluster = item->cluster;
    int others = 0;

    for (int i = 0; i < cluster->list.copies; i++) {
        others +=
            i != home && cluster->answers(cluster->servers[item->homes[i]]);
    }
    return (np_budget_t){ item->budget->left / (others ? others + 2 : 1) };
}

static void charge(const np_item_t *item, np_budget_t before,
                   np_budget_t after)
{
    item->budget->left -= before.left - after.left;
}

apr_status_t np_item_get(const np_item_t *item, int home,
                         np_copy_t *copy)
{
    np_store_t *store = item->cluster->servers[item->homes[home]];
    const np_budget_t share = share_of(item, home);
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

apr_status_t np_item_put(const np_item_t *item, int home,
                         const np_copy_t *copy, np_put_e how)
{
    np_store_t *store = item->cluster->servers[item->homes[home]];
    const np_budget_t share = share_of(item, home);
    np_budget_t left = share;

    const apr_status_t status =
        store->put(store, item->key, np_copy_wrap(copy, item->p), how,
                   copy->expires_at ? copy->expires_at : item->now + LONG,
                   &left, item->p);
    charge(item, share, left);
    return status;
}

apr_status_t np_item_remove(const np_item_t *item, int home)
{
    np_store_t *store = item->cluster->servers[item->homes[home]];
    const np_budget_t share = share_of(item, home);
    np_budget_t left = share;

    const apr_status_t status =
        store->remove(store, item->key, &left, item->p);
    charge(item, share, left);
    return status;
}

bool np_item_await(const np_item_t *item, int home)
{
    const np_cluster_t *cluster = item->cluster;
    const np_budget_t all = share_of(item, home);
    const np_budget_t share = {
        all.left < cluster->patience ? all.left : cluster->patience
    };
    np_budget_t left = share;

    if (!cluster->await) {
        return false;
    }
    const bool up =
        cluster->await(cluster->servers[item->homes[home]], &left);
    charge(item, share, left);
    return up;
}

apr_status_t np_item_has(const np_item_t *item, char prefix)
{
    const char *key = apr_psprintf(item->p, "%c%s", prefix, item->key);
    const np_item_t other =
        np_item_find(item->cluster, key, item->budget, item->p);
    const int count = item->cluster->list.copies;
    apr_status_t status = APR_NOTFOUND;

    for (int i = 0; i < count; i++) {
        np_copy_t copy;
        const apr_status_t said = np_item_get(&other, i, &copy);
        if (said == APR_SUCCESS) {
            return APR_SUCCESS;
        }
        status = np_store_unavailable(said) ? said : status;
    }
    return status;
}

bool np_item_is_mended(const np_item_t *item)
{
    return item->key[0] != NP_STORE_PASSING
           && strlen(item->key) < NP_STORE_MAX_KEY;
}

bool np_item_missed(const np_item_t *item, int home, np_miss_e miss,
                    apr_time_t since)
{
    np_trust_t *trust = item->cluster->trust;
    const int server = item->homes[home];

    return np_trust_missed(trust, server, miss) >= since
           || np_missed_has(np_trust_keys(trust, server, miss), item->key,
                            since);
}

bool np_item_may_be_mended(const np_item_t *item, int home)
{
    np_trust_t *trust = item->cluster->trust;
    const int server = item->homes[home];

    for (unsigned miss = 0; miss < NP_MISSES; miss++) {
        if (np_trust_missed(trust, server, miss) >= item->now - NP_AMNESIA
            || atomic_load(&np_trust_keys(trust, server, miss)->count) > 0) {
            return true;
        }
    }
    return np_trust_since(trust) >= item->now - NP_AMNESIA;
}

bool np_item_is_credible(const np_item_t *item, int home,
                         const np_copy_t *copy)
{
    return !np_item_missed(item, home, NP_MISS_REMOVAL, copy->placed_at);
}

bool np_item_is_settled(const np_item_t *item, const np_copy_t *copy)
{
    for (int home = 0; home < item->cluster->list.copies; home++) {
        if (!np_item_is_credible(item, home, copy)
            || np_item_missed(item, home, NP_MISS_WRITE, copy->placed_at)) {
            return false;
        }
    }
    return copy->placed_at > np_trust_since(item->cluster->trust);
}
