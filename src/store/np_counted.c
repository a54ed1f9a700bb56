/* SPDX-License-Identifier: Apache-2.0
 * A store that counts what another store is asked for, and answers. */
#include "np_counted.h"

#include "np_clock.h"
#include "np_figures.h"

typedef struct np_counted_t {
    np_store_t store;
    np_store_t *inner;
    np_cells_t *cells;
} np_counted_t;

static np_reaction_e reaction(apr_status_t status)
{
    if (np_store_unavailable(status)) {
        return NP_REACTION_UNAVAILABLE;
    }
    return status == APR_SUCCESS ? NP_REACTION_YES : NP_REACTION_NO;
}

static apr_status_t count(np_counted_t *counted, np_operation_e operation,
                          apr_time_t began, apr_status_t status)
{
    const apr_interval_time_t took = np_clock_monotonic() - began;

    np_cells_add(counted->cells,
                 NP_STORE_CELL(operation, reaction(status),
                               np_figures_duration_class(took)),
                 1);
    np_cells_add(counted->cells, NP_STORE_CELL_TIME(operation),
                 (apr_uint64_t)took);
    return status;
}

static apr_status_t counted_get(np_store_t *store, const char *key,
                                np_budget_t *budget, np_bytes_t *value,
                                apr_pool_t *p)
{
    np_counted_t *counted = (np_counted_t *)store;
    const apr_time_t began = np_clock_monotonic();

    return count(counted, NP_OPERATION_GET, began,
                 counted->inner->get(counted->inner, key, budget, value, p));
}

static apr_status_t counted_put(np_store_t *store, const char *key,
                                np_bytes_t value, np_put_e how,
                                apr_time_t expires_at, np_budget_t *budget,
                                apr_pool_t *scratch)
{
    np_counted_t *counted = (np_counted_t *)store;
    const apr_time_t began = np_clock_monotonic();

    return count(counted,
                 how == NP_PUT_ADD ? NP_OPERATION_ADD : NP_OPERATION_REPLACE,
                 began,
                 counted->inner->put(counted->inner, key, value, how,
                                     expires_at, budget, scratch));
}

static apr_status_t counted_remove(np_store_t *store, const char *key,
                                   np_budget_t *budget, apr_pool_t *scratch)
{
    np_counted_t *counted = (np_counted_t *)store;
    const apr_time_t began = np_clock_monotonic();

    return count(counted, NP_OPERATION_REMOVE, began,
                 counted->inner->remove(counted->inner, key, budget, scratch));
}

np_store_t *np_counted_create(np_store_t *store, np_cells_t *cells,
                              apr_pool_t *p)
{
    np_counted_t *counted = apr_pcalloc(p, sizeof(*counted));

    counted->store = (np_store_t){ store->name, counted_get, counted_put,
                                   counted_remove };
    counted->inner = store;
    counted->cells = cells;
    return &counted->store;
}
