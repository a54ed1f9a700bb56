/* SPDX-License-Identifier: Apache-2.0
 * The figures on the page of mod_status. */
#include "np_metrics.h"

#include "apr_lib.h"
#include "apr_optional_hooks.h"
#include "apr_strings.h"
#include "http_protocol.h"
#include "mod_status.h"

/* One figure over all tenants. */
static apr_uint64_t sum(const np_figures_t *figures, int figure)
{
    apr_uint64_t total = 0;

    for (int i = 0; i < figures->tenants->nelts; i++) {
        total += APR_ARRAY_IDX(figures->tenants, i, np_tenant_figures_t)
                     .value[figure];
    }
    return total;
}

/* --- lines, for ?auto ------------------------------------------------------- */

static void line(request_rec *r, const char *title, const char *value,
                 apr_uint64_t number)
{
    const char first[2] = { (char)apr_toupper(*value), '\0' };

    ap_rprintf(r, "SessionNP%s%s%s: %" APR_UINT64_T_FMT "\n", title, first,
               *value ? value + 1 : "", number);
}

static void store_lines(request_rec *r, const np_figures_t *figures)
{
    apr_uint64_t operations = 0;
    apr_uint64_t failures = 0;

    for (int i = 0; i < figures->stores->nelts; i++) {
        const np_store_figures_t *store =
            &APR_ARRAY_IDX(figures->stores, i, np_store_figures_t);
        for (int j = 0; j < NP_OPERATIONS * NP_REACTIONS; j++) {
            const apr_uint64_t count = np_figures_operations(
                store, (np_operation_e)(j / NP_REACTIONS),
                (np_reaction_e)(j % NP_REACTIONS));
            operations += count;
            failures +=
                j % NP_REACTIONS == NP_REACTION_UNAVAILABLE ? count : 0;
        }
    }
    line(r, "StoreOperations", "", operations);
    line(r, "StoreFailures", "", failures);
}

static void lines(request_rec *r, const np_figures_t *figures)
{
    for (int i = 0; i < NP_FIGURE_FAMILIES; i++) {
        const np_figure_family_t *family = &np_figure_families[i];
        for (int j = 0; j < family->count; j++) {
            line(r, family->title, family->label ? family->values[j] : "",
                 sum(figures, (int)family->first + j));
        }
    }
    store_lines(r, figures);
}

/* --- tables ----------------------------------------------------------------- */

static const char *escape(request_rec *r, const char *text)
{
    return ap_escape_html(r->pool, text);
}

static void tenant_rows(request_rec *r, const np_tenant_figures_t *tenant)
{
    for (int i = 0; i < NP_FIGURE_FAMILIES; i++) {
        const np_figure_family_t *family = &np_figure_families[i];
        for (int j = 0; j < family->count; j++) {
            ap_rprintf(r,
                       "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td>"
                       "<td>%" APR_UINT64_T_FMT "</td></tr>\n",
                       escape(r, tenant->tenant), escape(r, tenant->host),
                       family->member, family->label ? family->values[j] : "",
                       tenant->value[(int)family->first + j]);
        }
    }
}

static const char *milliseconds(const np_histogram_t *histogram, int percent,
                                apr_pool_t *p)
{
    const apr_interval_time_t duration =
        np_figures_percentile(histogram, percent);

    return duration < 0 ? "-"
                        : apr_psprintf(p, "%.2f", (double)duration / 1000);
}

static void store_rows(request_rec *r, const np_store_figures_t *store)
{
    for (int i = 0; i < NP_OPERATIONS; i++) {
        const np_operation_e operation = (np_operation_e)i;
        np_histogram_t histogram = { .total = 0 };

        np_figures_add_durations(store, operation, &histogram);
        ap_rprintf(r,
                   "<tr><td>%s</td><td>%s</td><td>%" APR_UINT64_T_FMT
                   "</td><td>%" APR_UINT64_T_FMT
                   "</td><td>%s</td><td>%s</td></tr>\n",
                   escape(r, store->store), np_operation_names[i],
                   histogram.total,
                   np_figures_operations(store, operation,
                                         NP_REACTION_UNAVAILABLE),
                   milliseconds(&histogram, 50, r->pool),
                   milliseconds(&histogram, 99, r->pool));
    }
}

static void tables(request_rec *r, const np_figures_t *figures)
{
    ap_rputs("<hr />\n<h2>Sessions (mod_session_np)</h2>\n<table border=\"0\">"
             "<tr><th>Tenant</th><th>Host</th><th>What</th><th></th>"
             "<th>Count</th></tr>\n",
             r);
    for (int i = 0; i < figures->tenants->nelts; i++) {
        tenant_rows(r,
                    &APR_ARRAY_IDX(figures->tenants, i, np_tenant_figures_t));
    }
    ap_rputs("</table>\n<table border=\"0\"><tr><th>Store</th>"
             "<th>Operation</th><th>Count</th><th>Failures</th>"
             "<th>p50 ms</th><th>p99 ms</th></tr>\n",
             r);
    for (int i = 0; i < figures->stores->nelts; i++) {
        store_rows(r, &APR_ARRAY_IDX(figures->stores, i, np_store_figures_t));
    }
    ap_rputs("</table>\n", r);
}

static int add_section(request_rec *r, int flags)
{
    const np_figures_t figures = np_metrics_read(r->pool);

    if (flags & AP_STATUS_SHORT) {
        lines(r, &figures);
    }
    else if (flags & AP_STATUS_NOTABLE) {
        ap_rputs("<hr />\n<h2>Sessions (mod_session_np)</h2>\n<pre>\n", r);
        lines(r, &figures);
        ap_rputs("</pre>\n", r);
    }
    else {
        tables(r, &figures);
    }
    return OK;
}

/* By name, so that mod_status may be loaded later, or never. */
void np_metrics_register(void)
{
    APR_OPTIONAL_HOOK(ap, status_hook, add_section, NULL, NULL,
                      APR_HOOK_MIDDLE);
}
