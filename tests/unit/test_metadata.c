/* SPDX-License-Identifier: Apache-2.0
 * The metadata of a session: 25 entries of 255 characters. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "api.h"
#include "fixture.h"
#include "np_metadata.h"

static const char untouched[] = "untouched";

static void assert_taken(np_body_t body, const char *expected)
{
    const char *metadata = untouched;
    np_api_error_t error = { 0 };

    ck_assert_msg(np_metadata_patch(body, &metadata, &error, np_pool), "%s",
                  error.message);
    ck_assert_pstr_eq(metadata, expected);
}

static void assert_refused(np_body_t body, const char *part)
{
    const char *metadata = untouched;
    np_api_error_t error = { 0 };

    ck_assert_msg(!np_metadata_patch(body, &metadata, &error, np_pool),
                  "taken: %.*s", (int)body.bytes.len, body.bytes.data);
    np_assert_error(&error, "invalid_body", part);
    ck_assert_ptr_eq(metadata, untouched);
}

static const struct {
    const char *body;
    const char *metadata;
} good[] = {
    { "{\"session_metadata\":{\"a\":\"b\"}}", "{\"a\":\"b\"}" },
    { "{\"session_metadata\" : { \"b\":\"\", \"a\" : \"\\u00e9\\n\" } }",
      "{\"b\":\"\",\"a\":\"\xc3\xa9\\n\"}" },
    { "{\"session_metadata\":{\"\":\"x\"}}", "{\"\":\"x\"}" },
    { "{\"session_metadata\":{}}", NULL },
    { "{\"session_metadata\":null}", NULL },
};

START_TEST(metadata_are_read)
{
    assert_taken(np_json_body(good[_i].body), good[_i].metadata);
}
END_TEST

START_TEST(forms_hold_texts)
{
    assert_taken(np_form_body("session_metadata[a]=1&session_metadata[b]=true"),
                 "{\"a\":\"1\",\"b\":\"true\"}");
    assert_refused(np_form_body("session_metadata="),
                   "object but found type string");
    assert_refused(np_form_body("session_metadata[a][b]=1"),
                   "string but found type object");
}
END_TEST

static const struct {
    const char *body;
    const char *part;
} bad[] = {
    { "{}", "Too few properties" },
    { "{\"x\":1}", "not allowed: x" },
    { "{\"session_metadata\":{\"a\":\"b\"},\"x\":1}", "not allowed: x" },
    { "{\"session_metadata\":[]}", "object but found type array" },
    { "{\"session_metadata\":\"\"}", "object but found type string" },
    { "{\"session_metadata\":{\"a\":1}}", "string but found type integer" },
    { "{\"session_metadata\":{\"a\":1.5}}", "string but found type number" },
    { "{\"session_metadata\":{\"a\":null}}", "string but found type null" },
    { "{\"session_metadata\":{\"a\":true}}", "string but found type boolean" },
    { "{\"session_metadata\":{\"a\":{}}}", "string but found type object" },
    { "{\"session_metadata\":{\"a\":[]}}", "string but found type array" },
    { "{\"session_metadata\":{\"a\":\"b\",\"a\":\"c\"}}", "twice" },
    { "{\"session_metadata\":{\"a\":\"\\u0000\"}}", "NUL" },
    { "{\"session_metadata\":{\"a\":\"\xff\"}}", "not UTF-8" },
    { "", "not JSON" },
};

START_TEST(the_rest_is_refused)
{
    assert_refused(np_json_body(bad[_i].body), bad[_i].part);
}
END_TEST

static np_body_t body_of(int entries)
{
    const char *text = "{\"session_metadata\":{";

    for (int i = 0; i < entries; i++) {
        text =
            apr_psprintf(np_pool, "%s%s\"k%d\":\"v\"", text, i ? "," : "", i);
    }
    return np_json_body(apr_pstrcat(np_pool, text, "}}", NULL));
}

START_TEST(there_are_25_entries_at_the_most)
{
    const char *metadata;
    np_api_error_t error;

    ck_assert(np_metadata_patch(body_of(24), &metadata, &error, np_pool));
    ck_assert(np_metadata_patch(body_of(25), &metadata, &error, np_pool));
    assert_refused(body_of(26), "Metadata must not exceed 25 entries. Each key "
                                "and value must be \xe2\x89\xa4 255 "
                                "characters.");
}
END_TEST

/* Of one, two, three and four octets */
static const char *const letters[] = { "a", "\xc3\xa9", "\xe2\x82\xac",
                                       "\xf0\x9f\x98\x80" };

START_TEST(texts_have_255_characters_at_the_most)
{
    for (int len = 254; len <= 256; len++) {
        const char *text = np_repeat(letters[_i], len);
        const char *name = apr_pstrcat(np_pool, "{\"", text, "\":\"v\"}", NULL);
        const char *value =
            apr_pstrcat(np_pool, "{\"k\":\"", text, "\"}", NULL);
        const char *body = "{\"session_metadata\":";
        const np_body_t long_name =
            np_json_body(apr_pstrcat(np_pool, body, name, "}", NULL));
        const np_body_t long_value =
            np_json_body(apr_pstrcat(np_pool, body, value, "}", NULL));
        if (len <= 255) {
            assert_taken(long_name, name);
            assert_taken(long_value, value);
        }
        else {
            assert_refused(long_name, "255 characters");
            assert_refused(long_value, "255 characters");
        }
    }
}
END_TEST

#define LOOP(tc, test, table) \
    tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

Suite *np_suite_metadata(void)
{
    Suite *suite = suite_create("metadata");
    TCase *tc = tcase_create("bodies");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    LOOP(tc, metadata_are_read, good);
    tcase_add_test(tc, forms_hold_texts);
    LOOP(tc, the_rest_is_refused, bad);
    tcase_add_test(tc, there_are_25_entries_at_the_most);
    LOOP(tc, texts_have_255_characters_at_the_most, letters);
    suite_add_tcase(suite, tc);
    return suite;
}
