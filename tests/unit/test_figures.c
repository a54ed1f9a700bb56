/* SPDX-License-Identifier: Apache-2.0
 * The figures: classes of duration, percentiles, and both their forms. */
#include "unit.h"

#include <string.h>

#include "fake_store.h"
#include "fixture.h"
#include "np_counted.h"
#include "np_figures.h"
#include "np_figures_json.h"

START_TEST(a_class_ends_with_its_bound)
{
    const apr_interval_time_t bound =
        _i < NP_DURATIONS - 1 ? np_duration_bounds[_i] : APR_INT64_MAX;

    ck_assert_int_eq(np_figures_duration_class(bound), _i);
    if (_i < NP_DURATIONS - 1) {
        ck_assert_int_eq(np_figures_duration_class(bound + 1), _i + 1);
    }
    ck_assert_int_eq(np_figures_duration_class(0), 0);
    ck_assert_int_eq(np_figures_duration_class(-1), 0);
}
END_TEST

START_TEST(cells_do_not_meet)
{
    char used[NP_STORE_CELLS] = "";

    for (int i = 0; i < NP_OPERATIONS; i++) {
        for (int j = 0; j < NP_REACTIONS; j++) {
            for (int k = 0; k < NP_DURATIONS; k++) {
                used[NP_STORE_CELL(i, j, k)]++;
            }
        }
        used[NP_STORE_CELL_TIME(i)]++;
    }
    used[NP_STORE_CELL_DOWNS]++;
    used[NP_STORE_CELL_UPS]++;
    used[NP_STORE_CELL_NEAR_HITS]++;
    used[NP_STORE_CELL_NEAR_MISSES]++;
    for (int i = 0; i < NP_STORE_CELLS; i++) {
        ck_assert_int_eq(used[i], 1);
    }
}
END_TEST

START_TEST(every_figure_has_a_name_of_its_own)
{
    int next = 0;

    for (int i = 0; i < NP_FIGURE_FAMILIES; i++) {
        const np_figure_family_t *family = &np_figure_families[i];
        ck_assert_int_eq((int)family->first, next);
        next += family->count;
        ck_assert_int_eq(family->label != NULL, family->count > 1);
        for (int j = 0; family->label && j < family->count; j++) {
            ck_assert_ptr_nonnull(family->values[j]);
        }
        ck_assert_ptr_nonnull(strstr(family->metric, "_total"));
    }
    ck_assert_int_eq(next, NP_FIGURES);
}
END_TEST

START_TEST(percentiles_lie_on_a_line_through_their_class)
{
    np_histogram_t histogram = { .total = 0 };

    ck_assert_int_eq(np_figures_percentile(&histogram, 50), -1);
    histogram.count[0] = 50;          /* up to 100 us */
    histogram.count[2] = 50;          /* 250 to 500 us */
    histogram.total = 100;
    ck_assert_int_eq(np_figures_percentile(&histogram, 25), 50);
    ck_assert_int_eq(np_figures_percentile(&histogram, 50), 100);
    ck_assert_int_eq(np_figures_percentile(&histogram, 75), 375);
    ck_assert_int_eq(np_figures_percentile(&histogram, 100), 500);
}
END_TEST

START_TEST(the_last_class_has_no_end)
{
    np_histogram_t histogram = { .total = 1 };

    histogram.count[NP_DURATIONS - 1] = 1;
    ck_assert_int_eq(np_figures_percentile(&histogram, 50), 250000);
}
END_TEST

START_TEST(labels_are_escaped)
{
    ck_assert_str_eq(np_figures_escape("a\\b\"c\nd", np_pool),
                     "a\\\\b\\\"c\\nd");
    ck_assert_str_eq(np_figures_escape("", np_pool), "");
}
END_TEST

/* --- both forms ------------------------------------------------------------- */

static np_figures_t some_figures(void)
{
    np_figures_t figures = {
        .since = apr_time_from_sec(1000) + 5000,
        .now = apr_time_from_sec(1060),
        .tenants = apr_array_make(np_pool, 2, sizeof(np_tenant_figures_t)),
        .stores = apr_array_make(np_pool, 1, sizeof(np_store_figures_t)),
    };
    np_tenant_figures_t *tenant = apr_array_push(figures.tenants);
    np_store_figures_t *store = apr_array_push(figures.stores);

    tenant->tenant = "a";
    tenant->host = "x\"y";
    for (int i = 0; i < NP_FIGURES; i++) {
        tenant->value[i] = (apr_uint64_t)i + 100;
    }
    tenant = apr_array_push(figures.tenants);
    tenant->tenant = "b";
    tenant->host = "";
    store->store = "memcache:h:1";
    store->value[NP_STORE_CELL(NP_OPERATION_GET, NP_REACTION_YES, 0)] = 3;
    store->value[NP_STORE_CELL(NP_OPERATION_GET, NP_REACTION_UNAVAILABLE,
                               NP_DURATIONS - 1)] = 1;
    store->value[NP_STORE_CELL_TIME(NP_OPERATION_GET)] = 2000040;
    store->value[NP_STORE_CELL_DOWNS] = 2;
    store->value[NP_STORE_CELL_NEAR_HITS] = 7;
    store->value[NP_STORE_CELL_NEAR_MISSES] = 5;
    return figures;
}

static const char *const expected_text[] = {
    "# TYPE session_np_requests_total counter\n",
    "session_np_requests_total{tenant=\"a\",host=\"x\\\"y\",state=\"live\"} "
    "101\n",
    "session_np_requests_total{tenant=\"b\",state=\"none\"} 0\n",
    "session_np_sessions_begun_total{tenant=\"a\",host=\"x\\\"y\"} 106\n",
    "session_np_sessions_ended_total{tenant=\"a\",host=\"x\\\"y\","
    "cause=\"logout\"} 107\n",
    "session_np_start_time_seconds 1000.005\n",
    "session_np_store_operations_total{store=\"memcache:h:1\","
    "operation=\"get\",outcome=\"found\"} 3\n",
    "# TYPE session_np_store_operation_duration_seconds histogram\n",
    "session_np_store_operation_duration_seconds_bucket{"
    "store=\"memcache:h:1\",operation=\"get\",le=\"0.25\"} 3\n",
    "session_np_store_operation_duration_seconds_bucket{"
    "store=\"memcache:h:1\",operation=\"get\",le=\"+Inf\"} 4\n",
    "session_np_store_operation_duration_seconds_sum{"
    "store=\"memcache:h:1\",operation=\"get\"} 2.000040\n",
    "session_np_store_operation_duration_seconds_count{"
    "store=\"memcache:h:1\",operation=\"get\"} 4\n",
    "session_np_store_downs_total{store=\"memcache:h:1\"} 2\n",
    "session_np_store_near_hits_total{store=\"memcache:h:1\"} 7\n",
    "session_np_store_near_misses_total{store=\"memcache:h:1\"} 5\n",
};

START_TEST(the_text_has_every_figure)
{
    const np_figures_t figures = some_figures();
    const char *text = np_figures_text(&figures, np_pool);

    ck_assert_msg(strstr(text, expected_text[_i]) != NULL, "%s\nis not in\n%s",
                  expected_text[_i], text);
}
END_TEST

static const char *const expected_json[] = {
    "\"uptime_seconds\":59,",
    "\"tenants\":[{\"tenant\":\"a\",\"host\":\"x\\\"y\",\"requests\":{"
    "\"none\":100,\"live\":101,",
    "\"begun\":106,\"ended\":{\"logout\":107,",
    "{\"tenant\":\"b\",\"host\":null,",
    "\"stores\":[{\"store\":\"memcache:h:1\",\"total\":4,\"failures\":1,"
    "\"mean_ms\":500.01,\"p50_ms\":0.067,\"p95_ms\":250,\"p99_ms\":250,",
    "\"add\":{\"done\":0,\"taken\":0,\"unavailable\":0,\"mean_ms\":null,"
    "\"p50_ms\":null,",
    "{\"up_to_ms\":0.1,\"count\":3},{\"up_to_ms\":0.25,\"count\":0},",
    "{\"up_to_ms\":null,\"count\":1}],\"downs\":2,\"ups\":0,"
    "\"near_hits\":7,\"near_misses\":5}",
};

START_TEST(the_json_has_every_figure)
{
    const np_figures_t figures = some_figures();
    const char *text = np_figures_json(&figures, np_pool);

    ck_assert_msg(strstr(text, expected_json[_i]) != NULL, "%s\nis not in\n%s",
                  expected_json[_i], text);
}
END_TEST

/* --- counting --------------------------------------------------------------- */

static np_cells_t *cells;

static apr_uint64_t counted(np_operation_e operation, np_reaction_e reaction)
{
    np_store_figures_t figures = { .store = "" };

    for (int i = 0; i < NP_STORE_CELLS; i++) {
        figures.value[i] = np_cells_sum(cells, i);
    }
    return np_figures_operations(&figures, operation, reaction);
}

START_TEST(a_store_counts_what_it_is_asked)
{
    np_fake_t *fake = np_fake_create(np_pool);
    np_budget_t budget = { apr_time_from_sec(5) };
    np_bytes_t value = { (const unsigned char *)"v", 1 };

    cells = np_cells_place(
        apr_pcalloc(np_pool, np_cells_size(NP_STORE_CELLS)), NP_STORE_CELLS);
    np_store_t *store = np_counted_create(&fake->store, cells, np_pool);
    ck_assert_str_eq(store->name, fake->store.name);
    const apr_time_t later = apr_time_from_sec(60);
    (void)store->get(store, "k", &budget, &value, np_pool);
    value = (np_bytes_t){ (const unsigned char *)"v", 1 };
    for (int i = 0; i < 2; i++) {
        (void)store->put(store, "k", value, NP_PUT_ADD, later, &budget,
                         np_pool);
    }
    (void)store->put(store, "k", value, NP_PUT_REPLACE, later, &budget,
                     np_pool);
    (void)store->get(store, "k", &budget, &value, np_pool);
    (void)store->remove(store, "k", &budget, np_pool);
    fake->down = true;
    (void)store->get(store, "k", &budget, &value, np_pool);
    ck_assert_uint_eq(counted(NP_OPERATION_GET, NP_REACTION_YES), 1);
    ck_assert_uint_eq(counted(NP_OPERATION_GET, NP_REACTION_NO), 1);
    ck_assert_uint_eq(counted(NP_OPERATION_GET, NP_REACTION_UNAVAILABLE), 1);
    ck_assert_uint_eq(counted(NP_OPERATION_ADD, NP_REACTION_YES), 1);
    ck_assert_uint_eq(counted(NP_OPERATION_ADD, NP_REACTION_NO), 1);
    ck_assert_uint_eq(counted(NP_OPERATION_REPLACE, NP_REACTION_YES), 1);
    ck_assert_uint_eq(counted(NP_OPERATION_REMOVE, NP_REACTION_YES), 1);
}
END_TEST

#define COUNT(list) (int)(sizeof(list) / sizeof *(list))

Suite *np_suite_figures(void)
{
    Suite *suite = suite_create("figures");
    TCase *tc = tcase_create("figures");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, a_class_ends_with_its_bound, 0, NP_DURATIONS);
    tcase_add_test(tc, cells_do_not_meet);
    tcase_add_test(tc, every_figure_has_a_name_of_its_own);
    tcase_add_test(tc, percentiles_lie_on_a_line_through_their_class);
    tcase_add_test(tc, the_last_class_has_no_end);
    tcase_add_test(tc, labels_are_escaped);
    tcase_add_loop_test(tc, the_text_has_every_figure, 0,
                        COUNT(expected_text));
    tcase_add_loop_test(tc, the_json_has_every_figure, 0,
                        COUNT(expected_json));
    tcase_add_test(tc, a_store_counts_what_it_is_asked);
    suite_add_tcase(suite, tc);
    return suite;
}
