/* SPDX-License-Identifier: Apache-2.0
 * The vault: what is kept of an application's cookies, and where it is sent. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "jar.h"

#define COUNT(list) ((int)(sizeof(list) / sizeof(list)[0]))
#define LITERAL(text) { (const unsigned char *)(text), sizeof(text) - 1 }

START_TEST(cookies_are_kept_replaced_and_removed)
{
    np_jar_assert(NULL);
    np_jar_keep("a=1");
    np_jar_keep("b=");
    np_jar_assert("a=1; b=");
    np_jar_keep("a=\"2; Path=/");
    np_jar_keep("A=x=y");
    np_jar_assert("A=x=y; a=\"2; b=");
    np_jar_keep("a=; Max-Age=0");
    np_jar_assert("A=x=y; b=");
    np_jar_keep("b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    np_jar_keep("A=; Max-Age=-1");
    np_jar_assert(NULL);
    ck_assert_uint_eq(np_jar_map.len, 0);
    ck_assert_int_eq(np_jar_dropped, 0);
}
END_TEST

START_TEST(another_path_is_another_cookie)
{
    np_jar_keep("a=root");
    np_jar_keep("a=deep; Path=/p");
    np_jar_assert_at("a=deep; a=root", "/p", false, JAR_NOW);
    np_jar_keep("a=; Path=/p/; Max-Age=0");
    np_jar_assert_at("a=deep; a=root", "/p/", false, JAR_NOW);
    np_jar_keep("a=; Path=/p; Max-Age=0");
    np_jar_assert_at("a=root", "/p", false, JAR_NOW);
}
END_TEST

START_TEST(what_changes_nothing_is_the_same_map)
{
    np_jar_keep("a=1; Max-Age=6000; Secure");
    np_bytes_t before = np_jar_map;

    np_jar_keep("a=1; Max-Age=6000; Secure; HttpOnly");
    np_jar_keep_at("a=1; Max-Age=6000; Secure", JAR_NOW + 60 * SECOND - 1);
    np_jar_keep_at("a=1; Max-Age=5941; Secure", JAR_NOW);
    np_jar_keep("none=; Max-Age=0");
    ck_assert_ptr_eq(np_jar_map.data, before.data);
    ck_assert_uint_eq(np_jar_map.len, before.len);
}
END_TEST

static const char *const changes[] = {
    "a=2; Max-Age=6000; Secure",    "a=; Max-Age=6000; Secure",
    "a=1; Max-Age=6000",            "a=1; Secure",
    "a=1; Max-Age=6060; Secure",    "a=1; Max-Age=5940; Secure",
    "a=1; Max-Age=0",               "a=1; Max-Age=6000; Secure; Path=/b",
};

START_TEST(what_changes_something_is_another_map)
{
    np_jar_keep("a=1; Max-Age=6000; Secure");
    np_bytes_t before = np_jar_map;

    np_jar_keep(changes[_i]);
    ck_assert_ptr_ne(np_jar_map.data, before.data);
}
END_TEST

/* A short life has to be written more often than once in a minute. */
START_TEST(short_lives_go_on_when_they_are_set_anew)
{
    for (int i = 0; i < 20; i++) {
        apr_time_t now = JAR_NOW + i * 9 * SECOND;
        np_jar_keep_at("a=1; Max-Age=10", now);
        np_jar_assert_at("a=1", "/", false, now + 9 * SECOND - 1);
    }
    np_jar_assert_at(NULL, "/", false, JAR_NOW + (19 * 9 + 10) * SECOND);
    np_jar_keep_at("a=1; Max-Age=10", JAR_NOW + (19 * 9 + 11) * SECOND);
    np_jar_assert_at("a=1", "/", false, JAR_NOW + (19 * 9 + 12) * SECOND);
}
END_TEST

static const struct {
    const char *request_path;
    /* Of the cookie: where it is sent, and a path next to it, where not. */
    const char *inside;
    const char *outside;
} defaults[] = {
    { "/", "/", NULL },
    { "/a", "/b", NULL },
    { "/a/", "/a", "/" },
    { "/a/b", "/a/c", "/ab" },
    { "/a/b/", "/a/b", "/a" },
    { "/a//b", "/a/", "/a" },             /* the default path is "/a/" */
    { "//a", "//", NULL },                /* and here it is "/" */
    { "", "/", NULL },
    { "*", "/", NULL },
    { "a/b", "/", NULL },
};

START_TEST(default_path_is_that_of_the_request)
{
    const char *outside = defaults[_i].outside;

    for (int with = 0; with < 2; with++) {
        ck_assert_int_eq(np_jar_try(with ? "a=1; Path=x" : "a=1",
                                    defaults[_i].request_path, JAR_NOW),
                         APR_SUCCESS);
        np_jar_assert_at("a=1", defaults[_i].inside, false, JAR_NOW);
        if (outside) {
            np_jar_assert_at(NULL, outside, false, JAR_NOW);
        }
    }
}
END_TEST

static const struct {
    const char *path;
    const char *request_path;
    bool matches;
} matches[] = {
    { "/", "/", true },          { "/", "/a", true },
    { "/a", "/a", true },        { "/a", "/a/", true },
    { "/a", "/a/b", true },      { "/a", "/", false },
    { "/a", "/ab", false },      { "/a", "/A", false },
    { "/a", "//a", false },      { "/a", "", false },
    { "/a", "/a%2fb", false },   { "/a", "/a?b", false },
    { "/a/", "/a/", true },      { "/a/", "/a/b", true },
    { "/a/", "/a", false },      { "/a/b", "/a", false },
    { "/a/b", "/a/b", true },    { "/a/b", "/a/bc", false },
    { "//", "/", false },        { "//", "//a", true },
    { "/", "", false },
};

START_TEST(paths_match_by_whole_segments)
{
    np_jar_keep(apr_pstrcat(np_pool, "a=1; Path=", matches[_i].path, NULL));
    np_jar_assert_at(matches[_i].matches ? "a=1" : NULL,
                     matches[_i].request_path, false, JAR_NOW);
}
END_TEST

START_TEST(longer_paths_come_first_then_older_cookies)
{
    np_jar_keep_at("new=1", JAR_NOW + 3);
    np_jar_keep_at("mid=1; Path=/a", JAR_NOW + 2);
    np_jar_keep_at("old=1", JAR_NOW);
    np_jar_keep_at("long=1; Path=/a/", JAR_NOW + 4);
    np_jar_keep_at("other=1; Path=/b", JAR_NOW);
    np_jar_keep_at("zz=1; Path=/a", JAR_NOW + 1);
    np_jar_assert_at("long=1; zz=1; mid=1; old=1; new=1", "/a/b", false,
                     JAR_NOW + 5);
    /* a new value does not make it newer, but a new life does */
    np_jar_keep_at("old=2", JAR_NOW + 6);
    np_jar_assert_at("old=2; new=1", "/", false, JAR_NOW + 7);
    np_jar_keep_at("old=3; Max-Age=1", JAR_NOW + 7);
    np_jar_keep_at("old=4", JAR_NOW + 7 + SECOND);
    np_jar_assert_at("new=1; old=4", "/", false, JAR_NOW + 8 + SECOND);
    /* and what was removed is new when it comes again */
    np_jar_keep_at("new=; Max-Age=0", JAR_NOW + 9 + SECOND);
    np_jar_keep_at("new=2", JAR_NOW + 9 + SECOND);
    np_jar_assert_at("old=4; new=2", "/", false, JAR_NOW + 10 + SECOND);
}
END_TEST

START_TEST(secure_ones_go_by_https_only)
{
    np_jar_keep("a=1; Secure");
    np_jar_keep("b=1");
    np_jar_assert_at("a=1; b=1", "/", true, JAR_NOW);
    np_jar_assert_at("b=1", "/", false, JAR_NOW);
    np_jar_keep("b=1; Secure");
    np_jar_assert_at(NULL, "/", false, JAR_NOW);
    np_jar_keep("a=1");
    np_jar_assert_at("a=1", "/", false, JAR_NOW);
}
END_TEST

START_TEST(life_ends_at_its_limit)
{
    np_jar_keep("a=1; Max-Age=10");
    np_jar_keep("b=1");
    np_jar_assert_at("a=1; b=1", "/", false, JAR_NOW + 10 * SECOND - 1);
    np_jar_assert_at("b=1", "/", false, JAR_NOW + 10 * SECOND);
    np_jar_assert_at("b=1", "/", false, JAR_NOW + 10 * SECOND + 1);
    np_jar_keep("c=1; Max-Age=99999999999999999999");
    np_jar_assert_at("b=1; c=1", "/", false, APR_INT64_MAX - 1);
}
END_TEST

/* --- what else there is --------------------------------------------------- */

START_TEST(odd_characters_come_back)
{
    static const char *const odd[] = {
        "%", "%41", "%00", "a b", "a+b", "a\tb", "\"a\"", "cookie:a", "a,b",
        "\xc3\xa9", "\x01", "\xff", "a:/?#[]@!$&'()*b",
    };

    for (int i = 0; i < COUNT(odd); i++) {
        const char *path = apr_pstrcat(np_pool, "/", odd[i], NULL);
        const char *pair = apr_pstrcat(np_pool, odd[i], "=", odd[i], NULL);
        np_jar_keep(apr_pstrcat(np_pool, pair, "; Path=", path, NULL));
        np_jar_assert_at(pair, path, false, JAR_NOW);
    }
    np_jar_assert(NULL);
}
END_TEST

START_TEST(names_are_as_long_as_the_map_allows)
{
    apr_size_t most = NP_APP_MAP_MAX_NAME - (sizeof "cookie:;%2f" - 1);
    char *name = apr_pcalloc(np_pool, most + 2);

    memset(name, 'n', most);
    const char *line = apr_pstrcat(np_pool, name, "=1", NULL);
    np_jar_keep(line);
    np_jar_assert(line);
    name[most] = 'n';
    line = apr_pstrcat(np_pool, name, "=1", NULL);
    ck_assert_int_eq(np_jar_try(line, "/", JAR_NOW), APR_ENOSPC);
    np_jar_keep(apr_pstrcat(np_pool, line, "; Max-Age=0", NULL));
    ck_assert_int_eq(np_jar_dropped, 0);
}
END_TEST

static const char *const others[] = {
    "cookie", "cookie:", "cookie:a", "cookie:%;/", "cookie:a;%00", "session",
    "Cookie:a;/", "~",
};

START_TEST(other_entries_are_left_alone)
{
    np_bytes_t value = np_text("long enough to be a cookie");
    np_bytes_t found;

    for (int i = 0; i < COUNT(others); i++) {
        apr_status_t status =
            np_app_map_set(np_jar_map, others[i], &value,
                           np_jar_map.len + 999, &np_jar_map, np_pool);
        ck_assert_int_eq(status, APR_SUCCESS);
    }
    apr_size_t len = np_jar_map.len;
    np_jar_assert(NULL);
    np_jar_keep(np_jar_line("a", 9000));
    np_jar_keep(np_jar_line("b", 9000));
    ck_assert_int_eq(np_jar_dropped, 1);
    np_jar_keep("b=; Max-Age=0");
    ck_assert_uint_eq(np_jar_map.len, len);
    for (int i = 0; i < COUNT(others); i++) {
        ck_assert_int_eq(np_app_map_get(np_jar_map, others[i], &found),
                         APR_SUCCESS);
        ck_assert_mem_eq(found.data, value.data, value.len);
    }
}
END_TEST

static const np_bytes_t no_cookies[] = {
    LITERAL("\14cookie:a;%2f\0\0"),                  /* no header */
    LITERAL("\14cookie:a;%2f\0\20" "0123456789abcdef"),
    LITERAL("\14cookie:a;%2f\0\22" "\xff" "123456701234567fv"),
    LITERAL("\14cookie:a;%2f\0\21" "\0" "1234567\xff" "1234567f"),
    LITERAL("\11cookie:a;\0\21" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
};

START_TEST(what_is_no_cookie_is_not_sent)
{
    np_jar_map = no_cookies[_i];
    np_jar_assert_at(NULL, "/", true, JAR_NOW);
    np_jar_assert_at(NULL, "", true, JAR_NOW);
}
END_TEST

static const np_bytes_t no_maps[] = {
    LITERAL("\0"), LITERAL("\377"), LITERAL("\1a\0"), LITERAL("\1b\0\0\1a\0\0"),
};

START_TEST(bytes_that_are_no_map_are_not_changed)
{
    np_jar_map = no_maps[_i];
    ck_assert_int_eq(np_jar_try("a=1", "/", JAR_NOW), APR_EINVAL);
    np_jar_assert(NULL);
}
END_TEST

Suite *np_suite_vault(void)
{
    Suite *suite = suite_create("vault");
    TCase *tc = tcase_create("cookies");

    tcase_add_checked_fixture(tc, np_jar_set_up, np_pool_tear_down);
    tcase_add_test(tc, cookies_are_kept_replaced_and_removed);
    tcase_add_test(tc, another_path_is_another_cookie);
    tcase_add_test(tc, what_changes_nothing_is_the_same_map);
    tcase_add_loop_test(tc, what_changes_something_is_another_map, 0,
                        COUNT(changes));
    tcase_add_test(tc, short_lives_go_on_when_they_are_set_anew);
    tcase_add_loop_test(tc, default_path_is_that_of_the_request, 0,
                        COUNT(defaults));
    tcase_add_loop_test(tc, paths_match_by_whole_segments, 0, COUNT(matches));
    tcase_add_test(tc, longer_paths_come_first_then_older_cookies);
    tcase_add_test(tc, secure_ones_go_by_https_only);
    tcase_add_test(tc, life_ends_at_its_limit);
    tcase_add_test(tc, odd_characters_come_back);
    tcase_add_test(tc, names_are_as_long_as_the_map_allows);
    tcase_add_test(tc, other_entries_are_left_alone);
    tcase_add_loop_test(tc, what_is_no_cookie_is_not_sent, 0,
                        COUNT(no_cookies));
    tcase_add_loop_test(tc, bytes_that_are_no_map_are_not_changed, 0,
                        COUNT(no_maps));
    suite_add_tcase(suite, tc);
    return suite;
}
