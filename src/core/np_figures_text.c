/* SPDX-License-Identifier: Apache-2.0
 * The figures in Prometheus' text format 0.0.4. */
#include "np_figures.h"

#include <stdarg.h>
#include <string.h>

#include "apr_strings.h"

#define BUILD_INFO "session_np_build_info"
#define START_TIME "session_np_start_time_seconds"
#define OPERATIONS "session_np_store_operations_total"
#define DURATION   "session_np_store_operation_duration_seconds"
#define DOWNS      "session_np_store_downs_total"
#define UPS        "session_np_store_ups_total"
#define HITS       "session_np_store_near_hits_total"
#define MISSES     "session_np_store_near_misses_total"

static const char *const bounds[NP_DURATIONS] = {
    "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005",
    "0.01",   "0.025",   "0.05",   "0.1",   "0.25",   "+Inf",
};

/* The lines of a page, put together at its end. */
typedef struct np_page_t {
    apr_array_header_t *lines;
    apr_pool_t *p;
} np_page_t;

__attribute__((format(printf, 2, 3)))
static void say(np_page_t *page, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    APR_ARRAY_PUSH(page->lines, const char *) =
        apr_pvsprintf(page->p, format, arguments);
    va_end(arguments);
}

static void begin(np_page_t *page, const char *metric, const char *type,
                  const char *help)
{
    say(page, "# HELP %s %s\n# TYPE %s %s\n", metric, help, metric, type);
}

const char *np_figures_escape(const char *text, apr_pool_t *p)
{
    char *escaped = apr_palloc(p, 2 * strlen(text) + 1);
    char *out = escaped;

    for (; *text; text++) {
        if (*text == '\\' || *text == '"' || *text == '\n') {
            *out++ = '\\';
        }
        *out++ = *text == '\n' ? 'n' : *text;
    }
    *out = '\0';
    return escaped;
}

/* --- tenants ---------------------------------------------------------------- */

/* A tenant that is not bound to a host has no such label. */
static const char *tenant_labels(const np_tenant_figures_t *tenant,
                                 apr_pool_t *p)
{
    const char *name = np_figures_escape(tenant->tenant, p);

    return *tenant->host
               ? apr_psprintf(p, "tenant=\"%s\",host=\"%s\"", name,
                              np_figures_escape(tenant->host, p))
               : apr_psprintf(p, "tenant=\"%s\"", name);
}

static void say_tenant(np_page_t *page, const np_figure_family_t *family,
                       const np_tenant_figures_t *tenant)
{
    const char *labels = tenant_labels(tenant, page->p);

    for (int i = 0; i < family->count; i++) {
        const char *more =
            family->label ? apr_psprintf(page->p, ",%s=\"%s\"", family->label,
                                         family->values[i])
                          : "";
        say(page, "%s{%s%s} %" APR_UINT64_T_FMT "\n", family->metric, labels,
            more, tenant->value[(int)family->first + i]);
    }
}

static void say_family(np_page_t *page, const np_figure_family_t *family,
                       const np_figures_t *figures)
{
    begin(page, family->metric, "counter", family->help);
    for (int i = 0; i < figures->tenants->nelts; i++) {
        say_tenant(page, family,
                   &APR_ARRAY_IDX(figures->tenants, i, np_tenant_figures_t));
    }
}

/* --- stores ----------------------------------------------------------------- */

static void say_operations(np_page_t *page, const np_store_figures_t *store,
                           np_operation_e operation)
{
    for (int i = 0; i < NP_REACTIONS; i++) {
        if (np_reaction_names[operation][i]) {
            say(page,
                OPERATIONS "{store=\"%s\",operation=\"%s\",outcome=\"%s\"} "
                           "%" APR_UINT64_T_FMT "\n",
                np_figures_escape(store->store, page->p),
                np_operation_names[operation], np_reaction_names[operation][i],
                np_figures_operations(store, operation, (np_reaction_e)i));
        }
    }
}

static void say_durations(np_page_t *page, const np_store_figures_t *store,
                          np_operation_e operation)
{
    const char *labels =
        apr_psprintf(page->p, "store=\"%s\",operation=\"%s\"",
                     np_figures_escape(store->store, page->p),
                     np_operation_names[operation]);
    np_histogram_t histogram = { .total = 0 };
    apr_uint64_t sum = 0;

    np_figures_add_durations(store, operation, &histogram);
    for (int i = 0; i < NP_DURATIONS; i++) {
        sum += histogram.count[i];
        say(page, DURATION "_bucket{%s,le=\"%s\"} %" APR_UINT64_T_FMT "\n",
            labels, bounds[i], sum);
    }
    say(page,
        DURATION "_sum{%s} %" APR_UINT64_T_FMT ".%06" APR_UINT64_T_FMT "\n",
        labels, histogram.time / APR_USEC_PER_SEC,
        histogram.time % APR_USEC_PER_SEC);
    say(page, DURATION "_count{%s} %" APR_UINT64_T_FMT "\n", labels, sum);
}

static void say_each(np_page_t *page, const np_figures_t *figures,
                     void (*say_one)(np_page_t *, const np_store_figures_t *,
                                     np_operation_e))
{
    for (int i = 0; i < figures->stores->nelts; i++) {
        for (int j = 0; j < NP_OPERATIONS; j++) {
            say_one(page,
                    &APR_ARRAY_IDX(figures->stores, i, np_store_figures_t),
                    (np_operation_e)j);
        }
    }
}

static void say_cell(np_page_t *page, const np_figures_t *figures,
                     const char *metric, const char *help, int cell)
{
    begin(page, metric, "counter", help);
    for (int i = 0; i < figures->stores->nelts; i++) {
        const np_store_figures_t *store =
            &APR_ARRAY_IDX(figures->stores, i, np_store_figures_t);
        say(page, "%s{store=\"%s\"} %" APR_UINT64_T_FMT "\n", metric,
            np_figures_escape(store->store, page->p), store->value[cell]);
    }
}

static void say_stores(np_page_t *page, const np_figures_t *figures)
{
    begin(page, OPERATIONS, "counter",
          "What the store was asked for, and how it answered.");
    say_each(page, figures, say_operations);
    begin(page, DURATION, "histogram", "How long its answers took.");
    say_each(page, figures, say_durations);
    say_cell(page, figures, DOWNS,
             "How often a child process took a memcached server down.",
             NP_STORE_CELL_DOWNS);
    say_cell(page, figures, UPS,
             "How often one that was down came back to a child process.",
             NP_STORE_CELL_UPS);
    say_cell(page, figures, HITS,
             "Sessions that were believed from the near cache.",
             NP_STORE_CELL_NEAR_HITS);
    say_cell(page, figures, MISSES,
             "Sessions for which the store was asked, with a near cache.",
             NP_STORE_CELL_NEAR_MISSES);
}

const char *np_figures_text(const np_figures_t *figures, apr_pool_t *p)
{
    np_page_t page = { apr_array_make(p, 256, sizeof(const char *)), p };

    begin(&page, BUILD_INFO, "gauge", "The version of mod_session_np.");
    say(&page, BUILD_INFO "{version=\"%s\"} 1\n", NP_VERSION);
    begin(&page, START_TIME, "gauge",
          "When counting began, in seconds since 1970.");
    say(&page, START_TIME " %" APR_TIME_T_FMT ".%03d\n",
        apr_time_sec(figures->since), (int)apr_time_msec(figures->since));
    for (int i = 0; i < NP_FIGURE_FAMILIES; i++) {
        say_family(&page, &np_figure_families[i], figures);
    }
    say_stores(&page, figures);
    return apr_array_pstrcat(p, page.lines, 0);
}
