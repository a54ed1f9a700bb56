/* SPDX-License-Identifier: Apache-2.0
 * Set-Cookie headers of applications: what browsers see in them, and what they
 * are when they were made stricter. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_set_cookie.h"

#define COUNT(list) ((int)(sizeof(list) / sizeof(list)[0]))

/* Tue, 14 Nov 2023 22:13:20 GMT */
#define NOW  apr_time_from_sec(1700000000)
#define PAST apr_time_from_sec(1623233894)
#define PAST_TEXT "Wed, 09 Jun 2021 10:18:14 GMT"
#define FUTURE apr_time_from_sec(2000000000)
#define FUTURE_TEXT "Wed, 18 May 2033 03:33:20 GMT"

static np_set_cookie_t read_line(const char *line)
{
    np_set_cookie_t cookie;

    ck_assert_msg(np_set_cookie_read(line, NOW, &cookie, np_pool), "%s", line);
    return cookie;
}

/* --- name and value ------------------------------------------------------- */

static const struct {
    const char *line;
    const char *name;
    const char *value;
} pairs[] = {
    { "a=b", "a", "b" },
    { "a=", "a", "" },
    { "a=;", "a", "" },
    { " \ta \t=\t b\t ; Secure", "a", "b" },
    { "a=b=c==", "a", "b=c==" },
    { "a=b c", "a", "b c" },
    { "a b=c", "a b", "c" },
    { "a=\"b c\"", "a", "\"b c\"" },
    { "a=\"b;c\"", "a", "\"b" },
    { "a=\"\"", "a", "\"\"" },
    { "a=b,c=d", "a", "b,c=d" },
    { "Path=/x", "Path", "/x" },
    { "\xc3\xa9=\xff", "\xc3\xa9", "\xff" },
    { "a=b\n", "a", "b\n" },
};

START_TEST(name_and_value_are_trimmed_only)
{
    np_set_cookie_t cookie = read_line(pairs[_i].line);

    ck_assert_str_eq(cookie.name, pairs[_i].name);
    ck_assert_str_eq(cookie.value, pairs[_i].value);
    ck_assert_ptr_null(cookie.path);
    ck_assert_int_eq(cookie.expires_at, 0);
    ck_assert(!cookie.removes && !cookie.http_only && !cookie.same_site);
}
END_TEST

static const char *const no_cookies[] = {
    "", ";", " ", "a", "=", "=b", " \t=b", "a; b=c", "; a=b", "a; Path=/",
    "=b; Secure; HttpOnly; SameSite=Lax; Max-Age=5",
};

START_TEST(without_a_name_there_is_no_cookie)
{
    np_set_cookie_t cookie;

    ck_assert(!np_set_cookie_read(no_cookies[_i], NOW, &cookie, np_pool));
    ck_assert_ptr_eq(np_set_cookie_harden(no_cookies[_i], true, true, NOW,
                                          np_pool),
                     no_cookies[_i]);
}
END_TEST

/* --- attributes ----------------------------------------------------------- */

static const char *const all_attributes[] = {
    "a=b; Path=/p; Max-Age=10; Secure; HttpOnly; SameSite=Strict",
    "a=b;SameSite;HttpOnly;Secure;Max-Age=10;Path=/p",
    "a=b;  PATH =\t/p ;secure=no; max-AGE = 10;httponly=;\tsamesite = none",
    "a=b;;; ;=;x=y;Domain=d; Path=/p; Max-Age=10; Secure; HttpOnly;SameSite;",
    "a=b;Path=/q;Path=/p;Max-Age=9;Max-Age=10;Secure;Secure;HttpOnly;SameSite",
    "a=b; Path=/p; SameSite=Lax; SameSite=None; HttpOnly; Secure; Max-Age=10",
};

START_TEST(attributes_are_read_in_any_order_and_case)
{
    np_set_cookie_t cookie = read_line(all_attributes[_i]);

    ck_assert_str_eq(cookie.name, "a");
    ck_assert_str_eq(cookie.value, "b");
    ck_assert_str_eq(cookie.path, "/p");
    ck_assert_int_eq(cookie.expires_at, NOW + apr_time_from_sec(10));
    ck_assert(cookie.secure && cookie.http_only && cookie.same_site);
    ck_assert(!cookie.removes);
}
END_TEST

/* Near to an attribute, in the value, or in quotes: not an attribute. */
START_TEST(what_is_like_an_attribute_is_none)
{
    np_set_cookie_t cookie = read_line(
        "a=Secure HttpOnly SameSite Max-Age=0; Secured; Http-Only; XPath=/;"
        " \"Secure\"; Max Age=0; MaxAge=0; Expire=0; Same-Site=Lax; Sec ure");

    ck_assert(!cookie.secure && !cookie.http_only && !cookie.same_site);
    ck_assert(!cookie.path && !cookie.expires_at && !cookie.removes);
}
END_TEST

static const struct {
    const char *attributes;
    const char *path;
} paths[] = {
    { "Path=/", "/" },
    { "Path=/a/b/", "/a/b/" },
    { "Path=/a b", "/a b" },
    { "Path=/a=b", "/a=b" },
    { "Path", NULL },
    { "Path=", NULL },
    { "Path=a", NULL },
    { "Path=\"/\"", NULL },
    { "Path=http://a/", NULL },
    /* the last one counts, also if it says nothing */
    { "Path=/a; Path=", NULL },
    { "Path=/a; Path", NULL },
    { "Path=; Path=/a", "/a" },
};

START_TEST(paths_begin_with_a_slash)
{
    np_set_cookie_t cookie = read_line(
        apr_pstrcat(np_pool, "a=b; ", paths[_i].attributes, NULL));

    if (paths[_i].path) {
        ck_assert_str_eq(cookie.path, paths[_i].path);
    }
    else {
        ck_assert_ptr_null(cookie.path);
    }
}
END_TEST

/* --- how long ------------------------------------------------------------- */

#define REMOVED  1
#define NO_LIFE  0

static const struct {
    const char *attributes;
    apr_time_t expires_at;
} lives[] = {
    { "Max-Age=1", NOW + APR_USEC_PER_SEC },
    { "Max-Age=0010", NOW + 10 * APR_USEC_PER_SEC },
    { "Max-Age=0", REMOVED },
    { "Max-Age=-0", REMOVED },
    { "Max-Age=-1", REMOVED },
    { "Max-Age=-99999999999999999999", REMOVED },
    { "Max-Age=9223372036854", APR_INT64_MAX },
    { "Max-Age=9223372036855", APR_INT64_MAX },
    { "Max-Age=9223372036854775807", APR_INT64_MAX },
    { "Max-Age=99999999999999999999999", APR_INT64_MAX },
    /* what browsers pass over */
    { "Max-Age", NO_LIFE },
    { "Max-Age=", NO_LIFE },
    { "Max-Age=-", NO_LIFE },
    { "Max-Age=--1", NO_LIFE },
    { "Max-Age=1-", NO_LIFE },
    { "Max-Age=+1", NO_LIFE },
    { "Max-Age=1.5", NO_LIFE },
    { "Max-Age=1 0", NO_LIFE },
    { "Max-Age=0x10", NO_LIFE },
    { "Max-Age=\"10\"", NO_LIFE },
    { "Max-Age=ten", NO_LIFE },
    { "Expires", NO_LIFE },
    { "Expires=", NO_LIFE },
    { "Expires=0", NO_LIFE },
    { "Expires=-1", NO_LIFE },
    { "Expires=1970", NO_LIFE },
    { "Expires=Session", NO_LIFE },
    /* Max-Age counts before Expires; of one name the last one counts */
    { "Expires=" FUTURE_TEXT, FUTURE },
    { "Expires=" PAST_TEXT "; Max-Age=5", NOW + 5 * APR_USEC_PER_SEC },
    { "Max-Age=5; Expires=" PAST_TEXT, NOW + 5 * APR_USEC_PER_SEC },
    { "Max-Age=0; Expires=" FUTURE_TEXT, REMOVED },
    { "Expires=" FUTURE_TEXT "; Max-Age=0", REMOVED },
    { "Max-Age=0; Max-Age=5", NOW + 5 * APR_USEC_PER_SEC },
    { "Max-Age=5; Max-Age=0", REMOVED },
    { "Expires=" PAST_TEXT "; Expires=" FUTURE_TEXT, FUTURE },
    { "Expires=" FUTURE_TEXT "; Expires=" PAST_TEXT, PAST },
    /* and what is passed over does not count */
    { "Max-Age=ten; Expires=" FUTURE_TEXT, FUTURE },
    { "Expires=" FUTURE_TEXT "; Max-Age=", FUTURE },
    { "Max-Age=5; Max-Age=ten", NOW + 5 * APR_USEC_PER_SEC },
    { "Expires=" FUTURE_TEXT "; Expires=never", FUTURE },
};

START_TEST(lives_are_what_browsers_make_of_them)
{
    np_set_cookie_t cookie = read_line(
        apr_pstrcat(np_pool, "a=b; ", lives[_i].attributes, NULL));
    apr_time_t expected = lives[_i].expires_at;

    ck_assert_msg(cookie.expires_at == expected, "%s: %" APR_INT64_T_FMT,
                  lives[_i].attributes, cookie.expires_at);
    ck_assert(cookie.removes == (expected && expected < NOW));
}
END_TEST

static const struct {
    const char *text;
    apr_time_t moment;
} dates[] = {
    /* the three of HTTP, and with four digits */
    { "Wed, 09 Jun 2021 10:18:14 GMT", PAST },
    { "Wednesday, 09-Jun-21 10:18:14 GMT", PAST },
    { "Wed Jun  9 10:18:14 2021", PAST },
    { "Wed, 09-Jun-2021 10:18:14 GMT", PAST },
    { "Wed, 09-Jun-21 10:18:14 GMT", PAST },
    { "Wed, 9-Jun-2021 10:18:14 GMT", PAST },
    { "9 Jun 21 10:18:14", PAST },
    { "Wed,09 Jun 2021 10:18:14 UTC", PAST },
    { "WED, 09 JUN 2021 10:18:14 gmt", PAST },
    { "wed, 09 june 2021 10:18:14", PAST },
    { "Wed Jun 09 2021 10:18:14 GMT+0000 (UTC)", PAST },
    { "Wed, 09 Jun 2021 10:18:14 +0200", PAST },   /* zones do not count */
    { "\"Wed, 09 Jun 2021 10:18:14 GMT\"", PAST },
    { "10:18:14 2021 9 Jun", PAST },
    { "Sun, 7 Jan 2018 9:8:7 GMT", apr_time_from_sec(1515316087) },
    /* years of two digits; the first and the last one of each century */
    { "01-Jan-69 00:00:00", apr_time_from_sec(3124224000) },
    { "01-Jan-00 00:00:00", apr_time_from_sec(946684800) },
    { "01-Jan-99 00:00:00", apr_time_from_sec(915148800) },
    { "01-Jan-70 00:00:00", REMOVED },
    /* how applications remove, and how they keep forever */
    { "Thu, 01 Jan 1970 00:00:00 GMT", REMOVED },
    { "Thu, 01-Jan-1970 00:00:00 GMT", REMOVED },
    { "Thu, 01-Jan-1970 00:00:01 GMT", apr_time_from_sec(1) },
    { "Thu, 01-Jan-70 00:00:10 GMT", apr_time_from_sec(10) },
    { "Mon, 01 Jan 1900 00:00:00 GMT", REMOVED },
    { "Wed, 31 Dec 1969 23:59:59 GMT", REMOVED },
    { "Mon, 01 Jan 1601 00:00:00 GMT", REMOVED },
    { "Tue, 19 Jan 2038 03:14:07 GMT", apr_time_from_sec(2147483647) },
    { "Fri, 31 Dec 9999 23:59:59 GMT", apr_time_from_sec(253402300799) },
    { "Thu, 29 Feb 2024 00:00:00 GMT", apr_time_from_sec(1709164800) },
    /* no dates */
    { "Sun, 31 Dec 1600 00:00:00 GMT", NO_LIFE },
    { "Wed, 29 Feb 2023 00:00:00 GMT", NO_LIFE },
    { "Thu, 31 Jun 2033 00:00:00 GMT", NO_LIFE },
    { "Thu, 00 Jun 2033 00:00:00 GMT", NO_LIFE },
    { "Thu, 32 Jan 2033 00:00:00 GMT", NO_LIFE },
    { "Wed, 18 May 2033 24:00:00 GMT", NO_LIFE },
    { "Wed, 18 May 2033 00:60:00 GMT", NO_LIFE },
    { "Wed, 18 May 2033 00:00:60 GMT", NO_LIFE },
    { "Wed, 18 May 2033 00:00 GMT", NO_LIFE },
    { "Wed, 18 May 2033 00:000:00 GMT", NO_LIFE },
    { "Wed, 18 May 20330 00:00:00 GMT", NO_LIFE },
    { "Wed, 18 Foo 2033 00:00:00 GMT", NO_LIFE },
    { "Wed, May 2033 00:00:00 GMT", NO_LIFE },
    { "Wed, 18 May 00:00:00 GMT", NO_LIFE },
    { "2033-05-18T03:33:20Z", NO_LIFE },
    { "2000000000", NO_LIFE },
};

START_TEST(dates_are_read_as_browsers_do)
{
    np_set_cookie_t cookie = read_line(
        apr_pstrcat(np_pool, "a=b; Expires=", dates[_i].text, NULL));

    ck_assert_msg(cookie.expires_at == dates[_i].moment,
                  "%s: %" APR_INT64_T_FMT, dates[_i].text, cookie.expires_at);
}
END_TEST

/* A life of whole seconds, and a clock of microseconds. */
START_TEST(over_is_what_ends_now_or_has_ended)
{
    const apr_time_t end = FUTURE;

    for (int offset = -1; offset <= 1; offset++) {
        np_set_cookie_t cookie;
        ck_assert(np_set_cookie_read("a=b; Expires=" FUTURE_TEXT, end + offset,
                                     &cookie, np_pool));
        ck_assert_int_eq(cookie.expires_at, end);
        ck_assert_int_eq(cookie.removes, offset >= 0);
    }
}
END_TEST

START_TEST(dates_of_one_second_before_and_after_now)
{
    static const char *const texts[] = {
        "Tue, 14 Nov 2023 22:13:19 GMT", "Tue, 14-Nov-23 22:13:20 GMT",
        "Tue Nov 14 22:13:21 2023",
    };

    for (int i = 0; i < COUNT(texts); i++) {
        np_set_cookie_t cookie = read_line(
            apr_pstrcat(np_pool, "a=b; expires=", texts[i], NULL));
        ck_assert_int_eq(cookie.expires_at, NOW + apr_time_from_sec(i - 1));
        ck_assert_int_eq(cookie.removes, i < 2);
    }
}
END_TEST

/* --- stricter ------------------------------------------------------------- */

#define ADDED_ALL "; HttpOnly; Secure; SameSite=Lax"

static const struct {
    const char *line;
    bool transient;
    bool secure;
    const char *expected;
} hardened[] = {
    { "a=b", false, true, "a=b" ADDED_ALL },
    { "a=b", false, false, "a=b; HttpOnly; SameSite=Lax" },
    { "a=b; httponly", false, true, "a=b; httponly; Secure; SameSite=Lax" },
    { "a=b; SECURE", false, true, "a=b; SECURE; HttpOnly; SameSite=Lax" },
    { "a=b; Secure", false, false, "a=b; Secure; HttpOnly; SameSite=Lax" },
    { "a=b;SameSite=None", false, true, "a=b;SameSite=None; HttpOnly; Secure" },
    { "a=b;HttpOnly;Secure;SameSite=Strict", true, true,
      "a=b;HttpOnly;Secure;SameSite=Strict" },
    /* all else, byte by byte */
    { " a = \"b\" ;;\tx=y ;Domain=.d ; Path=/;", true, true,
      " a = \"b\" ;;\tx=y ;Domain=.d ; Path=/;" ADDED_ALL },
    { "a=HttpOnly", false, true, "a=HttpOnly" ADDED_ALL },
    { "a=\xff\x01; Priority=High", true, true,
      "a=\xff\x01; Priority=High" ADDED_ALL },
    /* lives */
    { "a=b; Max-Age=5", false, true, "a=b; Max-Age=5" ADDED_ALL },
    { "a=b; Max-Age=5", true, true, "a=b" ADDED_ALL },
    { "a=b; max-age = 5 ; Path=/;EXPIRES=" FUTURE_TEXT, true, true,
      "a=b; Path=/" ADDED_ALL },
    { "a=b; Expires=" PAST_TEXT "; Max-Age=5; Path=/", true, true,
      "a=b; Path=/" ADDED_ALL },
    { "a=b;Max-Age=5;;Max-Age=6; ", true, true, "a=b;; " ADDED_ALL },
    { "Expires=b; Max-Age=5", true, true, "Expires=b" ADDED_ALL },
    /* what we cannot read somebody else might */
    { "a=b; Expires=soon", true, true, "a=b" ADDED_ALL },
    { "a=b; Expires=soon", false, true, "a=b; Expires=soon" ADDED_ALL },
    /* removals */
    { "a=; Max-Age=0", true, true, "a=; Max-Age=0" ADDED_ALL },
    { "a=; Expires=" PAST_TEXT "; Max-Age=-1", true, true,
      "a=; Expires=" PAST_TEXT "; Max-Age=-1" ADDED_ALL },
    { "a=; expires=Thu, 01-Jan-70 00:00:00 GMT", true, false,
      "a=; expires=Thu, 01-Jan-70 00:00:00 GMT; HttpOnly; SameSite=Lax" },
};

START_TEST(what_is_missing_is_added_and_nothing_else)
{
    bool transient = hardened[_i].transient;
    bool secure = hardened[_i].secure;

    const char *once = np_set_cookie_harden(hardened[_i].line, transient,
                                            secure, NOW, np_pool);
    ck_assert_str_eq(once, hardened[_i].expected);
    ck_assert_str_eq(np_set_cookie_harden(once, transient, secure, NOW,
                                          np_pool),
                     once);
}
END_TEST

Suite *np_suite_set_cookie(void)
{
    Suite *suite = suite_create("set_cookie");
    TCase *tc = tcase_create("lines");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, name_and_value_are_trimmed_only, 0, COUNT(pairs));
    tcase_add_loop_test(tc, without_a_name_there_is_no_cookie, 0,
                        COUNT(no_cookies));
    tcase_add_loop_test(tc, attributes_are_read_in_any_order_and_case, 0,
                        COUNT(all_attributes));
    tcase_add_test(tc, what_is_like_an_attribute_is_none);
    tcase_add_loop_test(tc, paths_begin_with_a_slash, 0, COUNT(paths));
    tcase_add_loop_test(tc, lives_are_what_browsers_make_of_them, 0,
                        COUNT(lives));
    tcase_add_loop_test(tc, dates_are_read_as_browsers_do, 0, COUNT(dates));
    tcase_add_test(tc, over_is_what_ends_now_or_has_ended);
    tcase_add_test(tc, dates_of_one_second_before_and_after_now);
    tcase_add_loop_test(tc, what_is_missing_is_added_and_nothing_else, 0,
                        COUNT(hardened));
    suite_add_tcase(suite, tc);
    return suite;
}
