/* SPDX-License-Identifier: Apache-2.0
 * The figures: what is counted, under which names, and what follows of it. */
#include "np_figures.h"

/* tests/lint/metrics.pl looks for each metric in docs/management.md. */
const np_figure_family_t np_figure_families[NP_FIGURE_FAMILIES] = {
    { "session_np_requests_total", "requests", "Requests",
      "Requests in places with sessions, by the state they found.", "state",
      { "none", "live", "idle", "expired", "ended", "unavailable" },
      NP_FIGURE_REQUESTS, 6 },
    { "session_np_sessions_begun_total", "begun", "Begun",
      "Sessions that a login began.", NULL, { NULL }, NP_FIGURE_BEGUN, 1 },
    { "session_np_sessions_ended_total", "ended", "Ended",
      "Sessions that ended, by cause.", "cause",
      { "logout", "idle", "expired", "replaced", "limit", "revoked",
        "other_run", "closed", "unclaimed" },
      NP_FIGURE_ENDED_LOGOUT, 9 },
    { "session_np_step_ups_total", "step_ups", "StepUps",
      "Second factors passed in a live session.", NULL, { NULL },
      NP_FIGURE_STEP_UPS, 1 },
    { "session_np_reissues_total", "reissues", "Reissues",
      "Sessions that got a new id because the cookie mode changed.", NULL,
      { NULL }, NP_FIGURE_REISSUES, 1 },
    { "session_np_new_devices_total", "new_devices", "NewDevices",
      "Logins from a device that was new to the user.", NULL, { NULL },
      NP_FIGURE_NEW_DEVICES, 1 },
    { "session_np_logins_unsuccessful_total", "logins", "Logins",
      "Logins that failed, were not tried because of a lock, or were refused.",
      "result", { "failed", "locked", "refused" }, NP_FIGURE_LOGINS_FAILED,
      3 },
    { "session_np_records_ignored_total", "records_ignored", "RecordsIgnored",
      "Records in the store that were not sealed here, or begin later.",
      "reason", { "damaged", "future" }, NP_FIGURE_RECORDS_DAMAGED, 2 },
    { "session_np_headers_ignored_total", "headers_ignored", "HeadersIgnored",
      "Session-NP-* headers of applications that could not be obeyed.", NULL,
      { NULL }, NP_FIGURE_HEADERS_IGNORED, 1 },
};

const char *const np_operation_names[NP_OPERATIONS] = {
    [NP_OPERATION_GET] = "get",
    [NP_OPERATION_ADD] = "add",
    [NP_OPERATION_REPLACE] = "replace",
    [NP_OPERATION_REMOVE] = "remove",
};

const char *const np_reaction_names[NP_OPERATIONS][NP_REACTIONS] = {
    [NP_OPERATION_GET] = { "found", "missing", "unavailable" },
    [NP_OPERATION_ADD] = { "done", "taken", "unavailable" },
    [NP_OPERATION_REPLACE] = { "done", "missing", "unavailable" },
    [NP_OPERATION_REMOVE] = { "done", NULL, "unavailable" },
};

const apr_interval_time_t np_duration_bounds[NP_DURATIONS - 1] = {
    100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000,
};

int np_figures_duration_class(apr_interval_time_t duration)
{
    int class = 0;

    while (class < NP_DURATIONS - 1 && duration > np_duration_bounds[class]) {
        class++;
    }
    return class;
}

apr_uint64_t np_figures_operations(const np_store_figures_t *store,
                                   np_operation_e operation,
                                   np_reaction_e reaction)
{
    apr_uint64_t sum = 0;

    for (int i = 0; i < NP_DURATIONS; i++) {
        sum += store->value[NP_STORE_CELL(operation, reaction, i)];
    }
    return sum;
}

void np_figures_add_durations(const np_store_figures_t *store,
                              np_operation_e operation,
                              np_histogram_t *histogram)
{
    for (int reaction = 0; reaction < NP_REACTIONS; reaction++) {
        for (int i = 0; i < NP_DURATIONS; i++) {
            const apr_uint64_t count =
                store->value[NP_STORE_CELL(operation, reaction, i)];
            histogram->count[i] += count;
            histogram->total += count;
        }
    }
    histogram->time += store->value[NP_STORE_CELL_TIME(operation)];
}

apr_interval_time_t np_figures_percentile(const np_histogram_t *histogram,
                                          int percent)
{
    const double rank = (double)histogram->total * percent / 100;
    double below = 0;

    if (histogram->total == 0) {
        return -1;
    }
    for (int i = 0; i < NP_DURATIONS - 1; i++) {
        const double here = (double)histogram->count[i];
        const double from = i ? (double)np_duration_bounds[i - 1] : 0;
        const double width = (double)np_duration_bounds[i] - from;
        if (here > 0 && below + here >= rank) {
            return (apr_interval_time_t)(from + width * (rank - below) / here
                                         + 0.5);
        }
        below += here;
    }
    return np_duration_bounds[NP_DURATIONS - 2];
}
