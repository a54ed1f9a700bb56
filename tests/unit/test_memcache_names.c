/* SPDX-License-Identifier: Apache-2.0
 * The store in memcached: names of servers, which of them a key belongs to. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_clock.h"
#include "np_memcache_lane.h"
#include "np_rendezvous.h"

#define KEYS 20000

static const char *parse(const char *text)
{
    np_memcache_servers_t *servers;
    const char *wrong = np_memcache_parse(text, &servers, np_pool);
    if (wrong) {
        return wrong;
    }
    const char *names = "";
    for (int i = 0; i < servers->count; i++) {
        names = apr_pstrcat(np_pool, names, i > 0 ? " " : "",
                            servers->names[i].text, NULL);
    }
    return names;
}

START_TEST(test_names)
{
    char path[108];
    ck_assert_str_eq(parse("localhost"), "localhost:11211");
    ck_assert_str_eq(parse("LocalHost:1"), "localhost:1");
    ck_assert_str_eq(parse("10.0.0.1:65535,b_c.example"),
                     "10.0.0.1:65535 b_c.example:11211");
    ck_assert_str_eq(parse("/run/Some:where/mc.sock,a"),
                     "/run/Some:where/mc.sock a:11211");
    memset(path, 'p', sizeof(path));
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    ck_assert_str_eq(parse(path), path);
}
END_TEST

START_TEST(test_names_that_are_none)
{
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        { "", "is missing" },         { "a,", "is missing" },
        { ",a", "is missing" },       { "a,,b", "is missing" },
        { "a:0", "1 to 65535" },      { "a:65536", "1 to 65535" },
        { "a:", "1 to 65535" },       { "a:+1", "1 to 65535" },
        { "a:1 ", "1 to 65535" },     { "a:0x10", "1 to 65535" },
        { "a:999999", "1 to 65535" }, { ":1", "no host name" },
        { "a b", "no host name" },    { "a, b", "no host name" },
        { "a/b", "no host name" },    { "\xc3\xa4:1", "no host name" },
        { "[::1]:11211", "IPv4" },    { "::1", "IPv4" },
        { "fe80::1:11211", "IPv4" },  { "a,A:11211", "twice" },
        { "/x,/x", "twice" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *wrong = parse(cases[i].text);
        ck_assert_msg(strstr(wrong, cases[i].says), "\"%s\": %s", cases[i].text,
                      wrong);
    }
    char path[109];
    memset(path, 'p', sizeof(path));
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    ck_assert_ptr_nonnull(strstr(parse(path), "too long"));
}
END_TEST

static void make_seeds(apr_uint64_t *seeds, int count)
{
    for (int i = 0; i < count; i++) {
        seeds[i] = np_rendezvous_seed(
            apr_psprintf(np_pool, "192.0.2.%d:11211", i + 1));
    }
}

START_TEST(test_places_are_for_good)
{
    /* another function would lose the sessions of everybody */
    ck_assert_uint_eq(np_rendezvous_seed("127.0.0.1:11211"),
                      APR_UINT64_C(0xd7a875b2c3d8beae));
    ck_assert_uint_eq(np_rendezvous_score(np_rendezvous_seed("127.0.0.1:11211"),
                                          "s-AAAAAAAAAAAAAAAAAAAAAA"),
                      APR_UINT64_C(0x2dd75ea591689a88));
}
END_TEST

/* Each of n servers has its share; one more takes its share from all, and
 * nothing moves between the others. */
START_TEST(test_places_move_little)
{
    const int count = _i;
    apr_uint64_t seeds[8];
    int share[8] = { 0 };
    make_seeds(seeds, count + 1);
    for (int i = 0; i < KEYS; i++) {
        char key[32];
        apr_snprintf(key, sizeof(key), "s-%021d", i);
        const int before = np_rendezvous_first(seeds, count, key);
        const int after = np_rendezvous_first(seeds, count + 1, key);
        ck_assert(after == before || after == count);
        share[after]++;
    }
    const int fair = KEYS / (count + 1);
    for (int i = 0; i <= count; i++) {
        ck_assert_int_gt(share[i], fair * 9 / 10);
        ck_assert_int_lt(share[i], fair * 11 / 10);
    }
}
END_TEST

START_TEST(test_expiry)
{
    const apr_time_t second = APR_USEC_PER_SEC;
    /* never less than the moment itself, nor memcached's "for ever" or "in" */
    ck_assert_uint_ge(np_lane_expiry(1700000000 * second), 1700000000);
    ck_assert_uint_ge(np_lane_expiry(1700000000 * second + 1), 1700000001);
    ck_assert_uint_le(np_lane_expiry(1700000000 * second + 1), 1700000002);
    ck_assert_uint_eq(np_lane_expiry(APR_INT64_MAX), APR_INT32_MAX);
    ck_assert_uint_eq(np_lane_expiry(4102444800 * second), APR_INT32_MAX);
    ck_assert_uint_gt(np_lane_expiry(0), 30 * 86400);
    ck_assert_uint_gt(np_lane_expiry(5 * second), 30 * 86400);
    ck_assert_uint_gt(np_lane_expiry(-second), 30 * 86400);
    ck_assert_uint_lt(np_lane_expiry(APR_INT64_MIN), 31 * 86400);
}
END_TEST

Suite *np_suite_memcache_names(void)
{
    Suite *suite = suite_create("memcache_names");
    TCase *tc = tcase_create("names");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, test_names);
    tcase_add_test(tc, test_names_that_are_none);
    tcase_add_test(tc, test_places_are_for_good);
    tcase_add_loop_test(tc, test_places_move_little, 1, 7);
    tcase_add_test(tc, test_expiry);
    suite_add_tcase(suite, tc);
    return suite;
}
