/* SPDX-License-Identifier: Apache-2.0
 * The store in memcached, on apr_memcache, with the deadline that it lacks. */
#include "np_memcache.h"

#include <stdatomic.h>

#include "np_clock.h"
#include "np_copies.h"
#include "np_copy.h"
#include "np_keeper.h"
#include "np_memcache_connector.h"
#include "np_rendezvous.h"

/* How long calls that were cut have to return when the process ends. */
#define LAST_CALLS apr_time_from_msec(500)

typedef struct np_memcache_t np_memcache_t;

/* One of the servers, as a store of its own. */
typedef struct server_t {
    np_store_t store;
    np_memcache_t *memcache;
    np_peer_t *peer;
} server_t;

struct np_memcache_t {
    /* Each key in the server that it belongs to. */
    np_store_t store;
    apr_interval_time_t timeout;
    int count;
    np_store_t **servers;
    /** Of the peers' names, for np_rendezvous_first(). */
    apr_uint64_t *seeds;
    np_deadline_t *keeper;
    /** Calls that are under way. */
    atomic_int calls;
};

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

/* Take a lane to the server, if the call may be made at all; value is what
 * shall be put, or NULL. */
static apr_status_t begin(call_t *call, np_store_t *store, const char *key,
                          const np_bytes_t *value, np_budget_t *budget)
{
    const server_t *server = (server_t *)store;
    np_memcache_t *memcache = server->memcache;
    apr_status_t status = np_store_admit(key, value, budget);
    if (status != APR_SUCCESS) {
        return status;
    }
    const apr_interval_time_t wait =
        budget->left < memcache->timeout ? budget->left : memcache->timeout;
    atomic_fetch_add(&memcache->calls, 1);
    call->memcache = memcache;
    call->budget = budget;
    call->started = np_clock_monotonic();
    call->until = call->started + wait;
    call->peer = server->peer;
    status = np_peer_take(call->peer, call->until, &call->lane);
    if (status != APR_SUCCESS) {
        finish(call);
    }
    return status;
}

static apr_status_t server_get(np_store_t *store, const char *key,
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

static apr_status_t server_put(np_store_t *store, const char *key,
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

static apr_status_t server_remove(np_store_t *store, const char *key,
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

static np_store_t *home_of(np_store_t *store, const char *key)
{
    const np_memcache_t *memcache = (np_memcache_t *)store;
    return memcache->servers[np_rendezvous_first(memcache->seeds,
                                                 memcache->count, key)];
}

static apr_status_t memcache_get(np_store_t *store, const char *key,
                                 np_budget_t *budget, np_bytes_t *value,
                                 apr_pool_t *p)
{
    np_store_t *home = home_of(store, key);
    const apr_status_t status = home->get(home, key, budget, value, p);
    if (status == APR_SUCCESS) {      /* there may have been copies, once */
        *value = np_copy_value(*value);
    }
    return status;
}

static apr_status_t memcache_put(np_store_t *store, const char *key,
                                 np_bytes_t value, np_put_e how,
                                 apr_time_t expires_at, np_budget_t *budget,
                                 apr_pool_t *scratch)
{
    np_store_t *home = home_of(store, key);
    return home->put(home, key, value, how, expires_at, budget, scratch);
}

static apr_status_t memcache_remove(np_store_t *store, const char *key,
                                    np_budget_t *budget, apr_pool_t *scratch)
{
    np_store_t *home = home_of(store, key);
    return home->remove(home, key, budget, scratch);
}

static np_peer_t *peer_of(const np_memcache_t *memcache, int server)
{
    return ((server_t *)memcache->servers[server])->peer;
}

static bool answers(const np_store_t *server)
{
    const np_peer_t *peer = ((const server_t *)server)->peer;
    const np_peer_state_e state = np_peer_state(atomic_load(&peer->health));
    return state == NP_PEER_UP || state == NP_PEER_TRYING;
}

static bool await(np_store_t *server, np_budget_t *budget)
{
    np_peer_t *peer = ((server_t *)server)->peer;
    const apr_time_t started = np_clock_monotonic();
    const bool up = np_peer_await(peer, started + budget->left);

    np_budget_charge(budget, started);
    return up;
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
        np_peer_close(peer_of(memcache, i));
    }
    np_deadline_stop(memcache->keeper);
    wait_for_calls(memcache);
    for (int i = 0; i < memcache->count; i++) {
        np_connector_join(peer_of(memcache, i));
    }
    return APR_SUCCESS;
}

static apr_status_t create_servers(np_memcache_t *memcache,
                                   const np_memcache_servers_t *servers,
                                   const np_memcache_limits_t *limits,
                                   apr_pool_t *p)
{
    const apr_size_t count = (apr_size_t)servers->count;
    server_t *made = apr_pcalloc(p, count * sizeof(*made));
    memcache->servers = apr_pcalloc(p, count * sizeof(*memcache->servers));
    memcache->seeds = apr_pcalloc(p, count * sizeof(*memcache->seeds));
    for (int i = 0; i < servers->count; i++) {
        const np_memcache_name_t *name = &servers->names[i];
        memcache->seeds[i] = np_rendezvous_seed(name->text);
        memcache->servers[i] = &made[i].store;
        made[i].store =
            (np_store_t){ "memcache", server_get, server_put, server_remove };
        made[i].memcache = memcache;
        const apr_status_t status =
            np_peer_create(&made[i].peer, name, limits, memcache->keeper,
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
        const apr_status_t status = np_connector_start(peer_of(memcache, i), p);
        if (status != APR_SUCCESS) {
            return status;
        }
    }
    return APR_SUCCESS;
}

static apr_status_t create(np_memcache_t **memcache,
                           const np_memcache_servers_t *servers,
                           const np_memcache_limits_t *limits, apr_pool_t *p)
{
    if (servers->count < 1 || limits->connections < 1 || limits->timeout <= 0) {
        return APR_EINVAL;
    }
    np_memcache_t *made = apr_pcalloc(p, sizeof(*made));
    made->timeout = limits->timeout;
    made->count = servers->count;
    apr_status_t status =
        np_deadline_create(&made->keeper, servers->count * limits->connections,
                           limits->timeout, p);
    if (status == APR_SUCCESS) {
        status = create_servers(made, servers, limits, p);
    }
    if (status == APR_SUCCESS) {
        status = start_connectors(made, p);
    }
    *memcache = made;
    return status;
}

apr_status_t np_memcache_create(np_store_t **store,
                                const np_memcache_servers_t *servers,
                                const np_memcache_limits_t *limits,
                                apr_pool_t *p)
{
    np_memcache_t *memcache;
    const apr_status_t status = create(&memcache, servers, limits, p);

    if (status == APR_SUCCESS) {
        memcache->store = (np_store_t){ "memcache", memcache_get, memcache_put,
                                        memcache_remove };
        *store = &memcache->store;
    }
    return status;
}

apr_status_t np_memcache_create_copies(np_store_t **store,
                                       const np_memcache_servers_t *servers,
                                       const np_memcache_limits_t *limits,
                                       int copies, np_trust_t *trust,
                                       apr_pool_t *p)
{
    np_memcache_t *memcache;
    np_cluster_t *cluster = apr_pcalloc(p, sizeof(*cluster));

    if (copies < 2 || copies > servers->count
        || copies > NP_CLUSTER_MAX_COPIES) {
        return APR_EINVAL;
    }
    apr_status_t status = create(&memcache, servers, limits, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    cluster->servers = memcache->servers;
    cluster->list.seeds = memcache->seeds;
    cluster->list.count = memcache->count;
    cluster->list.copies = copies;
    cluster->trust = trust;
    cluster->answers = answers;
    cluster->await = await;
    cluster->patience = limits->timeout / 8;
    cluster->calls = &memcache->calls;
    cluster->clock = np_clock_now;
    *store = np_copies_create(cluster, p);
    return np_keeper_start(cluster, limits->timeout, p);
}
