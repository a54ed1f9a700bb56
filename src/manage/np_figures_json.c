/* SPDX-License-Identifier: Apache-2.0
 * The figures as JSON, for pages that show them. */
#include "np_figures_json.h"

#include "np_json.h"
#include "np_moment.h"

static void set(json_t *object, const char *name, json_t *value)
{
    json_object_set_new(object, name, value);
}

static json_t *number(apr_uint64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *milliseconds(apr_interval_time_t duration)
{
    return duration < 0 ? json_null() : np_json_quotient(duration, 1000);
}

/* --- tenants ---------------------------------------------------------------- */

static json_t *family_json(const np_figure_family_t *family,
                           const np_tenant_figures_t *tenant)
{
    const apr_uint64_t *value = &tenant->value[family->first];

    if (!family->label) {
        return number(*value);
    }
    json_t *object = json_object();
    for (int i = 0; i < family->count; i++) {
        set(object, family->values[i], number(value[i]));
    }
    return object;
}

static json_t *tenant_json(const np_tenant_figures_t *tenant, apr_pool_t *p)
{
    json_t *object = json_object();

    set(object, "tenant", np_json_text(tenant->tenant, p));
    set(object, "host",
        *tenant->host ? np_json_text(tenant->host, p) : json_null());
    for (int i = 0; i < NP_FIGURE_FAMILIES; i++) {
        set(object, np_figure_families[i].member,
            family_json(&np_figure_families[i], tenant));
    }
    return object;
}

/* --- stores ----------------------------------------------------------------- */

static void set_durations(json_t *object, const np_histogram_t *histogram)
{
    set(object, "mean_ms",
        histogram->total ? np_json_quotient((apr_int64_t)(histogram->time
                                                          / histogram->total),
                                            1000)
                         : json_null());
    set(object, "p50_ms", milliseconds(np_figures_percentile(histogram, 50)));
    set(object, "p95_ms", milliseconds(np_figures_percentile(histogram, 95)));
    set(object, "p99_ms", milliseconds(np_figures_percentile(histogram, 99)));
}

static json_t *operation_json(const np_store_figures_t *store,
                              np_operation_e operation)
{
    json_t *object = json_object();
    np_histogram_t histogram = { .total = 0 };

    for (int i = 0; i < NP_REACTIONS; i++) {
        if (np_reaction_names[operation][i]) {
            set(object, np_reaction_names[operation][i],
                number(np_figures_operations(store, operation,
                                             (np_reaction_e)i)));
        }
    }
    np_figures_add_durations(store, operation, &histogram);
    set_durations(object, &histogram);
    return object;
}

/* Not cumulative: each class alone, the last without an upper bound. */
static json_t *histogram_json(const np_histogram_t *histogram)
{
    json_t *list = json_array();

    for (int i = 0; i < NP_DURATIONS; i++) {
        json_t *class = json_object();
        set(class, "up_to_ms",
            i < NP_DURATIONS - 1 ? milliseconds(np_duration_bounds[i])
                                 : json_null());
        set(class, "count", number(histogram->count[i]));
        json_array_append_new(list, class);
    }
    return list;
}

static json_t *store_json(const np_store_figures_t *store, apr_pool_t *p)
{
    json_t *object = json_object();
    json_t *operations = json_object();
    np_histogram_t histogram = { .total = 0 };
    apr_uint64_t failures = 0;

    for (int i = 0; i < NP_OPERATIONS; i++) {
        np_figures_add_durations(store, (np_operation_e)i, &histogram);
        failures += np_figures_operations(store, (np_operation_e)i,
                                          NP_REACTION_UNAVAILABLE);
        set(operations, np_operation_names[i],
            operation_json(store, (np_operation_e)i));
    }
    set(object, "store", np_json_text(store->store, p));
    set(object, "total", number(histogram.total));
    set(object, "failures", number(failures));
    set_durations(object, &histogram);
    set(object, "operations", operations);
    set(object, "durations", histogram_json(&histogram));
    set(object, "downs", number(store->value[NP_STORE_CELL_DOWNS]));
    set(object, "ups", number(store->value[NP_STORE_CELL_UPS]));
    set(object, "near_hits", number(store->value[NP_STORE_CELL_NEAR_HITS]));
    set(object, "near_misses",
        number(store->value[NP_STORE_CELL_NEAR_MISSES]));
    return object;
}

const char *np_figures_json(const np_figures_t *figures, apr_pool_t *p)
{
    json_t *object = np_json_object(p);
    json_t *tenants = json_array();
    json_t *stores = json_array();

    for (int i = 0; i < figures->tenants->nelts; i++) {
        json_array_append_new(
            tenants,
            tenant_json(&APR_ARRAY_IDX(figures->tenants, i,
                                       np_tenant_figures_t),
                        p));
    }
    for (int i = 0; i < figures->stores->nelts; i++) {
        json_array_append_new(
            stores,
            store_json(&APR_ARRAY_IDX(figures->stores, i, np_store_figures_t),
                       p));
    }
    set(object, "version", json_string(NP_VERSION));
    set(object, "now", json_string(np_moment_print(figures->now, p)));
    set(object, "since", json_string(np_moment_print(figures->since, p)));
    set(object, "uptime_seconds",
        number((apr_uint64_t)apr_time_sec(figures->now - figures->since)));
    set(object, "tenants", tenants);
    set(object, "stores", stores);
    return np_json_print(object, p);
}
