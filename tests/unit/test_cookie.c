/* SPDX-License-Identifier: Apache-2.0
 * Cookie headers, however hostile, and the Set-Cookie lines that we write. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_cookie.h"

#define NOW apr_time_from_sec(1700000000)

static const struct {
    const char *header;
    /* The values of cookie "auth0", separated by blanks. */
    const char *values;
    /* What is left without "auth0" and "auth0_compat". */
    const char *rest;
} headers[] = {
    { "auth0=v", "v", NULL },
    { "a=1; auth0=v; b=2", "v", "a=1; b=2" },
    { "auth0=v;auth0=w", "v w", NULL },
    { "xauth0=1; auth0x=2; AUTH0=3", "", "xauth0=1; auth0x=2; AUTH0=3" },
    { "auth0_compat=t; auth0=v", "v", NULL },
    { "auth0 = v ; x=1", "v", "x=1" },
    { "auth0=\"v\"", "v", NULL },
    { "auth0=", "", NULL },
    { "auth0", "", NULL },
    { "a=1, auth0=v", "v", "a=1" },
    { "a=1, auth0=v, b=2", "v", "a=1; b=2" },
    { "auth0=v, b=2; c=3", "v", "b=2; c=3" },
    { "auth0=v, auth0_compat=t", "v", NULL },
    { "auth0_compat=t, auth0=v, auth0=w", "v w", NULL },
    { "a=1, auth0 =v", "v", "a=1" },
    { "a=1, b=2", "", "a=1, b=2" },
    { "a=1,auth0=v", "", "a=1,auth0=v" },
    { "a=\"1, auth0=v", "v", "a=\"1" },
    { "auth0=v, no name=1; a=1", "v, no name=1", "a=1" },
    { "auth0=\"v", "\"v", NULL },
    { "auth0=\"", "\"", NULL },
    { "a=1;b=\x80\xff; auth0=v", "v", "a=1; b=\x80\xff" },
    { "d=Thu, 01 Jan; a=\"x, y\"", "", "d=Thu, 01 Jan; a=\"x, y\"" },
    { ";;; = ;auth0=v;;", "v", "= " },
    { "", "", "" },
    { "=; ==; a", "", "=; ==; a" },
    { "\tauth0=v\t;\ta=1", "v", "a=1" },
    { "a=auth0=v", "", "a=auth0=v" },
};

static bool is_ours(const char *name, apr_size_t len, const void *ours)
{
    return (len == 5 && !memcmp(name, "auth0", 5))
           || (len == 12 && !memcmp(name, "auth0_compat", 12));
}

START_TEST(cookies_are_found)
{
    np_bytes_t values[4];
    const char *all = "";
    int found = np_cookie_find(headers[_i].header, "auth0", values, 4);

    for (int i = 0; i < found; i++) {
        const char *value =
            apr_pstrmemdup(np_pool, (const char *)values[i].data,
                           values[i].len);
        all = apr_pstrcat(np_pool, all, i ? " " : "", value, NULL);
    }
    ck_assert_str_eq(all, headers[_i].values);
}
END_TEST

START_TEST(cookies_are_stripped)
{
    const char *rest =
        np_cookie_strip(headers[_i].header, is_ours, NULL, np_pool);

    if (!headers[_i].rest) {
        ck_assert_ptr_null(rest);
    }
    else {
        ck_assert_ptr_nonnull(rest);
        ck_assert_str_eq(rest, headers[_i].rest);
    }
}
END_TEST

START_TEST(long_headers_are_read_to_the_end)
{
    enum { PAIRS = 20000 };
    char *header = apr_palloc(np_pool, PAIRS * 4 + 16);
    np_bytes_t values[1];

    for (int i = 0; i < PAIRS; i++) {
        memcpy(header + 4 * i, i % 2 ? "b=, " : "a=; ", 4);
    }
    memcpy(header + PAIRS * 4, "auth0=v", sizeof "auth0=v");
    ck_assert_int_eq(np_cookie_find(header, "auth0", values, 1), 1);
    ck_assert_ptr_eq(values[0].data, header + PAIRS * 4 + strlen("auth0="));
    ck_assert_uint_eq(values[0].len, 1);
    const char *rest = np_cookie_strip(header, is_ours, NULL, np_pool);
    ck_assert(!strncmp(rest, header, PAIRS * 4 - 2));
    ck_assert_uint_eq(strlen(rest), PAIRS * 4 - 2);
}
END_TEST

START_TEST(no_more_than_asked_for)
{
    np_bytes_t values[4];

    ck_assert_int_eq(np_cookie_find("a=1; a=2; a=3; a=4; a=5", "a", values, 4),
                     4);
    ck_assert_int_eq(np_cookie_find("a=1", "a", values, 0), 0);
    ck_assert_int_eq(np_cookie_find(NULL, "a", values, 4), 0);
    ck_assert_ptr_null(np_cookie_strip(NULL, is_ours, NULL, np_pool));
}
END_TEST

static const np_cookie_style_t style = {
    .name = "auth0",
    .path = "/",
    .same_site = NP_SAME_SITE_NONE,
    .secure = true,
};

START_TEST(transient_cookie_has_no_lifetime)
{
    ck_assert_str_eq(
        np_cookie_format(&style, "v", NOW, np_pool),
        "auth0=v; Path=/; Secure; HttpOnly; SameSite=None");
}
END_TEST

START_TEST(persistent_cookie_has_both)
{
    np_cookie_style_t persistent = style;

    persistent.expires_at = NOW + apr_time_from_sec(3600);
    persistent.domain = "example.com";
    persistent.secure = false;
    persistent.same_site = NP_SAME_SITE_LAX;
    ck_assert_str_eq(np_cookie_format(&persistent, "v", NOW, np_pool),
                     "auth0=v; Expires=Tue, 14 Nov 2023 23:13:20 GMT; "
                     "Max-Age=3600; Path=/; Domain=example.com; HttpOnly; "
                     "SameSite=Lax");
}
END_TEST

/* 400 days, and no longer; a second while any time is left, and then 0, which
 * removes it. */
static const struct {
    apr_interval_time_t asked;
    const char *max_age;
} lives[] = {
    { NP_COOKIE_MAX_LIFE - APR_USEC_PER_SEC, "; Max-Age=34559999;" },
    { NP_COOKIE_MAX_LIFE, "; Max-Age=34560000;" },
    { NP_COOKIE_MAX_LIFE + APR_USEC_PER_SEC, "; Max-Age=34560000;" },
    { 1, "; Max-Age=1;" },
    { APR_USEC_PER_SEC, "; Max-Age=1;" },
    { 2 * APR_USEC_PER_SEC - 1, "; Max-Age=1;" },
    { 0, "; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0;" },
    { -5, "; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0;" },
};

START_TEST(lifetime_has_bounds)
{
    np_cookie_style_t persistent = style;

    persistent.expires_at = NOW + lives[_i].asked;
    ck_assert_ptr_nonnull(strstr(
        np_cookie_format(&persistent, "v", NOW, np_pool), lives[_i].max_age));
}
END_TEST

START_TEST(removal_keeps_path_domain_and_secure)
{
    np_cookie_style_t twin = style;

    twin.same_site = NP_SAME_SITE_ABSENT;
    twin.path = "/app";
    twin.domain = "example.com";
    ck_assert_str_eq(np_cookie_format_removal(&twin, np_pool),
                     "auth0=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; "
                     "Max-Age=0; Path=/app; Domain=example.com; Secure; "
                     "HttpOnly");
}
END_TEST

Suite *np_suite_cookie(void)
{
    Suite *suite = suite_create("cookie");
    TCase *tc = tcase_create("headers");
    int count = sizeof headers / sizeof headers[0];

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, cookies_are_found, 0, count);
    tcase_add_loop_test(tc, cookies_are_stripped, 0, count);
    tcase_add_test(tc, long_headers_are_read_to_the_end);
    tcase_add_test(tc, no_more_than_asked_for);
    tcase_add_test(tc, transient_cookie_has_no_lifetime);
    tcase_add_test(tc, persistent_cookie_has_both);
    tcase_add_loop_test(tc, lifetime_has_bounds, 0,
                        sizeof lives / sizeof lives[0]);
    tcase_add_test(tc, removal_keeps_path_domain_and_secure);
    suite_add_tcase(suite, tc);
    return suite;
}
