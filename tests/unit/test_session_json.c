/* SPDX-License-Identifier: Apache-2.0
 * Sessions, pages of them and errors, as JSON. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "api.h"
#include "fixture.h"
#include "np_session_json.h"

#define NOW    (apr_time_from_sec(APR_INT64_C(1767225600)) + 1999)
#define HANDLE "AAECAwQFBgcICQoLDA0ODw"

static np_record_t sample(void)
{
    np_record_t record = {
        .state = NP_RECORD_LIVE,
        .mode = NP_MODE_NON_PERSISTENT,
        .times = { NOW, NOW + apr_time_from_sec(20) },
        .fresh_at = NOW + apr_time_from_sec(10),
        .user = "auth0|alice",
        .auth_type = "Basic",
    };

    for (int i = 0; i < NP_HANDLE_LEN; i++) {
        record.handle[i] = (unsigned char)i;
    }
    return record;
}

static const char *render(const np_record_t *record)
{
    const np_session_view_t view = {
        .record = record,
        .limits = { apr_time_from_sec(60), apr_time_from_sec(3600) },
    };

    return np_session_json_render(&view, np_pool);
}

static void assert_contains(const char *json, const char *part)
{
    ck_assert_msg(strstr(json, part) != NULL, "%s is not in %s", part, json);
}

#define SESSION_BEGIN \
    "{\"id\":\"" HANDLE "\",\"user_id\":\"auth0|alice\"," \
    "\"created_at\":\"2026-01-01T00:00:00.001Z\"," \
    "\"updated_at\":\"2026-01-01T00:00:20.001Z\"," \
    "\"authenticated_at\":\"2026-01-01T00:00:10.001Z\"," \
    "\"idle_expires_at\":\"2026-01-01T00:01:20.001Z\"," \
    "\"expires_at\":\"2026-01-01T01:00:00.001Z\"," \
    "\"last_interacted_at\":\"2026-01-01T00:00:20.001Z\","
#define METHODS \
    "\"clients\":[],\"authentication\":{\"methods\":[{\"name\":\"pwd\"," \
    "\"timestamp\":\"2026-01-01T00:00:00.001Z\"}"

START_TEST(sessions_are_shown)
{
    const np_record_t record = sample();

    ck_assert_str_eq(
        render(&record), SESSION_BEGIN
        "\"device\":{\"initial_ip\":null,\"last_ip\":null}," METHODS
        "]},\"cookie\":{\"mode\":\"non-persistent\"},"
        "\"session_metadata\":null,"
        "\"session_np\":{\"auth_type\":\"Basic\"}}");
}
END_TEST

START_TEST(all_is_shown_that_is_known)
{
    np_record_t record = sample();
    const np_session_view_t view = {
        .record = &record,
        .limits = { apr_time_from_sec(60), apr_time_from_sec(3600) },
        .initial = { "A/1", "192.0.2.1" },
        .last = { "B/2", "2001:db8::1" },
        .metadata = "{\"b\":\"1\",\"a\":\"\xc3\xa9\"}",
    };

    record.mode = NP_MODE_PERSISTENT;
    record.mfa = "totp";
    record.device.known = NP_DEVICE_KNOWN_USER;
    ck_assert_str_eq(
        np_session_json_render(&view, np_pool), SESSION_BEGIN
        "\"device\":{\"initial_user_agent\":\"A/1\","
        "\"initial_ip\":\"192.0.2.1\",\"last_user_agent\":\"B/2\","
        "\"last_ip\":\"2001:db8::1\"}," METHODS
        ",{\"name\":\"mfa\",\"timestamp\":\"2026-01-01T00:00:10.001Z\","
        "\"type\":\"totp\"}]},\"cookie\":{\"mode\":\"persistent\"},"
        "\"session_metadata\":{\"b\":\"1\",\"a\":\"\xc3\xa9\"},"
        "\"session_np\":{\"auth_type\":\"Basic\",\"device\":\"known-user\","
        "\"device_id\":\"AAAAAAAAAAAAAAAAAAAAAA\"}}");
}
END_TEST

static const struct {
    const char *auth_type;
    const char *name;
} methods[] = {
    { "Basic", "pwd" },
    { "basic", "pwd" },
    { "Digest", "pwd" },
    { "form", "pwd" },
    { "openid-connect", "federated" },
    { "GSSAPI", "federated" },
    { "", "federated" },
    { NULL, "federated" },
};

START_TEST(methods_have_names)
{
    np_record_t record = sample();

    record.auth_type = methods[_i].auth_type;
    assert_contains(render(&record),
                    apr_pstrcat(np_pool, "\"methods\":[{\"name\":\"",
                                methods[_i].name, "\",", NULL));
}
END_TEST

static const struct {
    const char *user;
    const char *json;
} users[] = {
    { "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
      "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
    { "a\"\\/", "a\\\"\\\\/" },
    { "\xe9ric", "\xef\xbf\xbdric" },
    { "a\xc3", "a\xef\xbf\xbd" },
    { "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
    { "\xed\xa0\x80x", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx" },
    { "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
    { "\xe0\x9f\xbf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
    { "\xf0\x9f\x98", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
};

START_TEST(users_are_always_utf8)
{
    np_record_t record = sample();

    record.user = users[_i].user;
    assert_contains(render(&record), apr_pstrcat(np_pool, "\"user_id\":\"",
                                                 users[_i].json, "\",", NULL));
}
END_TEST

START_TEST(metadata_that_are_damaged_are_none)
{
    const np_record_t record = sample();
    const np_session_view_t view = { .record = &record, .metadata = "{\"a\"" };

    assert_contains(np_session_json_render(&view, np_pool),
                    "\"session_metadata\":null");
}
END_TEST

START_TEST(moments_have_an_end)
{
    np_record_t record = sample();

    record.times.login_at = APR_INT64_MAX;
    assert_contains(render(&record),
                    "\"created_at\":\"9999-12-31T23:59:59.999Z\"");
    record.times.login_at = -1;
    assert_contains(render(&record),
                    "\"created_at\":\"1970-01-01T00:00:00.000Z\"");
}
END_TEST

START_TEST(pages_are_shown)
{
    np_record_t record = sample();
    const np_session_view_t views[2] = { { .record = &record },
                                         { .record = &record } };

    ck_assert_str_eq(np_page_render(views, 0, NULL, np_pool),
                     "{\"sessions\":[]}");
    const char *one = np_session_json_render(&views[0], np_pool);
    ck_assert_str_eq(np_page_render(views, 2, "abc", np_pool),
                     apr_pstrcat(np_pool, "{\"sessions\":[", one, ",", one,
                                 "],\"next\":\"abc\"}", NULL));
}
END_TEST

static const struct {
    const char *args;
    int take;
    const char *from;
} pages[] = {
    { NULL, 50, NULL },
    { "", 50, NULL },
    { "take=1", 1, NULL },
    { "take=2", 2, NULL },
    { "take=99", 99, NULL },
    { "take=100", 100, NULL },
    { "include_totals=true&take=50", 50, NULL },
    { "include_totals=x&from=aZ0-_&page=2", 50, "aZ0-_" },
};

START_TEST(page_queries_are_read)
{
    np_page_t page;
    np_api_error_t error;

    ck_assert(np_page_parse(pages[_i].args, &page, &error, np_pool));
    ck_assert_int_eq(page.take, pages[_i].take);
    ck_assert_pstr_eq(page.from, pages[_i].from);
}
END_TEST

static const char *const bad_pages[] = {
    "take=0",    "take=101",  "take=",           "take=-1",
    "take=+1",   "take=1.0",  "take=ten",        "take=1&take=1",
    "take=0x1",  "take=1%00", "take=4294967297", "take=9999",
    "from=",     "from=a%2F", "from=a&from=a",   "from=%ff",
    "take=1%20", "take=%",
};

START_TEST(bad_page_queries_are_refused)
{
    np_page_t page = { -1, NULL };
    np_api_error_t error = { 0 };

    ck_assert(!np_page_parse(bad_pages[_i], &page, &error, np_pool));
    np_assert_error(&error, "invalid_query_string", "");
    ck_assert_int_eq(page.take, -1);
}
END_TEST

START_TEST(from_has_128_characters_at_the_most)
{
    np_page_t page;
    np_api_error_t error;

    for (int len = 127; len <= 129; len++) {
        const char *args =
            apr_pstrcat(np_pool, "from=", np_repeat("a", len), NULL);
        ck_assert_int_eq(np_page_parse(args, &page, &error, np_pool),
                         len <= 128);
    }
}
END_TEST

START_TEST(ids_are_read)
{
    const np_record_t record = sample();
    unsigned char handle[NP_HANDLE_LEN];
    np_api_error_t error = { 0 };

    ck_assert_int_eq(np_session_json_parse_id(HANDLE, handle, &error, np_pool),
                     APR_SUCCESS);
    ck_assert_mem_eq(handle, record.handle, sizeof handle);
    static const char *const unknown[] = { "", "x", HANDLE "A",
                                           "AAECAwQFBgcICQoLDA0OD/",
                                           "AAECAwQFBgcICQoLDA0ODx" };
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        ck_assert_int_eq(
            np_session_json_parse_id(unknown[i], handle, &error, np_pool),
            APR_NOTFOUND);
        ck_assert_int_eq(error.status, 404);
        ck_assert_str_eq(error.code, "inexistent_session");
    }
    for (int len = 49; len <= 51; len++) {
        ck_assert_int_eq(np_session_json_parse_id(np_repeat("A", len), handle,
                                                  &error, np_pool),
                         len <= 50 ? APR_NOTFOUND : APR_EINVAL);
    }
    np_assert_error(&error, "invalid_uri", "on property id");
}
END_TEST

static void assert_error_body(np_api_error_t error, const char *expected)
{
    ck_assert_str_eq(np_api_error_render(&error, np_pool), expected);
}

START_TEST(errors_are_shown)
{
    assert_error_body(np_api_error_body("No", "a.b", "what", np_pool),
                      "{\"statusCode\":400,\"error\":\"Bad Request\","
                      "\"message\":\"Payload validation error: 'No' on "
                      "property a.b (what).\",\"errorCode\":\"invalid_body\"}");
    assert_error_body(np_api_error(NP_API_INVALID_TOKEN),
                      "{\"statusCode\":401,\"error\":\"Unauthorized\","
                      "\"message\":\"Invalid token\","
                      "\"attributes\":{\"error\":\"Invalid token\"}}");
    assert_error_body(np_api_error(NP_API_MISSING_TOKEN),
                      "{\"statusCode\":401,\"error\":\"Unauthorized\","
                      "\"message\":\"Missing authentication\"}");
    assert_error_body(np_api_error_scope("read:sessions", np_pool),
                      "{\"statusCode\":403,\"error\":\"Forbidden\","
                      "\"message\":\"Insufficient scope, expected any of: "
                      "read:sessions\","
                      "\"errorCode\":\"insufficient_scope\"}");
    assert_error_body(np_api_error(NP_API_NO_SUCH_SESSION),
                      "{\"statusCode\":404,\"error\":\"Not Found\","
                      "\"message\":\"The session does not exist.\","
                      "\"errorCode\":\"inexistent_session\"}");
    assert_error_body(np_api_error(NP_API_NO_SUCH_USER),
                      "{\"statusCode\":404,\"error\":\"Not Found\","
                      "\"message\":\"The user does not exist.\","
                      "\"errorCode\":\"inexistent_user\"}");
    assert_error_body(np_api_error(NP_API_TOO_MANY_REQUESTS),
                      "{\"statusCode\":429,\"error\":\"Too Many Requests\","
                      "\"message\":\"Global limit has been reached\","
                      "\"errorCode\":\"too_many_requests\"}");
}
END_TEST

START_TEST(every_error_has_a_body)
{
    for (int i = 0; i <= NP_API_UNAVAILABLE; i++) {
        const np_api_error_t error = np_api_error((np_api_error_e)i);
        assert_contains(
            np_api_error_render(&error, np_pool),
            apr_psprintf(np_pool, "{\"statusCode\":%d,", error.status));
        ck_assert(error.status >= 401 && error.status <= 503);
        ck_assert_ptr_nonnull(error.message);
    }
}
END_TEST

#define LOOP(tc, test, table) \
    tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

Suite *np_suite_session_json(void)
{
    Suite *suite = suite_create("session JSON");
    TCase *tc = tcase_create("texts");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, sessions_are_shown);
    tcase_add_test(tc, all_is_shown_that_is_known);
    LOOP(tc, methods_have_names, methods);
    LOOP(tc, users_are_always_utf8, users);
    tcase_add_test(tc, metadata_that_are_damaged_are_none);
    tcase_add_test(tc, moments_have_an_end);
    tcase_add_test(tc, pages_are_shown);
    LOOP(tc, page_queries_are_read, pages);
    LOOP(tc, bad_page_queries_are_refused, bad_pages);
    tcase_add_test(tc, from_has_128_characters_at_the_most);
    tcase_add_test(tc, ids_are_read);
    tcase_add_test(tc, errors_are_shown);
    tcase_add_test(tc, every_error_has_a_body);
    suite_add_tcase(suite, tc);
    return suite;
}
