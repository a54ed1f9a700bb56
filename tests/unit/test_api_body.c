/* SPDX-License-Identifier: Apache-2.0
 * Bodies: forms, types, and how large and how deep they may be. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "api.h"
#include "fixture.h"

static const struct {
    const char *body;
    np_setting_e setting;
    int value;
} good_forms[] = {
    { "session_lifetime=5", NP_SETTING_LIFE, 300 },
    { "&session_lifetime_in_minutes=525600&", NP_SETTING_LIFE, 525600 },
    { "session%5Flifetime=%35", NP_SETTING_LIFE, 300 },
    { "session_cookie[mode]=persistent", NP_SETTING_MODE, NP_MODE_PERSISTENT },
    { "session_cookie%5bmode%5D=non-persistent", NP_SETTING_MODE,
      NP_MODE_NON_PERSISTENT },
    { "session_cookie=null", NP_SETTING_MODE, NP_SETTING_UNSET },
    { "sessions[oidc_logout_prompt_enabled]=false", NP_SETTING_LOGOUT_PROMPT,
      0 },
    { "sessions[anonymous][lifetime_in_minutes]=7", NP_SETTING_ANONYMOUS_LIFE,
      7 },
};

START_TEST(forms_are_taken)
{
    np_assert_patch_taken(&np_all_set, np_form_body(good_forms[_i].body),
                          good_forms[_i].setting, good_forms[_i].value);
}
END_TEST

static const struct {
    const char *body;
    const char *part;
} bad_forms[] = {
    { "", "Too few properties" },
    { "&&", "Too few properties" },
    { "session_lifetime=0", "minimum 1" },
    { "session_lifetime=8761", "maximum 8760" },
    { "session_lifetime=1.5", "integer but found type number" },
    { "session_lifetime=", "integer but found type string" },
    { "session_lifetime", "integer but found type string" },
    { "session_lifetime=5x", "integer but found type string" },
    { "session_lifetime=+5", "integer but found type string" },
    { "session_lifetime=99999999999999999999",
      "integer but found type string" },
    { "session_lifetime={}", "integer but found type string" },
    { "session_lifetime=5&session_lifetime=5", "twice" },
    { "session_lifetime=5&session_lifetime_in_minutes=5",
      "in hours and in minutes" },
    { "x=1", "not allowed: x" },
    { "=1", "not allowed" },
    { "session_cookie=persistent", "object but found type string" },
    { "session_cookie[mode]=x", "No enum match" },
    { "session_cookie[mode=persistent", "no clear name" },
    { "session_cookie[mode]x=persistent", "no clear name" },
    { "session_cookie[mode]=persistent&session_cookie[mode]=persistent",
      "twice" },
    { "session_cookie=null&session_cookie[mode]=persistent", "twice" },
    { "session_cookie[mode]=persistent&session_cookie=null", "twice" },
    { "a[b][c][d][e][f][g][h][i]=1", "no clear name" },
    { "session_lifetime=%", "not a form" },
    { "session_lifetime=%3", "not a form" },
    { "session_lifetime=%3g", "not a form" },
    { "session_lifetime%00=5", "not a form" },
    { "session_cookie[mode]=%ff", "not UTF-8" },
    { "%ff=1", "not UTF-8" },
};

START_TEST(bad_forms_are_refused)
{
    np_assert_patch_refused(np_form_body(bad_forms[_i].body),
                            bad_forms[_i].part);
}
END_TEST

START_TEST(forms_have_256_pairs_at_the_most)
{
    const char *blank = apr_pstrcat(np_pool, np_repeat("a[]=1&", 1),
                                    np_repeat("b=1&", 254), NULL);

    np_assert_patch_refused(
        np_form_body(apr_pstrcat(np_pool, blank, "c=1", NULL)), "twice");
    np_assert_patch_refused(
        np_form_body(apr_pstrcat(np_pool, blank, "c=1&d=1", NULL)),
        "not a form");
}
END_TEST

static int status_of(np_body_t body)
{
    const np_settings_t none = np_settings_none();
    np_settings_t next;
    np_api_error_t error = { 0 };

    return np_settings_patch(&none, body, &next, &error, np_pool)
               ? 200
               : error.status;
}

START_TEST(the_type_says_what_it_is)
{
    static const struct {
        const char *type;
        int status;
    } types[] = {
        { NULL, 200 },
        { "application/json", 200 },
        { "Application/JSON; charset=utf-8", 200 },
        { "application/json ;x", 200 },
        { "application/jsonx", 415 },
        { "application/json,text/html", 415 },
        { "text/plain", 415 },
        { "", 415 },
        { "multipart/form-data; boundary=x", 415 },
        { "application/x-www-form-urlencoded; charset=utf-8", 400 },
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const np_body_t body = { np_text("{\"session_lifetime\":5}"),
                                 types[i].type };
        ck_assert_int_eq(status_of(body), types[i].status);
    }
}
END_TEST

START_TEST(bodies_have_65536_octets_at_the_most)
{
    const char *patch = "{\"session_lifetime\":5}";
    const int room = NP_BODY_MAX - (int)strlen(patch);

    for (int more = -1; more <= 1; more++) {
        const char *body =
            apr_pstrcat(np_pool, patch, np_repeat(" ", room + more), NULL);
        ck_assert_int_eq(status_of(np_json_body(body)), more > 0 ? 413 : 200);
    }
}
END_TEST

/* (at the bottom stands what is no member: the error tells who refused) */
START_TEST(bodies_have_8_levels_at_the_most)
{
    for (int depth = 7; depth <= 9; depth++) {
        const char *body =
            apr_pstrcat(np_pool, "{\"x[\\\"{\":", np_repeat("[", depth - 1),
                        "5", np_repeat("]", depth - 1), "}", NULL);
        np_assert_patch_refused(np_json_body(body),
                                depth > 8 ? "too deep" : "not allowed: x[\"{");
    }
    np_assert_patch_refused(np_json_body(np_repeat("[", NP_BODY_MAX)),
                            "too deep");
    np_assert_patch_refused(np_json_body(np_repeat("{\"a\":", 1000)),
                            "too deep");
}
END_TEST

START_TEST(errors_repeat_64_octets_of_a_name)
{
    const char *longest = np_repeat("n", 64);
    const char *cut = apr_pstrcat(np_pool, np_repeat("n", 63), "...'", NULL);

    np_assert_patch_refused(
        np_json_body(apr_pstrcat(np_pool, "{\"", longest, "\":1}", NULL)),
        apr_pstrcat(np_pool, longest, "'", NULL));
    np_assert_patch_refused(
        np_json_body(apr_pstrcat(np_pool, "{\"", longest, "n\":1}", NULL)),
        apr_pstrcat(np_pool, longest, "...'", NULL));
    /* no half of a character is left */
    np_assert_patch_refused(
        np_json_body(apr_pstrcat(np_pool, "{\"", np_repeat("n", 63),
                                 "\xc3\xa9\":1}", NULL)),
        cut);
}
END_TEST

#define LOOP(tc, test, table) \
    tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

Suite *np_suite_api_body(void)
{
    Suite *suite = suite_create("API body");
    TCase *tc = tcase_create("bodies");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    LOOP(tc, forms_are_taken, good_forms);
    LOOP(tc, bad_forms_are_refused, bad_forms);
    tcase_add_test(tc, forms_have_256_pairs_at_the_most);
    tcase_add_test(tc, the_type_says_what_it_is);
    tcase_add_test(tc, bodies_have_65536_octets_at_the_most);
    tcase_add_test(tc, bodies_have_8_levels_at_the_most);
    tcase_add_test(tc, errors_repeat_64_octets_of_a_name);
    suite_add_tcase(suite, tc);
    return suite;
}
