/* SPDX-License-Identifier: Apache-2.0
 * What a PATCH of the settings may say, and what not. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "api.h"
#include "fixture.h"
#include "np_settings.h"

static const struct {
    const char *body;
    np_setting_e setting;
    int value;
} good[] = {
    { "{\"session_lifetime\":1}", NP_SETTING_LIFE, 60 },
    { "{\"session_lifetime\":2}", NP_SETTING_LIFE, 120 },
    { "{\"session_lifetime\":8759}", NP_SETTING_LIFE, 525540 },
    { "{\"session_lifetime\":8760}", NP_SETTING_LIFE, 525600 },
    { "{\"session_lifetime_in_minutes\":1}", NP_SETTING_LIFE, 1 },
    { "{\"session_lifetime_in_minutes\":525599}", NP_SETTING_LIFE, 525599 },
    { "{\"session_lifetime_in_minutes\":525600}", NP_SETTING_LIFE, 525600 },
    { "{\"idle_session_lifetime\":8760}", NP_SETTING_IDLE, 525600 },
    { "{\"idle_session_lifetime_in_minutes\":15}", NP_SETTING_IDLE, 15 },
    { "{\"ephemeral_session_lifetime\":2}", NP_SETTING_EPHEMERAL_LIFE, 120 },
    { "{\"ephemeral_session_lifetime_in_minutes\":181}",
      NP_SETTING_EPHEMERAL_LIFE, 181 },
    { "{\"idle_ephemeral_session_lifetime\":24}", NP_SETTING_EPHEMERAL_IDLE,
      1440 },
    { "{\"idle_ephemeral_session_lifetime_in_minutes\":5}",
      NP_SETTING_EPHEMERAL_IDLE, 5 },
    { "{\"session_cookie\":{\"mode\":\"persistent\"}}", NP_SETTING_MODE,
      NP_MODE_PERSISTENT },
    { "{\"session_cookie\":{\"mode\":\"non-persistent\"}}", NP_SETTING_MODE,
      NP_MODE_NON_PERSISTENT },
    { "{\"session_cookie\":null}", NP_SETTING_MODE, NP_SETTING_UNSET },
    { "{\"sessions\":{\"oidc_logout_prompt_enabled\":false}}",
      NP_SETTING_LOGOUT_PROMPT, 0 },
    { "{\"sessions\":{\"anonymous\":{\"activate_cookie\":true}}}",
      NP_SETTING_ANONYMOUS_COOKIE, 1 },
    { "{\"sessions\":{\"anonymous\":{\"lifetime_in_minutes\":525600}}}",
      NP_SETTING_ANONYMOUS_LIFE, 525600 },
    { "{\"include_session_metadata_in_tenant_logs\":false}",
      NP_SETTING_METADATA_IN_LOGS, 0 },
    { " {\n\t\"session_lifetime\" : 12 } \r\n", NP_SETTING_LIFE, 720 },
    { "{\"session\\u005flifetime\":3}", NP_SETTING_LIFE, 180 },
};

START_TEST(one_member_changes_one_setting)
{
    const np_settings_t none = np_settings_none();

    np_assert_patch_taken(&none, np_json_body(good[_i].body), good[_i].setting,
                          good[_i].value);
    np_assert_patch_taken(&np_all_set, np_json_body(good[_i].body),
                          good[_i].setting, good[_i].value);
}
END_TEST

static const struct {
    const char *body;
    const char *part;
} bad[] = {
    { "{}", "Too few properties" },
    { "{\"session_lifetime\":0}",
      "'Value 0 is less than minimum 1' on property session_lifetime (" },
    { "{\"session_lifetime\":-1}", "Value -1 is less than minimum 1" },
    { "{\"session_lifetime\":8761}",
      "Value 8761 is greater than maximum 8760" },
    { "{\"session_lifetime\":4294967297}", "greater than maximum 8760" },
    { "{\"session_lifetime\":9223372036854775807}", "greater than maximum" },
    { "{\"session_lifetime\":99999999999999999999}", "number is too large" },
    { "{\"session_lifetime_in_minutes\":0}", "less than minimum 1" },
    { "{\"session_lifetime_in_minutes\":525601}",
      "Value 525601 is greater than maximum 525600" },
    { "{\"idle_session_lifetime\":8761}", "maximum 8760" },
    { "{\"idle_session_lifetime_in_minutes\":525601}", "maximum 525600" },
    { "{\"ephemeral_session_lifetime\":8761}", "maximum 8760" },
    { "{\"ephemeral_session_lifetime_in_minutes\":525601}", "maximum 525600" },
    { "{\"idle_ephemeral_session_lifetime\":0}", "minimum 1" },
    { "{\"idle_ephemeral_session_lifetime_in_minutes\":525601}",
      "maximum 525600" },
    { "{\"session_lifetime\":0.5}",
      "'Expected type integer but found type number' on property "
      "session_lifetime (" },
    { "{\"session_lifetime\":5.0}", "integer but found type number" },
    { "{\"session_lifetime\":1e3}", "integer but found type number" },
    { "{\"session_lifetime\":1e999}", "number is too large" },
    { "{\"session_lifetime\":\"5\"}", "integer but found type string" },
    { "{\"session_lifetime\":true}", "integer but found type boolean" },
    { "{\"session_lifetime\":null}", "integer but found type null" },
    { "{\"session_lifetime\":[5]}", "integer but found type array" },
    { "{\"session_lifetime\":{}}", "integer but found type object" },
    { "{\"session_lifetime\":05}", "not JSON" },
    { "{\"session_lifetime\":+5}", "not JSON" },
    { "{\"session_lifetime\":5,}", "not JSON" },
    { "{\"session_lifetime\":5}x", "not JSON" },
    { "{\"session_lifetime\":5", "not JSON" },
    { "{\"session_lifetime\":5}{}", "not JSON" },
    { "{'session_lifetime':5}", "not JSON" },
    { "{\"session_lifetime\":NaN}", "not JSON" },
    { "", "not JSON" },
    { " ", "not JSON" },
    { "null", "not JSON" },
    { "5", "not JSON" },
    { "[]", "no object" },
    { "[{\"session_lifetime\":5}]", "no object" },
    { "\xef\xbb\xbf{\"session_lifetime\":5}", "UTF-8|JSON" },
    { "{\"session_lifetime\":5,\"session_lifetime\":5}",
      "a member comes twice" },
    { "{\"session_lifetime\":5,\"session\\u005flifetime\":6}",
      "a member comes twice" },
    { "{\"session_cookie\":{\"mode\":\"persistent\",\"mode\":\"persistent\"}}",
      "a member comes twice" },
    { "{\"session_lifetime\":5,\"session_lifetime_in_minutes\":300}",
      "in hours and in minutes" },
    { "{\"session_lifetime_in_minutes\":300,\"session_lifetime\":5}",
      "in hours and in minutes" },
    { "{\"idle_session_lifetime\":5,\"idle_session_lifetime_in_minutes\":3}",
      "in hours and in minutes" },
    { "{\"ephemeral_session_lifetime\":5,"
      "\"ephemeral_session_lifetime_in_minutes\":3}",
      "in hours and in minutes" },
    { "{\"idle_ephemeral_session_lifetime\":5,"
      "\"idle_ephemeral_session_lifetime_in_minutes\":3}",
      "in hours and in minutes" },
    { "{\"session_lifetimes\":5}",
      "'Additional properties not allowed: session_lifetimes'." },
    { "{\"Session_lifetime\":5}", "Additional properties not allowed" },
    { "{\"session_np\":{}}", "Additional properties not allowed" },
    { "{\"session_lifetime\":5,\"x\":1}",
      "Additional properties not allowed: x" },
    { "{\"x\\u0000\":1}", "NUL" },
    { "{\"a\\nb\":1}", "not allowed: a?b'" },
    { "{\"\":1}", "Additional properties not allowed: '" },
    { "{\"\xff\":1}", "not UTF-8" },
    { "{\"session_cookie\":{\"mode\":\"\xc3\"}}", "not UTF-8" },
    { "{\"session_cookie\":{\"mode\":\"\\ud800\"}}", "not JSON" },
    { "{\"session_cookie\":{}}", "Missing required property: mode' on "
                                 "property session_cookie (" },
    { "{\"session_cookie\":{\"mode\":\"Persistent\"}}", "No enum match" },
    { "{\"session_cookie\":{\"mode\":\"\"}}", "No enum match" },
    { "{\"session_cookie\":{\"mode\":null}}",
      "string but found type null' on property session_cookie.mode (" },
    { "{\"session_cookie\":{\"mode\":1}}", "string but found type integer" },
    { "{\"session_cookie\":{\"mode\":\"persistent\",\"x\":1}}",
      "not allowed: x' on property session_cookie." },
    { "{\"session_cookie\":\"persistent\"}", "object but found type string" },
    { "{\"session_cookie\":[]}", "object but found type array" },
    { "{\"sessions\":[]}", "object but found type array" },
    { "{\"sessions\":{\"x\":1}}", "not allowed: x' on property sessions." },
    { "{\"sessions\":{\"oidc_logout_prompt_enabled\":1}}",
      "boolean but found type integer" },
    { "{\"sessions\":{\"oidc_logout_prompt_enabled\":null}}",
      "boolean but found type null" },
    { "{\"sessions\":{\"anonymous\":null}}", "object but found type null" },
    { "{\"sessions\":{\"anonymous\":{\"x\":1}}}",
      "not allowed: x' on property sessions.anonymous." },
    { "{\"sessions\":{\"anonymous\":{\"lifetime_in_minutes\":0}}}",
      "minimum 1" },
    { "{\"sessions\":{\"anonymous\":{\"lifetime_in_minutes\":525601}}}",
      "maximum 525600" },
    { "{\"include_session_metadata_in_tenant_logs\":null}",
      "boolean but found type null" },
    { "{\"include_session_metadata_in_tenant_logs\":\"true\"}",
      "boolean but found type string" },
};

START_TEST(bad_bodies_are_refused)
{
    const char *part = bad[_i].part;

    np_assert_patch_refused(np_json_body(bad[_i].body),
                            strchr(part, '|') ? "Invalid request payload"
                                              : part);
}
END_TEST

START_TEST(what_is_left_out_stays)
{
    const np_settings_t start = np_all_set;
    np_settings_t next;
    np_api_error_t error;

    ck_assert(np_settings_patch(
        &start,
        np_json_body("{\"ephemeral_session_lifetime\":2,"
                     "\"idle_ephemeral_session_lifetime_in_minutes\":15,"
                     "\"sessions\":{}}"),
        &next, &error, np_pool));
    const np_settings_t expected = { { 600, 60, 120, 15, NP_MODE_PERSISTENT, 1,
                                       0, 1440, 1 } };
    np_assert_same_settings(&next, &expected);
}
END_TEST

START_TEST(null_unsets_sessions)
{
    np_settings_t next;
    np_api_error_t error;

    ck_assert(np_settings_patch(&np_all_set,
                                np_json_body("{\"sessions\":null}"), &next,
                                &error, np_pool));
    const np_settings_t expected = { { 600, 60, 300, 30, NP_MODE_PERSISTENT, -1,
                                       -1, -1, 1 } };
    np_assert_same_settings(&next, &expected);
}
END_TEST

START_TEST(a_patch_may_be_of_what_it_changes)
{
    np_settings_t settings = np_settings_none();
    np_api_error_t error;

    ck_assert(np_settings_patch(&settings,
                                np_json_body("{\"session_lifetime\":2}"),
                                &settings, &error, np_pool));
    ck_assert(!np_settings_patch(&settings,
                                 np_json_body("{\"idle_session_lifetime\":2,"
                                              "\"session_lifetime\":0}"),
                                 &settings, &error, np_pool));
    ck_assert_int_eq(settings.values[NP_SETTING_LIFE], 120);
    ck_assert_int_eq(settings.values[NP_SETTING_IDLE], NP_SETTING_UNSET);
}
END_TEST

#define LOOP(tc, test, table) \
    tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

Suite *np_suite_settings_patch(void)
{
    Suite *suite = suite_create("settings patch");
    TCase *tc = tcase_create("bodies");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    LOOP(tc, one_member_changes_one_setting, good);
    LOOP(tc, bad_bodies_are_refused, bad);
    tcase_add_test(tc, what_is_left_out_stays);
    tcase_add_test(tc, null_unsets_sessions);
    tcase_add_test(tc, a_patch_may_be_of_what_it_changes);
    suite_add_tcase(suite, tc);
    return suite;
}
