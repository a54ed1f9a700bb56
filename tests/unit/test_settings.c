/* SPDX-License-Identifier: Apache-2.0
 * The settings: what they do to the rules, and how they are shown. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "api.h"
#include "fixture.h"
#include "np_settings.h"

#define MINUTES(n) apr_time_from_sec(APR_INT64_C(60) * (n))

static np_settings_view_t sample(void)
{
    return (np_settings_view_t){
        .file = {
            .mode = NP_MODE_NON_PERSISTENT,
            .limits = {
                [NP_MODE_PERSISTENT] = { MINUTES(4320), MINUTES(10080) },
                [NP_MODE_NON_PERSISTENT] = { MINUTES(1440), MINUTES(4320) },
            },
            .mfa_life = MINUTES(7),
        },
        .plan = np_policy_plan_limits(NP_PLAN_ESSENTIAL),
        .settings = np_settings_none(),
    };
}

static const char *render(const np_settings_view_t *view, const char *args)
{
    np_settings_members_t members;
    np_api_error_t error = { 0 };

    ck_assert_msg(np_settings_select(args, &members, &error, np_pool), "%s",
                  error.message);
    return np_settings_render(view, members, np_pool);
}

START_TEST(nothing_set_changes_nothing)
{
    const np_settings_view_t view = sample();
    np_rules_t rules = np_settings_apply(&view);

    ck_assert_int_eq(rules.mode, view.file.mode);
    ck_assert_mem_eq(rules.limits, view.file.limits, sizeof rules.limits);
    ck_assert_int_eq(rules.mfa_life, view.file.mfa_life);
}
END_TEST

START_TEST(settings_take_the_place_of_the_file)
{
    np_settings_view_t view = sample();
    const np_settings_t settings = { { 7, 6, 5, 4, NP_MODE_PERSISTENT, 0, 1, 1,
                                       1 } };

    view.settings = settings;
    np_rules_t rules = np_settings_apply(&view);
    ck_assert_int_eq(rules.mode, NP_MODE_PERSISTENT);
    ck_assert_int_eq(rules.limits[NP_MODE_PERSISTENT].life, MINUTES(7));
    ck_assert_int_eq(rules.limits[NP_MODE_PERSISTENT].idle, MINUTES(6));
    ck_assert_int_eq(rules.limits[NP_MODE_NON_PERSISTENT].life, MINUTES(5));
    ck_assert_int_eq(rules.limits[NP_MODE_NON_PERSISTENT].idle, MINUTES(4));
    ck_assert_int_eq(rules.mfa_life, MINUTES(7));
}
END_TEST

/* 4320 minutes without activity and 43200 in all */
START_TEST(the_plan_limits_what_is_set)
{
    np_settings_view_t view = sample();

    for (int more = -1; more <= 1; more++) {
        for (int i = 0; i < 2; i++) {
            view.settings.values[2 * i] = 43200 + more;
            view.settings.values[2 * i + 1] = 4320 + more;
        }
        np_rules_t rules = np_settings_apply(&view);
        for (int mode = 0; mode < NP_MODES; mode++) {
            const int at_most = more < 0 ? more : 0;
            ck_assert_int_eq(rules.limits[mode].life, MINUTES(43200 + at_most));
            ck_assert_int_eq(rules.limits[mode].idle, MINUTES(4320 + at_most));
        }
    }
}
END_TEST

#define FILE_RULES \
    "{\"session_lifetime\":10080,\"idle_session_lifetime\":4320," \
    "\"ephemeral_session_lifetime\":4320," \
    "\"idle_ephemeral_session_lifetime\":1440," \
    "\"session_cookie\":{\"mode\":\"non-persistent\"}}"
#define PLAN \
    "{\"session_lifetime\":43200,\"idle_session_lifetime\":4320," \
    "\"ephemeral_session_lifetime\":43200," \
    "\"idle_ephemeral_session_lifetime\":4320}"

START_TEST(what_was_never_set_is_absent)
{
    const np_settings_view_t view = sample();

    ck_assert_str_eq(render(&view, NULL),
                     "{\"session_lifetime\":168,\"idle_session_lifetime\":72,"
                     "\"session_np\":{\"unit\":\"minutes\",\"overridden\":[],"
                     "\"file\":" FILE_RULES ",\"limits\":" PLAN
                     ",\"effective\":" FILE_RULES "}}");
}
END_TEST

START_TEST(all_is_shown_that_is_set)
{
    np_settings_view_t view = sample();
    const np_settings_t settings = { { 525600, 181, 15, 5, NP_MODE_PERSISTENT,
                                       0, 1, 43200, 0 } };

    view.settings = settings;
    ck_assert_str_eq(
        render(&view, ""),
        "{\"session_lifetime\":8760,"
        "\"idle_session_lifetime\":3.0166666666666666,"
        "\"ephemeral_session_lifetime\":0.25,"
        "\"idle_ephemeral_session_lifetime\":0.08333333333333333,"
        "\"session_cookie\":{\"mode\":\"persistent\"},"
        "\"sessions\":{\"oidc_logout_prompt_enabled\":false,"
        "\"anonymous\":{\"activate_cookie\":true,"
        "\"lifetime_in_minutes\":43200}},"
        "\"include_session_metadata_in_tenant_logs\":false,"
        "\"session_np\":{\"unit\":\"minutes\",\"overridden\":["
        "\"session_lifetime\",\"idle_session_lifetime\","
        "\"ephemeral_session_lifetime\",\"idle_ephemeral_session_lifetime\","
        "\"session_cookie\",\"sessions\","
        "\"include_session_metadata_in_tenant_logs\"],"
        "\"file\":" FILE_RULES ",\"limits\":" PLAN ",\"effective\":"
        "{\"session_lifetime\":43200,\"idle_session_lifetime\":181,"
        "\"ephemeral_session_lifetime\":15,"
        "\"idle_ephemeral_session_lifetime\":5,"
        "\"session_cookie\":{\"mode\":\"persistent\"}}}}");
}
END_TEST

START_TEST(files_may_have_parts_of_a_minute)
{
    np_settings_view_t view = sample();

    view.file.limits[NP_MODE_PERSISTENT].idle = apr_time_from_sec(90);
    const char *json = render(&view, NULL);
    ck_assert_ptr_nonnull(strstr(json, "\"idle_session_lifetime\":0.025,"));
    ck_assert_ptr_nonnull(strstr(json, "\"idle_session_lifetime\":1.5,"));
}
END_TEST

/* As JavaScript prints them. */
static const struct {
    int minutes;
    const char *hours;
} hours[] = {
    { 1, "0.016666666666666666" },
    { 2, "0.03333333333333333" },
    { 3, "0.05" },
    { 6, "0.1" },
    { 7, "0.11666666666666667" },
    { 10, "0.16666666666666666" },
    { 18, "0.3" },
    { 20, "0.3333333333333333" },
    { 30, "0.5" },
    { 42, "0.7" },
    { 59, "0.9833333333333333" },
    { 60, "1" },
    { 61, "1.0166666666666666" },
    { 66, "1.1" },
    { 90, "1.5" },
    { 4319, "71.98333333333333" },
    { 6000, "100" },
    { 6030, "100.5" },
    { 60000, "1000" },
    { 525599, "8759.983333333334" },
    { 525600, "8760" },
};

START_TEST(hours_have_the_digits_they_need)
{
    np_settings_view_t view = sample();

    view.settings.values[NP_SETTING_LIFE] = hours[_i].minutes;
    ck_assert_str_eq(render(&view, "fields=session_lifetime"),
                     apr_pstrcat(np_pool, "{\"session_lifetime\":",
                                 hours[_i].hours, "}", NULL));
}
END_TEST

START_TEST(answers_have_no_minutes_of_their_own)
{
    np_settings_view_t view = sample();
    const np_settings_t settings = { { 1, 1, 1, 1, 1, 1, 1, NP_SETTING_UNSET,
                                       1 } };

    view.settings = settings;
    ck_assert_ptr_null(strstr(render(&view, NULL), "_in_minutes"));
}
END_TEST

static const struct {
    const char *args;
    const char *json;
} selections[] = {
    { "fields=session_lifetime", "{\"session_lifetime\":168}" },
    { "fields=idle_session_lifetime%2Csession_lifetime&include_fields=true",
      "{\"session_lifetime\":168,\"idle_session_lifetime\":72}" },
    { "fields=session_cookie", "{}" },
    { "fields=session_np,session_lifetime&include_fields=false",
      "{\"idle_session_lifetime\":72}" },
    { "include_fields=false&fields=session_np",
      "{\"session_lifetime\":168,\"idle_session_lifetime\":72}" },
    { "other=1&fields=session_lifetime", "{\"session_lifetime\":168}" },
};

START_TEST(fields_are_chosen)
{
    const np_settings_view_t view = sample();

    ck_assert_str_eq(render(&view, selections[_i].args), selections[_i].json);
}
END_TEST

START_TEST(include_alone_chooses_all)
{
    const np_settings_view_t view = sample();

    ck_assert_str_eq(render(&view, "include_fields=false"),
                     render(&view, NULL));
    ck_assert_str_eq(render(&view, "include_fields=true"), render(&view, NULL));
}
END_TEST

static const char *const bad_queries[] = {
    "fields=",
    "fields=x",
    "fields=session_lifetime,x",
    "fields=session_lifetime,",
    "fields=,session_lifetime",
    "fields=session_lifetime%20",
    "fields=session_lifetime_in_minutes",
    "fields=oidc_logout_prompt_enabled",
    "fields=session_lifetime&fields=session_lifetime",
    "fields=session_lifetime%0",
    "fields=session_lifetime%00",
};

static const char *const bad_includes[] = {
    "include_fields=",
    "include_fields=1",
    "include_fields=TRUE",
    "include_fields=true&include_fields=true",
};

START_TEST(bad_queries_are_refused)
{
    const np_settings_t before = np_settings_none();
    np_settings_t next;
    np_settings_members_t members;
    np_api_error_t error = { 0 };

    ck_assert(!np_settings_select(bad_queries[_i], &members, &error, np_pool));
    np_assert_error(&error, "invalid_query_string", "Query validation error");
    error = (np_api_error_t){ 0 };
    ck_assert(
        !np_settings_clear(&before, bad_queries[_i], &next, &error, np_pool));
    np_assert_error(&error, "invalid_query_string", "Query validation error");
}
END_TEST

START_TEST(include_is_true_or_false)
{
    np_settings_members_t members;
    np_api_error_t error = { 0 };

    ck_assert(!np_settings_select(bad_includes[_i], &members, &error, np_pool));
    np_assert_error(&error, "invalid_query_string", "include_fields");
}
END_TEST

static void assert_cleared(const char *args, const int *expected)
{
    const np_settings_t before = { { 1, 2, 3, 4, 1, 1, 1, 5, 1 } };
    np_settings_t next;
    np_api_error_t error;

    ck_assert(np_settings_clear(&before, args, &next, &error, np_pool));
    for (int i = 0; i < NP_SETTINGS; i++) {
        ck_assert_int_eq(next.values[i], expected[i]);
    }
}

START_TEST(settings_are_cleared)
{
    static const int none[NP_SETTINGS] = { -1, -1, -1, -1, -1, -1, -1, -1, -1 };
    static const int two[NP_SETTINGS] = { 1, -1, 3, 4, -1, 1, 1, 5, 1 };
    static const int sessions[NP_SETTINGS] = { 1, 2, 3, 4, 1, -1, -1, -1, 1 };
    static const int last[NP_SETTINGS] = { 1, 2, 3, 4, 1, 1, 1, 5, -1 };

    assert_cleared(NULL, none);
    assert_cleared("", none);
    assert_cleared("other=1", none);
    assert_cleared("fields=session_cookie,idle_session_lifetime", two);
    assert_cleared("fields=sessions", sessions);
    assert_cleared("fields=include_session_metadata_in_tenant_logs", last);
}
END_TEST

START_TEST(what_is_no_setting_is_not_cleared)
{
    const np_settings_t before = np_settings_none();
    np_settings_t next;
    np_api_error_t error = { 0 };

    ck_assert(!np_settings_clear(&before, "fields=session_np", &next, &error,
                                 np_pool));
    np_assert_error(&error, "invalid_query_string", "session_np");
}
END_TEST

#define LOOP(tc, test, table) \
    tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

Suite *np_suite_settings(void)
{
    Suite *suite = suite_create("settings");
    TCase *tc = tcase_create("values");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, nothing_set_changes_nothing);
    tcase_add_test(tc, settings_take_the_place_of_the_file);
    tcase_add_test(tc, the_plan_limits_what_is_set);
    tcase_add_test(tc, what_was_never_set_is_absent);
    tcase_add_test(tc, all_is_shown_that_is_set);
    tcase_add_test(tc, files_may_have_parts_of_a_minute);
    LOOP(tc, hours_have_the_digits_they_need, hours);
    tcase_add_test(tc, answers_have_no_minutes_of_their_own);
    LOOP(tc, fields_are_chosen, selections);
    tcase_add_test(tc, include_alone_chooses_all);
    LOOP(tc, bad_queries_are_refused, bad_queries);
    LOOP(tc, include_is_true_or_false, bad_includes);
    tcase_add_test(tc, settings_are_cleared);
    tcase_add_test(tc, what_is_no_setting_is_not_cleared);
    suite_add_tcase(suite, tc);
    return suite;
}
