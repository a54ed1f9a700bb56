/* SPDX-License-Identifier: Apache-2.0
 * The store in one of httpd's small object caches (mod_socache_*). */
#include "np_socache.h"

#include <string.h>

#include "np_clock.h"

/** Room for a record without much of an application's data. */
#define USUAL_SIZE 1024

typedef struct np_socache_t {
    np_store_t store;
    const ap_socache_provider_t *provider;
    ap_socache_instance_t *instance;
    apr_global_mutex_t *mutex;
    server_rec *server;
} np_socache_t;

/* One call: its cache, its key, and when it began. */
typedef struct np_socache_call_t {
    np_socache_t *cache;
    const unsigned char *key;
    unsigned int key_len;
    np_budget_t *budget;
    apr_time_t began;
    apr_pool_t *p;
} np_socache_call_t;

/* Wait for the lock no longer than the budget allows. Mechanisms without a
 * timed lock are held for microseconds, and freed by the kernel if their
 * holder dies. */
static apr_status_t lock(const np_socache_call_t *call)
{
    apr_global_mutex_t *mutex = call->cache->mutex;

    if (!mutex) {
        return APR_SUCCESS;
    }
    apr_status_t status =
        apr_global_mutex_timedlock(mutex, call->budget->left);
    return APR_STATUS_IS_ENOTIMPL(status) ? apr_global_mutex_lock(mutex)
                                          : status;
}

static apr_status_t begin(np_socache_call_t *call, np_store_t *store,
                          const char *key, const np_bytes_t *value,
                          np_budget_t *budget, apr_pool_t *p)
{
    *call = (np_socache_call_t){
        .cache = (np_socache_t *)store,
        .key = (const unsigned char *)key,
        .key_len = (unsigned int)strlen(key),
        .budget = budget,
        .began = np_clock_monotonic(),
        .p = p,
    };
    apr_status_t status = np_store_admit(key, value, budget);
    return status == APR_SUCCESS ? lock(call) : status;
}

/* A lock that cannot be freed stays: every later call then says so itself. */
static apr_status_t end(const np_socache_call_t *call, apr_status_t status)
{
    if (call->cache->mutex) {
        (void)apr_global_mutex_unlock(call->cache->mutex);
    }
    np_budget_charge(call->budget, call->began);
    return status;
}

static apr_status_t retrieve_into(const np_socache_call_t *call,
                                  unsigned int size, np_bytes_t *value)
{
    unsigned char *data = apr_palloc(call->p, size);
    unsigned int len = size;

    apr_status_t status = call->cache->provider->retrieve(
        call->cache->instance, call->cache->server, call->key, call->key_len,
        data, &len, call->p);
    *value = (np_bytes_t){ data, len };
    return status;
}

/* Providers do not say how much room a value needs, nor agree on how they
 * refuse too little; so the second attempt has room for the largest. */
static apr_status_t retrieve(const np_socache_call_t *call,
                             np_bytes_t *value)
{
    apr_status_t status = retrieve_into(call, USUAL_SIZE, value);

    if (np_store_unavailable(status)) {
        status = retrieve_into(call, NP_STORE_MAX_VALUE, value);
    }
    return status;
}

static apr_status_t erase(const np_socache_call_t *call)
{
    apr_status_t status = call->cache->provider->remove(
        call->cache->instance, call->cache->server, call->key, call->key_len,
        call->p);
    return status == APR_NOTFOUND ? APR_SUCCESS : status;
}

static apr_status_t get(np_store_t *store, const char *key,
                        np_budget_t *budget, np_bytes_t *value, apr_pool_t *p)
{
    np_socache_call_t call;

    apr_status_t status = begin(&call, store, key, NULL, budget, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    return end(&call, retrieve(&call, value));
}

/* The provider writes blindly, and keeps what was there under the same key
 * before it: so we look first, and take the old one away. */
static apr_status_t look_and_store(const np_socache_call_t *call,
                                   np_bytes_t value, np_put_e how,
                                   apr_time_t expires_at)
{
    np_bytes_t before;

    apr_status_t status = retrieve(call, &before);
    if (how == NP_PUT_ADD && status == APR_SUCCESS) {
        return APR_EEXIST;
    }
    if (how == NP_PUT_REPLACE && status == APR_SUCCESS) {
        status = erase(call);
    }
    else if (how == NP_PUT_ADD && status == APR_NOTFOUND) {
        status = APR_SUCCESS;
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    status = call->cache->provider->store(
        call->cache->instance, call->cache->server, call->key, call->key_len,
        expires_at, (unsigned char *)value.data, (unsigned int)value.len,
        call->p);
    return status == APR_NOTFOUND || status == APR_EEXIST ? APR_EGENERAL
                                                          : status;
}

static apr_status_t put(np_store_t *store, const char *key, np_bytes_t value,
                        np_put_e how, apr_time_t expires_at,
                        np_budget_t *budget, apr_pool_t *scratch)
{
    np_socache_call_t call;

    apr_status_t status = begin(&call, store, key, &value, budget, scratch);
    if (status != APR_SUCCESS) {
        return status;
    }
    return end(&call, look_and_store(&call, value, how, expires_at));
}

static apr_status_t remove_key(np_store_t *store, const char *key,
                               np_budget_t *budget, apr_pool_t *scratch)
{
    np_socache_call_t call;

    apr_status_t status = begin(&call, store, key, NULL, budget, scratch);
    if (status != APR_SUCCESS) {
        return status;
    }
    return end(&call, erase(&call));
}

void np_socache_create(np_store_t **store,
                       const ap_socache_provider_t *provider,
                       ap_socache_instance_t *instance,
                       apr_global_mutex_t *mutex, server_rec *server,
                       apr_pool_t *p)
{
    np_socache_t *cache = apr_pcalloc(p, sizeof *cache);

    cache->store = (np_store_t){
        .name = provider->name,
        .get = get,
        .put = put,
        .remove = remove_key,
    };
    cache->provider = provider;
    cache->instance = instance;
    cache->mutex = mutex;
    cache->server = server;
    *store = &cache->store;
}
