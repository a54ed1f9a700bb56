/* SPDX-License-Identifier: Apache-2.0
 * What the tests of the management API share. */
#include "api.h"

#include <check.h>
#include <string.h>

#include "apr_strings.h"
#include "apr_tables.h"

#include "fixture.h"

np_body_t np_json_body(const char *text)
{
    return (np_body_t){ np_text(text), "application/json" };
}

np_body_t np_form_body(const char *text)
{
    return (np_body_t){ np_text(text), "application/x-www-form-urlencoded" };
}

void np_assert_error(const np_api_error_t *error, const char *code,
                     const char *part)
{
    ck_assert_int_eq(error->status, 400);
    ck_assert_str_eq(error->code, code);
    ck_assert_msg(strstr(error->message, part) != NULL,
                  "\"%s\" is not in \"%s\"", part, error->message);
}

const char *np_repeat(const char *text, int times)
{
    apr_array_header_t *parts = apr_array_make(np_pool, times + 1, sizeof text);

    for (int i = 0; i < times; i++) {
        APR_ARRAY_PUSH(parts, const char *) = text;
    }
    return apr_array_pstrcat(np_pool, parts, 0);
}

const np_settings_t np_all_set = { { 600, 60, 300, 30, NP_MODE_PERSISTENT, 1, 0,
                                     1440, 1 } };

void np_assert_same_settings(const np_settings_t *a, const np_settings_t *b)
{
    for (int i = 0; i < NP_SETTINGS; i++) {
        ck_assert_msg(a->values[i] == b->values[i], "setting %d: %d, not %d", i,
                      a->values[i], b->values[i]);
    }
}

void np_assert_patch_refused(np_body_t body, const char *part)
{
    np_settings_t next = np_all_set;
    np_api_error_t error = { 0 };
    const np_settings_t none = np_settings_none();

    ck_assert_msg(!np_settings_patch(&none, body, &next, &error, np_pool),
                  "taken: %.*s", (int)body.bytes.len, body.bytes.data);
    np_assert_error(&error, "invalid_body", part);
    np_assert_same_settings(&next, &np_all_set);
}

void np_assert_patch_taken(const np_settings_t *current, np_body_t body,
                           np_setting_e setting, int value)
{
    np_settings_t next;
    np_api_error_t error = { 0 };

    ck_assert_msg(np_settings_patch(current, body, &next, &error, np_pool),
                  "refused: %s", error.message);
    ck_assert_int_eq(next.values[setting], value);
    next.values[setting] = current->values[setting];
    np_assert_same_settings(&next, current);
}
