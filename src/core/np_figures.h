/* SPDX-License-Identifier: Apache-2.0
 * The figures: what is counted, under which names, and the text of them. */
#ifndef NP_FIGURES_H
#define NP_FIGURES_H

#include "apr_pools.h"
#include "apr_tables.h"
#include "apr_time.h"

/** What is counted for each tenant. */
typedef enum np_figure_e {
    /** By the state that the request found, in the order of np_state_e. */
    NP_FIGURE_REQUESTS,
    NP_FIGURE_BEGUN = NP_FIGURE_REQUESTS + 6,
    NP_FIGURE_ENDED_LOGOUT,
    NP_FIGURE_ENDED_IDLE,
    NP_FIGURE_ENDED_EXPIRED,
    /** By another login in the same browser. */
    NP_FIGURE_ENDED_REPLACED,
    /** To make room for another login of the user. */
    NP_FIGURE_ENDED_LIMIT,
    /** By somebody else: all sessions of its user, or this one. */
    NP_FIGURE_ENDED_REVOKED,
    /** Another run of the browser brought its cookie. */
    NP_FIGURE_ENDED_OTHER_RUN,
    /** Its last page is gone. */
    NP_FIGURE_ENDED_CLOSED,
    /** No run of a browser has taken its key. */
    NP_FIGURE_ENDED_UNCLAIMED,
    NP_FIGURE_STEP_UPS,
    NP_FIGURE_REISSUES,
    NP_FIGURE_NEW_DEVICES,
    NP_FIGURE_LOGINS_FAILED,
    /** Not tried: too many had failed. */
    NP_FIGURE_LOGINS_LOCKED,
    /** The user has too many sessions. */
    NP_FIGURE_LOGINS_REFUSED,
    NP_FIGURE_RECORDS_DAMAGED,
    NP_FIGURE_RECORDS_FUTURE,
    NP_FIGURE_HEADERS_IGNORED,
    NP_FIGURES,
} np_figure_e;

/** Figures that are one metric, told apart by a label. */
typedef struct np_figure_family_t {
    /** The metric, its member in JSON, its line in mod_status. */
    const char *metric;
    const char *member;
    const char *title;
    const char *help;
    /** NULL: one figure without a label. */
    const char *label;
    /** The label's values, one for each figure from @a first on. */
    const char *values[9];
    np_figure_e first;
    int count;
} np_figure_family_t;

#define NP_FIGURE_FAMILIES 9
extern const np_figure_family_t np_figure_families[NP_FIGURE_FAMILIES];

/** What is asked of a store. */
typedef enum np_operation_e {
    NP_OPERATION_GET,
    NP_OPERATION_ADD,
    NP_OPERATION_REPLACE,
    NP_OPERATION_REMOVE,
    NP_OPERATIONS,
} np_operation_e;

/** What it answers. */
typedef enum np_reaction_e {
    /** Found, or done. */
    NP_REACTION_YES,
    /** Missing, or taken. */
    NP_REACTION_NO,
    NP_REACTION_UNAVAILABLE,
    NP_REACTIONS,
} np_reaction_e;

extern const char *const np_operation_names[NP_OPERATIONS];
/** NULL where an operation has no such answer. */
extern const char *const np_reaction_names[NP_OPERATIONS][NP_REACTIONS];

/** How many classes of duration there are; the last has no upper bound. */
#define NP_DURATIONS 12
/** The longest duration of each class but the last. */
extern const apr_interval_time_t np_duration_bounds[NP_DURATIONS - 1];

/** What is counted for each store: operations by kind, answer and class of
 *  duration, so that one addition counts all three; ... */
#define NP_STORE_CELL(operation, reaction, duration) \
    (((int)(operation) * (int)NP_REACTIONS + (int)(reaction)) * NP_DURATIONS \
     + (duration))
/** ... the microseconds that they took, ... */
#define NP_STORE_CELL_TIME(operation) \
    (NP_STORE_CELL(NP_OPERATIONS, 0, 0) + (int)(operation))
/** ... how often a child process saw a server go and come back, ... */
#define NP_STORE_CELL_DOWNS (NP_STORE_CELL_TIME(NP_OPERATIONS))
#define NP_STORE_CELL_UPS   (NP_STORE_CELL_DOWNS + 1)
/** ... and, with a near cache, how often a session was believed from there, and
 *  how often the store was asked for it. */
#define NP_STORE_CELL_NEAR_HITS   (NP_STORE_CELL_DOWNS + 2)
#define NP_STORE_CELL_NEAR_MISSES (NP_STORE_CELL_DOWNS + 3)
#define NP_STORE_CELLS            (NP_STORE_CELL_DOWNS + 4)

typedef struct np_tenant_figures_t {
    const char *tenant;
    /** "" unless the tenant is that of one host. */
    const char *host;
    apr_uint64_t value[NP_FIGURES];
} np_tenant_figures_t;

typedef struct np_store_figures_t {
    const char *store;
    apr_uint64_t value[NP_STORE_CELLS];
} np_store_figures_t;

/** All figures at one moment. */
typedef struct np_figures_t {
    /** When counting began. */
    apr_time_t since;
    apr_time_t now;
    /** of np_tenant_figures_t, and of np_store_figures_t */
    apr_array_header_t *tenants;
    apr_array_header_t *stores;
} np_figures_t;

/** Operations by the class of their duration, and the time that they took. */
typedef struct np_histogram_t {
    apr_uint64_t count[NP_DURATIONS];
    apr_uint64_t total;
    /** In microseconds. */
    apr_uint64_t time;
} np_histogram_t;

/** The class of a duration. */
int np_figures_duration_class(apr_interval_time_t duration);

/** How many operations of a kind had this answer. */
apr_uint64_t np_figures_operations(const np_store_figures_t *store,
                                   np_operation_e operation,
                                   np_reaction_e reaction);

/** Add the operations of a kind to @a histogram. */
void np_figures_add_durations(const np_store_figures_t *store,
                              np_operation_e operation,
                              np_histogram_t *histogram);

/**
 * The duration that @a percent of a hundred operations did not exceed: by a
 * straight line through its class, as Prometheus' histogram_quantile() has it;
 * of the last class its lower bound. -1 without any operation.
 */
apr_interval_time_t np_figures_percentile(const np_histogram_t *histogram,
                                          int percent);

/** In Prometheus' text format 0.0.4, in @a p. */
const char *np_figures_text(const np_figures_t *figures, apr_pool_t *p);

/** A label's value with backslash, quote and line feed escaped, in @a p. */
const char *np_figures_escape(const char *text, apr_pool_t *p);

#endif
