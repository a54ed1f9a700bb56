/* SPDX-License-Identifier: Apache-2.0
 * The store in memcached, on apr_memcache, with the deadline that it lacks. */
#include "np_memcache.h"

#include <stdatomic.h>

#include "np_clock.h"
#include "np_memcache_connector.h"
#include "np_rendezvous.h"

/* How long calls that were cut have to return when the process ends. */
#define LAST_CALLS apr_time_from_msec(500)

typedef struct np_memcache_t {
    np_store_t store;
    apr_interval_time_t timeout;
    int count;
    np_peer_t **peers;
    /** Of the peers' names, for np_rendezvous_first(). */
    apr_uint64_t *seeds;
    np_deadline_t *keeper;
    /** Calls that are under way. */
    atomic_int calls;
} np_memcache_t;

/* One call of a store function. */
typedef struct call_t {
    np_memcache_t *memcache;
    np_budget_t *budget;
    apr_time_t started;
    apr_time_t until;
    np_peer_t *peer;
    np_lane_t *lane;
} call_t;

static void finish(const call_t *call)
{
    np_budget_charge(call->budget, call->started);
    atomic_fetch_sub(&call->memcache->calls, 1); /* the last that we touch */
}

static void end(const call_t *call)
{
    np_peer_give_back(call->peer, call->lane);
    finish(call);
}

/* Take a lane to the server of key, if the call may be made at all; value is
 * what shall be put, or NULL. */
static apr_status_t begin(call_t *call, np_store_t *store, const char *key,
                          const np_bytes_t *value, np_budget_t *budget)
{
    np_memcache_t *memcache = (np_memcache_t *)store;
    apr_status_t status = np_store_admit(key, value, budget);
    if (status != APR_SUCCESS) {
        return status;
    }
    const apr_interval_time_t wait =
        budget->left < memcache->timeout ? budget->left : memcache->timeout;
    const int home = np_rendezvous_first(memcache->seeds, memcache->count, key);
    atomic_fetch_add(&memcache->calls, 1);
    call->memcache = memcache;
    call->budget = budget;
    call->started = np_clock_monotonic();
    call->until = call->started + wait;
    call->peer = memcache->peers[home];
    status = np_peer_take(call->peer, call->until, &call->lane);
    if (status != APR_SUCCESS) {
        finish(call);
    }
    return status;
}

static apr_status_t memcache_get(np_store_t *store, const char *key,
                                 np_budget_t *budget, np_bytes_t *value,
                                 apr_pool_t *p)
{
    call_t call;
    apr_status_t status = begin(&call, store, key, NULL, budget);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = np_lane_get(call.lane, key, call.until, value, p);
    end(&call);
    return status;
}

static apr_status_t memcache_put(np_store_t *store, const char *key,
                                 np_bytes_t value, np_put_e how,
                                 apr_time_t expires_at, np_budget_t *budget,
                                 apr_pool_t *scratch)
{
    call_t call;
    apr_status_t status = begin(&call, store, key, &value, budget);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = np_lane_put(call.lane, key, value, how, expires_at, call.until);
    end(&call);
    return status;
}

static apr_status_t memcache_remove(np_store_t *store, const char *key,
                                    np_budget_t *budget, apr_pool_t *scratch)
{
    call_t call;
    apr_status_t status = begin(&call, store, key, NULL, budget);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = np_lane_remove(call.lane, key, call.until);
    end(&call);
    return status;
}

/* httpd does not always wait for its threads before it ends a process. */
static void wait_for_calls(np_memcache_t *memcache)
{
    const apr_time_t until = np_clock_monotonic() + LAST_CALLS;
    while (atomic_load(&memcache->calls) > 0 && np_clock_monotonic() < until) {
        apr_sleep(APR_USEC_PER_SEC / 1000);
    }
}

static apr_status_t memcache_cleanup(void *data)
{
    np_memcache_t *memcache = data;
    for (int i = 0; i < memcache->count; i++) {
        np_peer_close(memcache->peers[i]);
    }
    np_deadline_stop(memcache->keeper);
    wait_for_calls(memcache);
    for (int i = 0; i < memcache->count; i++) {
        np_connector_join(memcache->peers[i]);
    }
    return APR_SUCCESS;
}

static apr_status_t create_peers(np_memcache_t *memcache,
                                 const np_memcache_servers_t *servers,
                                 const np_memcache_limits_t *limits,
                                 apr_pool_t *p)
{
    const apr_size_t count = (apr_size_t)servers->count;
    memcache->peers = apr_pcalloc(p, count * sizeof(*memcache->peers));
    memcache->seeds = apr_pcalloc(p, count * sizeof(*memcache->seeds));
    for (int i = 0; i < servers->count; i++) {
        const np_memcache_name_t *name = &servers->names[i];
        memcache->seeds[i] = np_rendezvous_seed(name->text);
        const apr_status_t status =
            np_peer_create(&memcache->peers[i], name, limits, memcache->keeper,
                           i * limits->connections, p);
        if (status != APR_SUCCESS) {
            return status;
        }
    }
    return APR_SUCCESS;
}

static apr_status_t start_connectors(np_memcache_t *memcache, apr_pool_t *p)
{
    apr_pool_pre_cleanup_register(p, memcache, memcache_cleanup);
    for (int i = 0; i < memcache->count; i++) {
        const apr_status_t status = np_connector_start(memcache->peers[i], p);
        if (status != APR_SUCCESS) {
            return status;
        }
    }
    return APR_SUCCESS;
}

apr_status_t np_memcache_create(np_store_t **store,
                                const np_memcache_servers_t *servers,
                                const np_memcache_limits_t *limits,
                                apr_pool_t *p)
{
    if (servers->count < 1 || limits->connections < 1 || limits->timeout <= 0) {
        return APR_EINVAL;
    }
    np_memcache_t *made = apr_pcalloc(p, sizeof(*made));
    made->store.name = "memcache";
    made->store.get = memcache_get;
    made->store.put = memcache_put;
    made->store.remove = memcache_remove;
    made->timeout = limits->timeout;
    made->count = servers->count;
    apr_status_t status =
        np_deadline_create(&made->keeper, servers->count * limits->connections,
                           limits->timeout, p);
    if (status == APR_SUCCESS) {
        status = create_peers(made, servers, limits, p);
    }
    if (status == APR_SUCCESS) {
        status = start_connectors(made, p);
    }
    *store = &made->store;
    return status;
}
