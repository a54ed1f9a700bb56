/* SPDX-License-Identifier: Apache-2.0
 * Counting what happens, in memory that all children share, and reading it. */
#include "np_metrics.h"

#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"
#include "http_main.h"

#include "np_clock.h"
#include "np_request.h"
#include "np_shm.h"
#include "np_utf8.h"

#define SINCE "figures since"

_Static_assert((int)NP_STATE_UNAVAILABLE == 5
                   && (int)NP_FIGURE_BEGUN - (int)NP_FIGURE_REQUESTS == 6,
               "one figure for each state of a request");

/* --- counting --------------------------------------------------------------- */

/* When counting began stands in memory of its own: it is asked for by the
 * children, and must not begin anew with a virtual host more. */
static apr_status_t note_beginning(apr_time_t **since, server_rec *server)
{
    void *memory;
    apr_status_t status =
        np_shm_get(&memory, SINCE, sizeof(apr_time_t), server);

    *since = memory;
    if (status == APR_SUCCESS && !**since) {
        **since = np_clock_now();
    }
    return status;
}

static apr_status_t open_tenant(np_tenant_t *tenant, server_rec *server)
{
    const char *name =
        apr_pstrcat(server->process->pconf, "figures of ", tenant->name, " ",
                    tenant->scope_host, NULL);
    void *memory;
    apr_status_t status = np_shm_get(
        &memory, name, np_cells_size(NP_FIGURES), server);

    if (status == APR_SUCCESS) {
        tenant->figures = np_cells_place(memory, NP_FIGURES);
    }
    return status;
}

apr_status_t np_metrics_open(np_site_t *site, server_rec *server)
{
    apr_status_t status = note_beginning(&site->counting_since, server);

    for (apr_hash_index_t *i =
             apr_hash_first(server->process->pconf, site->tenants);
         status == APR_SUCCESS && i; i = apr_hash_next(i)) {
        status = open_tenant(apr_hash_this_val(i), server);
    }
    return status;
}

void np_metrics_count(const np_tenant_t *tenant, np_figure_e figure)
{
    if (tenant) {
        np_cells_add(tenant->figures, (int)figure, 1);
    }
}

void np_metrics_count_request(const np_tenant_t *tenant,
                              const np_outcome_t *outcome)
{
    np_metrics_count(tenant, (np_figure_e)((int)NP_FIGURE_REQUESTS
                                           + (int)outcome->state));
    if (outcome->damaged) {
        np_metrics_count(tenant, NP_FIGURE_RECORDS_DAMAGED);
    }
    if (outcome->from_future) {
        np_metrics_count(tenant, NP_FIGURE_RECORDS_FUTURE);
    }
}

/* NP_FIGURES: not here. What has several causes is counted by who tells of it
 * and knows which. */
void np_metrics_count_event(const request_rec *r, session_np_event_e event)
{
    static const np_figure_e figures[] = {
        [SESSION_NP_EVENT_LOGIN] = NP_FIGURE_BEGUN,
        [SESSION_NP_EVENT_STEP_UP] = NP_FIGURE_STEP_UPS,
        [SESSION_NP_EVENT_LOGOUT] = NP_FIGURE_ENDED_LOGOUT,
        [SESSION_NP_EVENT_IDLE] = NP_FIGURE_ENDED_IDLE,
        [SESSION_NP_EVENT_EXPIRED] = NP_FIGURE_ENDED_EXPIRED,
        [SESSION_NP_EVENT_REVOKED] = NP_FIGURES,
        [SESSION_NP_EVENT_NEW_DEVICE] = NP_FIGURE_NEW_DEVICES,
        [SESSION_NP_EVENT_RUN_OVER] = NP_FIGURES,
    };
    const np_request_t *ctx = np_request_get(r);

    if (ctx && (size_t)event < sizeof figures / sizeof *figures
        && figures[event] != NP_FIGURES) {
        np_metrics_count(ctx->tenant, figures[event]);
    }
}

/* --- reading ---------------------------------------------------------------- */

/* What is read, and the counters that were read already. */
typedef struct np_reading_t {
    np_figures_t figures;
    apr_hash_t *seen;
    apr_pool_t *p;
} np_reading_t;

static void read_cells(np_cells_t *cells, apr_uint64_t *value, int count)
{
    for (int i = 0; i < count; i++) {
        value[i] = np_cells_sum(cells, i);
    }
}

static bool is_new(np_reading_t *reading, np_cells_t *cells)
{
    if (!cells) {
        return false;
    }
    np_cells_t **key = apr_pmemdup(reading->p, &cells, sizeof cells);
    if (apr_hash_get(reading->seen, key, sizeof cells)) {
        return false;
    }
    apr_hash_set(reading->seen, key, sizeof cells, cells);
    return true;
}

static void read_tenant(np_reading_t *reading, const np_tenant_t *tenant)
{
    if (is_new(reading, tenant->figures)) {
        np_tenant_figures_t *read =
            apr_array_push(reading->figures.tenants);
        read->tenant = np_utf8_repair(tenant->name, reading->p);
        read->host = np_utf8_repair(tenant->scope_host, reading->p);
        read_cells(tenant->figures, read->value, NP_FIGURES);
    }
}

static void read_site(np_reading_t *reading, const np_site_t *site)
{
    if (!site->backend) {
        return;
    }
    if (!reading->figures.since) {
        reading->figures.since = *site->counting_since;
    }
    for (apr_hash_index_t *i = apr_hash_first(reading->p, site->tenants); i;
         i = apr_hash_next(i)) {
        read_tenant(reading, apr_hash_this_val(i));
    }
    np_cells_t *cells = np_backend_figures(site->backend);
    if (is_new(reading, cells)) {
        np_store_figures_t *read = apr_array_push(reading->figures.stores);
        read->store =
            np_utf8_repair(np_backend_spec(site->backend), reading->p);
        read_cells(cells, read->value, NP_STORE_CELLS);
    }
}

static int by_name(const void *one, const void *other)
{
    const np_tenant_figures_t *a = one;
    const np_tenant_figures_t *b = other;
    const int order = strcmp(a->tenant, b->tenant);

    return order ? order : strcmp(a->host, b->host);
}

np_figures_t np_metrics_read(apr_pool_t *p)
{
    np_reading_t reading = {
        .figures = {
            .now = np_clock_now(),
            .tenants = apr_array_make(p, 4, sizeof(np_tenant_figures_t)),
            .stores = apr_array_make(p, 1, sizeof(np_store_figures_t)),
        },
        .seen = apr_hash_make(p),
        .p = p,
    };
    np_figures_t *figures = &reading.figures;

    for (const server_rec *s = ap_server_conf; s; s = s->next) {
        read_site(&reading, np_config_server(s)->site);
    }
    qsort(figures->tenants->elts, (size_t)figures->tenants->nelts,
          sizeof(np_tenant_figures_t), by_name);
    if (!figures->since || figures->since > figures->now) {
        figures->since = figures->now;
    }
    return *figures;
}
