/* SPDX-License-Identifier: Apache-2.0
 * Where a request may be sent: nowhere but here. */
#include "unit.h"

#include "apr_strings.h"

#include "fixture.h"
#include "np_url.h"

static const char *const local[] = { "/", "/a/b?c=d#e", "/a//b", "/.//x" };

static const char *const foreign[] = {
    "",          "a",          "//host",      "///host", "/\\host",
    "\\\\host",  "/\t/host",   "/a\r\nX: y",  "/a b",    "http://host/",
    "/a\\b",     "javascript:", "/\x7f",
};

START_TEST(local_paths_are_known)
{
    ck_assert(np_url_is_local(local[_i]));
}
END_TEST

START_TEST(others_are_not)
{
    ck_assert(!np_url_is_local(foreign[_i]));
}
END_TEST

START_TEST(everything_reserved_is_escaped)
{
    ck_assert_str_eq(np_url_escape("/a?b=c&d \xc3\xa9~", np_pool),
                     "%2Fa%3Fb%3Dc%26d%20%C3%A9~");
}
END_TEST

START_TEST(parameters_are_found_and_decoded)
{
    const char *query = "xreturn=1&return=%2Fa%3Fb+c&return=2";

    ck_assert_str_eq(np_url_parameter(query, "return", np_pool), "/a?b c");
    ck_assert_ptr_null(np_url_parameter(query, "retur", np_pool));
    ck_assert_ptr_null(np_url_parameter("return", "return", np_pool));
    ck_assert_ptr_null(np_url_parameter(NULL, "return", np_pool));
    ck_assert_ptr_null(np_url_parameter("return=%zz", "return", np_pool));
    ck_assert_ptr_null(np_url_parameter("return=/a%00b", "return", np_pool));
}
END_TEST

/* Scheme, host, and the origin. */
static const char *const origins[][3] = {
    { "https", "example.com", "https://example.com" },
    { "https", "example.com:443", "https://example.com" },
    { "http", "example.com:443", "http://example.com:443" },
    { "http", "[::1]:80", "http://[::1]" },
    { "https", "example.com:8443", "https://example.com:8443" },
    { "https", "a@b", NULL },
    { "https", "a/b", NULL },
    { "https", "a b", NULL },
    { "https", "", NULL },
};

START_TEST(origins_have_one_spelling)
{
    const char *origin =
        np_url_origin(origins[_i][0], origins[_i][1], np_pool);

    if (origins[_i][2]) {
        ck_assert_str_eq(origin, origins[_i][2]);
        ck_assert(np_url_is_at(apr_pstrcat(np_pool, origin, "/", NULL), origin,
                               np_pool));
    }
    else {
        ck_assert_ptr_null(origin);
    }
}
END_TEST

#define ORIGIN "https://example.com"

/* A Location, and what it means at /app/in?x=1; NULL: elsewhere. */
static const char *const locations[][2] = {
    { "/", ORIGIN "/" },
    { "/a?b#c", ORIGIN "/a?b#c" },
    { "x", ORIGIN "/app/x" },
    { "../x", ORIGIN "/app/../x" },
    { "?y", ORIGIN "/app/in?y" },
    { "#z", ORIGIN "/app/in?x=1#z" },
    { ORIGIN "/a", ORIGIN "/a" },
    { "HTTPS://Example.com:443/a", "HTTPS://Example.com:443/a" },
    { ORIGIN, NULL },
    { ORIGIN ".evil/", NULL },
    { ORIGIN ":8443/", NULL },
    { ORIGIN "@evil/", NULL },
    { "https://u:p@example.com/", NULL },
    { "http://example.com/", NULL },
    { "//example.com/", NULL },
    { "/\\evil/", NULL },
    { "https:example.com/", NULL },
    { "javascript:x", NULL },
    { "x:y", NULL },
    { "/a b", NULL },
    { "/a\nb", NULL },
    { "", NULL },
};

START_TEST(locations_are_resolved)
{
    const char *url = np_url_resolve(locations[_i][0], ORIGIN, "/app/in?x=1",
                                     np_pool);

    if (locations[_i][1]) {
        ck_assert_str_eq(url, locations[_i][1]);
        ck_assert(np_url_is_at(url, ORIGIN, np_pool));
    }
    else {
        ck_assert_ptr_null(url);
    }
}
END_TEST

Suite *np_suite_url(void)
{
    Suite *suite = suite_create("url");
    TCase *tc = tcase_create("urls");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, local_paths_are_known, 0,
                        sizeof local / sizeof local[0]);
    tcase_add_loop_test(tc, others_are_not, 0,
                        sizeof foreign / sizeof foreign[0]);
    tcase_add_test(tc, everything_reserved_is_escaped);
    tcase_add_test(tc, parameters_are_found_and_decoded);
    tcase_add_loop_test(tc, origins_have_one_spelling, 0,
                        sizeof origins / sizeof origins[0]);
    tcase_add_loop_test(tc, locations_are_resolved, 0,
                        sizeof locations / sizeof locations[0]);
    suite_add_tcase(suite, tc);
    return suite;
}
