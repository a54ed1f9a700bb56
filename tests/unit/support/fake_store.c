/* SPDX-License-Identifier: Apache-2.0
 * A store in memory that counts, fails on demand, and lets others cut in. */
#include "fake_store.h"

#include <string.h>

#include "apr_strings.h"

/* Run a hook, which is taken away meanwhile. */
static void run_hook(np_fake_t *fake, np_fake_hook_t **place,
                     const char *operation, const char *key)
{
    np_fake_hook_t *hook = *place;
    if (hook) {
        *place = NULL;
        hook(fake, operation, key);
        *place = hook;
    }
}

static apr_status_t enter(np_fake_t *fake, const char *operation,
                          const char *key, const np_bytes_t *value,
                          np_budget_t *budget)
{
    run_hook(fake, &fake->before, operation, key);
    apr_status_t status = np_store_admit(key, value, budget);
    if (status == APR_SUCCESS && fake->down) {
        budget->left -= fake->waits;
        status = APR_ECONNREFUSED;
    }
    return status;
}

static np_bytes_t copy(np_bytes_t value, apr_pool_t *p)
{
    return (np_bytes_t){ apr_pmemdup(p, value.data, value.len), value.len };
}

static np_fake_item_t *find(const np_fake_t *fake, const char *key)
{
    np_fake_item_t *item = apr_hash_get(fake->items, key, APR_HASH_KEY_STRING);
    return item && fake->now && item->kept_until <= fake->now ? NULL : item;
}

static apr_status_t read_item(np_fake_t *fake, const char *key,
                              np_bytes_t *value, apr_pool_t *p)
{
    fake->gets++;
    const np_fake_item_t *found = find(fake, key);
    if (!found) {
        return APR_NOTFOUND;
    }
    *value = copy(found->value, p);
    return APR_SUCCESS;
}

static apr_status_t get(np_store_t *store, const char *key, np_budget_t *budget,
                        np_bytes_t *value, apr_pool_t *p)
{
    np_fake_t *fake = (np_fake_t *)store;
    apr_status_t status = enter(fake, "get", key, NULL, budget);
    if (status != APR_SUCCESS) {
        return status;
    }
    apr_thread_mutex_lock(fake->mutex);
    status = read_item(fake, key, value, p);
    apr_thread_mutex_unlock(fake->mutex);
    run_hook(fake, &fake->after, "get", key);
    return status;
}

static apr_status_t write_item(np_fake_t *fake, const char *key,
                               np_bytes_t value, np_put_e how,
                               apr_time_t expires_at)
{
    fake->puts++;
    const bool taken = np_fake_has(fake, key);
    if (taken != (how == NP_PUT_REPLACE)) {
        return taken ? APR_EEXIST : APR_NOTFOUND;
    }
    np_fake_item_t *item = apr_palloc(fake->p, sizeof *item);
    *item = (np_fake_item_t){ copy(value, fake->p), expires_at };
    fake->kept_until = expires_at;
    apr_hash_set(fake->items, apr_pstrdup(fake->p, key), APR_HASH_KEY_STRING,
                 item);
    return APR_SUCCESS;
}

static apr_status_t put(np_store_t *store, const char *key, np_bytes_t value,
                        np_put_e how, apr_time_t expires_at,
                        np_budget_t *budget, apr_pool_t *scratch)
{
    np_fake_t *fake = (np_fake_t *)store;
    const char *operation = how == NP_PUT_ADD ? "add" : "replace";
    apr_status_t status = enter(fake, operation, key, &value, budget);
    if (status != APR_SUCCESS) {
        return status;
    }
    apr_thread_mutex_lock(fake->mutex);
    status = write_item(fake, key, value, how, expires_at);
    apr_thread_mutex_unlock(fake->mutex);
    run_hook(fake, &fake->after, operation, key);
    return status;
}

static apr_status_t remove_key(np_store_t *store, const char *key,
                               np_budget_t *budget, apr_pool_t *scratch)
{
    np_fake_t *fake = (np_fake_t *)store;
    const apr_status_t status = enter(fake, "remove", key, NULL, budget);
    if (status != APR_SUCCESS) {
        return status;
    }
    apr_thread_mutex_lock(fake->mutex);
    fake->removes++;
    apr_hash_set(fake->items, key, APR_HASH_KEY_STRING, NULL);
    apr_thread_mutex_unlock(fake->mutex);
    run_hook(fake, &fake->after, "remove", key);
    return APR_SUCCESS;
}

static apr_status_t destroy(void *data)
{
    apr_pool_destroy(data);
    return APR_SUCCESS;
}

np_fake_t *np_fake_create(apr_pool_t *p)
{
    np_fake_t *fake = apr_pcalloc(p, sizeof *fake);
    fake->store = (np_store_t){"fake", get, put, remove_key};
    (void)apr_pool_create_unmanaged_ex(&fake->p, NULL, NULL);
    apr_pool_cleanup_register(p, fake->p, destroy, apr_pool_cleanup_null);
    fake->items = apr_hash_make(fake->p);
    (void)apr_thread_mutex_create(&fake->mutex, APR_THREAD_MUTEX_DEFAULT, p);
    return fake;
}

bool np_fake_has(const np_fake_t *fake, const char *key)
{
    return find(fake, key) != NULL;
}

void np_fake_damage(np_fake_t *fake, const char *key)
{
    np_fake_item_t *item = find(fake, key);
    if (item) {
        unsigned char *octets =
            apr_pmemdup(fake->p, item->value.data, item->value.len);
        octets[item->value.len - 1] ^= 1;
        item->value.data = octets;
    }
}
