/* SPDX-License-Identifier: Apache-2.0
 * A store that makes the near cache forget what is changed in another store. */
#include "np_near_store.h"

#include <string.h>

#include "np_id.h"

typedef struct np_near_store_t {
    np_store_t store;
    np_store_t *inner;
    np_near_table_t *table;
} np_near_store_t;

/* Keys of another length are of what is never kept. */
static void forget(const np_near_store_t *near, const char *key)
{
    if (strlen(key) == NP_STORAGE_KEY_LEN) {
        np_near_forget(near->table, key);
    }
}

static apr_status_t near_get(np_store_t *store, const char *key,
                             np_budget_t *budget, np_bytes_t *value,
                             apr_pool_t *p)
{
    const np_near_store_t *near = (np_near_store_t *)store;

    apr_status_t status =
        near->inner->get(near->inner, key, budget, value, p);
    if (status == APR_NOTFOUND) {
        forget(near, key);
    }
    return status;
}

/* Twice: between the two, others may have read what was there before; and who
 * dies between them has made all forget what they had. */
static apr_status_t near_put(np_store_t *store, const char *key,
                             np_bytes_t value, np_put_e how,
                             apr_time_t expires_at, np_budget_t *budget,
                             apr_pool_t *scratch)
{
    const np_near_store_t *near = (np_near_store_t *)store;

    forget(near, key);
    apr_status_t status = near->inner->put(near->inner, key, value, how,
                                           expires_at, budget, scratch);
    forget(near, key);
    return status;
}

static apr_status_t near_remove(np_store_t *store, const char *key,
                                np_budget_t *budget, apr_pool_t *scratch)
{
    const np_near_store_t *near = (np_near_store_t *)store;

    forget(near, key);
    apr_status_t status =
        near->inner->remove(near->inner, key, budget, scratch);
    forget(near, key);
    return status;
}

np_store_t *np_near_store_create(np_store_t *store, np_near_table_t *table,
                                 apr_pool_t *p)
{
    np_near_store_t *near = apr_pcalloc(p, sizeof *near);

    near->store = (np_store_t){ store->name, near_get, near_put, near_remove };
    near->inner = store;
    near->table = table;
    return &near->store;
}
