/* SPDX-License-Identifier: Apache-2.0
 * The store in one of httpd's small object caches (mod_socache_*). */
#include "np_socache.h"

#include <string.h>

#include "apr_strings.h"

#include "np_clock.h"
#include "np_rendezvous.h"

/* Between two looks at a mutex that cannot be waited for. */
#define MUTEX_PAUSE apr_time_from_msec(1)

typedef struct np_socache_t {
    np_store_t store;
    const ap_socache_provider_t *provider;
    ap_socache_instance_t *instance;
    apr_global_mutex_t *mutex;
    server_rec *server;
    /** The provider says "nothing there" by another status as well. */
    bool is_dbm;
} np_socache_t;

/* One call of a store function. Everything it needs dies with scratch. */
typedef struct call_t {
    np_socache_t *cache;
    np_budget_t *budget;
    apr_time_t started;
    bool is_locked;
    unsigned char *id;
    unsigned int id_len;
    apr_pool_t *scratch;
} call_t;

static np_socache_t *cache_of(np_store_t *store)
{
    return (np_socache_t *)store;
}

static apr_status_t lock_within(apr_global_mutex_t *mutex,
                                apr_interval_time_t wait)
{
    apr_status_t status = apr_global_mutex_timedlock(mutex, wait);
    if (status != APR_ENOTIMPL) {
        return status;
    }
    const apr_time_t until = np_clock_monotonic() + wait;
    for (;;) {
        status = apr_global_mutex_trylock(mutex);
        if (!APR_STATUS_IS_EBUSY(status)) {
            return status;
        }
        if (np_clock_monotonic() >= until) {
            return APR_TIMEUP;
        }
        apr_sleep(MUTEX_PAUSE);
    }
}

/* The key with a byte in front of it that depends on all of the key: shmcb
 * divides its memory by the first byte of an id, and our keys begin with a few
 * letters only. */
static void make_id(call_t *call, const char *key)
{
    const apr_size_t len = strlen(key);
    call->id = apr_palloc(call->scratch, len + 1);
    call->id[0] = (unsigned char)np_rendezvous_seed(key);
    memcpy(call->id + 1, key, len);
    call->id_len = (unsigned int)len + 1;
}

static void end(call_t *call)
{
    if (call->is_locked) {
        apr_global_mutex_unlock(call->cache->mutex);
    }
    apr_pool_destroy(call->scratch);
    np_budget_charge(call->budget, call->started);
}

/* Make ready for the provider: with the mutex if it has to be alone. */
static apr_status_t begin(call_t *call, np_store_t *store, const char *key,
                          const np_bytes_t *value, np_budget_t *budget,
                          bool alone, apr_pool_t *p)
{
    apr_status_t status = np_store_admit(key, value, budget);
    if (status != APR_SUCCESS) {
        return status;
    }
    call->cache = cache_of(store);
    call->budget = budget;
    call->started = np_clock_monotonic();
    call->is_locked = false;
    apr_pool_create(&call->scratch, p);
    make_id(call, key);
    if (alone && call->cache->mutex) {
        status = lock_within(call->cache->mutex, budget->left);
        if (status != APR_SUCCESS) {
            end(call);
            return status;
        }
        call->is_locked = true;
    }
    return APR_SUCCESS;
}

/* What the provider holds. APR_NOTFOUND, or it is not known. The buffer has to
 * have room for the largest value: shmcb says APR_NOTFOUND if it has not. */
static apr_status_t read_entry(call_t *call, np_bytes_t *value)
{
    const np_socache_t *cache = call->cache;
    unsigned char *buffer = apr_palloc(call->scratch, NP_STORE_MAX_VALUE);
    unsigned int len = NP_STORE_MAX_VALUE;
    const apr_status_t status =
        cache->provider->retrieve(cache->instance, cache->server, call->id,
                                  call->id_len, buffer, &len, call->scratch);
    if (status == APR_EGENERAL && cache->is_dbm) {
        return APR_NOTFOUND;
    }
    value->data = buffer;
    value->len = len;
    return status == APR_EEXIST ? APR_EGENERAL : status;
}

static apr_status_t remove_entry(const call_t *call)
{
    const np_socache_t *cache = call->cache;
    const apr_status_t status = cache->provider->remove(
        cache->instance, cache->server, call->id, call->id_len, call->scratch);
    if (status == APR_NOTFOUND) {
        return APR_SUCCESS;
    }
    return status == APR_EEXIST ? APR_EGENERAL : status;
}

static apr_status_t write_entry(const call_t *call, np_bytes_t value,
                                apr_time_t expires_at)
{
    const np_socache_t *cache = call->cache;
    const apr_status_t status = cache->provider->store(
        cache->instance, cache->server, call->id, call->id_len, expires_at,
        (unsigned char *)value.data, (unsigned int)value.len, call->scratch);
    return status == APR_SUCCESS || np_store_unavailable(status) ? status
                                                                 : APR_EGENERAL;
}

/* Remove, then store: a provider may keep both entries and find the older one.
 * shmcb has forgotten the old value when it finds that there is no room for the
 * new one, so it gets the old one back. It may keep it too long, but the value
 * itself knows when it ends. */
static apr_status_t replace_entry(const call_t *call, np_bytes_t old,
                                  np_bytes_t value, apr_time_t expires_at)
{
    apr_status_t status = remove_entry(call);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = write_entry(call, value, expires_at);
    if (status != APR_SUCCESS) {
        (void)write_entry(call, old, expires_at); /* no worse if it fails */
    }
    return status;
}

static apr_status_t put_entry(call_t *call, np_bytes_t value, np_put_e how,
                              apr_time_t expires_at)
{
    np_bytes_t old;
    const apr_status_t status = read_entry(call, &old);
    if (np_store_unavailable(status)) {
        return status;
    }
    const bool is_taken = status == APR_SUCCESS;
    if (how == NP_PUT_ADD) {
        return is_taken ? APR_EEXIST : write_entry(call, value, expires_at);
    }
    return is_taken ? replace_entry(call, old, value, expires_at)
                    : APR_NOTFOUND;
}

static apr_status_t socache_get(np_store_t *store, const char *key,
                                np_budget_t *budget, np_bytes_t *value,
                                apr_pool_t *p)
{
    const unsigned int flags = cache_of(store)->provider->flags;
    call_t call;
    apr_status_t status = begin(&call, store, key, NULL, budget,
                                flags & AP_SOCACHE_FLAG_NOTMPSAFE, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    np_bytes_t found;
    status = read_entry(&call, &found);
    if (status == APR_SUCCESS) {
        value->data = apr_pmemdup(p, found.data, found.len);
        value->len = found.len;
    }
    end(&call);
    return status;
}

static apr_status_t socache_put(np_store_t *store, const char *key,
                                np_bytes_t value, np_put_e how,
                                apr_time_t expires_at, np_budget_t *budget,
                                apr_pool_t *scratch)
{
    call_t call;
    apr_status_t status =
        begin(&call, store, key, &value, budget, true, scratch);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = put_entry(&call, value, how, expires_at);
    end(&call);
    return status;
}

static apr_status_t socache_remove(np_store_t *store, const char *key,
                                   np_budget_t *budget, apr_pool_t *scratch)
{
    call_t call;
    apr_status_t status =
        begin(&call, store, key, NULL, budget, true, scratch);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = remove_entry(&call);
    end(&call);
    return status;
}

void np_socache_create(np_store_t **store,
                       const ap_socache_provider_t *provider,
                       ap_socache_instance_t *instance,
                       apr_global_mutex_t *mutex, server_rec *server,
                       apr_pool_t *p)
{
    np_socache_t *made = apr_pcalloc(p, sizeof(*made));
    made->store.name = provider->name;
    made->store.get = socache_get;
    made->store.put = socache_put;
    made->store.remove = socache_remove;
    made->provider = provider;
    made->instance = instance;
    made->mutex = mutex;
    made->server = server;
    made->is_dbm = strcmp(provider->name, "dbm") == 0;
    *store = &made->store;
}
