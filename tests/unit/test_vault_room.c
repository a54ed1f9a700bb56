/* SPDX-License-Identifier: Apache-2.0
 * The vault: how much goes into it, and what goes when there is no room. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "jar.h"

/* As many cookies as there may be. */
#define MOST 256
/* What "a=" counts, set for "/": its key, two moments and the flags. */
#define LEAST_SIZE (sizeof "cookie:a;%2f" - 1 + 17)

START_TEST(four_kilobytes_are_kept)
{
    const char *line = np_jar_line("a", 4096);

    np_jar_keep(line);
    np_jar_assert(line);
    np_jar_keep(np_jar_line("b", 4096));
    np_jar_keep(np_jar_line("c", 4096));
    ck_assert_int_eq(np_jar_dropped, 0);
}
END_TEST

START_TEST(one_alone_may_fill_it)
{
    const apr_size_t most = NP_VAULT_MAX - LEAST_SIZE;
    const char *line = np_jar_line("a", most);
    const char *too_long = np_jar_line("a", most + 1);

    np_jar_keep("b=1");
    ck_assert_int_eq(np_jar_try(too_long, "/", JAR_NOW), APR_ENOSPC);
    np_jar_assert("b=1");
    ck_assert_int_eq(np_jar_dropped, 0);
    np_jar_keep(line);
    np_jar_assert(line);
    ck_assert_int_eq(np_jar_dropped, 1);
    /* in its own place it needs no other room */
    np_jar_keep(np_jar_line("a", most - 1));
    np_jar_keep(line);
    np_jar_assert(line);
    ck_assert_int_eq(np_jar_dropped, 1);
}
END_TEST

/* One octet less than there is room for, as many, and one more. */
START_TEST(oldest_go_when_there_is_no_room)
{
    const int room = NP_VAULT_MAX - 4 * (int)LEAST_SIZE - 3 * 4000;

    np_jar_keep_at(np_jar_line("c", 4000), JAR_NOW + 1);
    np_jar_keep_at(np_jar_line("a", 4000), JAR_NOW);
    np_jar_keep_at(np_jar_line("b", 4000), JAR_NOW + 2);
    np_jar_keep_at(np_jar_line("d", (apr_size_t)(room + _i)), JAR_NOW + 3);
    ck_assert_int_eq(np_jar_dropped, _i > 0);
    const char *sent = np_jar_sent(JAR_NOW + 4);
    ck_assert_int_eq(!strncmp(sent, "a=", 2), _i <= 0);
    ck_assert_ptr_nonnull(strstr(sent, "c=v"));
    ck_assert_ptr_nonnull(strstr(sent, "b=v"));
    ck_assert_ptr_nonnull(strstr(sent, "d=v"));
    /* for one that is larger as many go as have to */
    np_jar_keep_at(np_jar_line("e", 8000), JAR_NOW + 5);
    ck_assert_int_eq(np_jar_dropped, 2);
    ck_assert_int_eq(strncmp(np_jar_sent(JAR_NOW + 6), "b=", 2), 0);
}
END_TEST

/* Though it is the newest, and where it stands in the map does not matter. */
START_TEST(what_is_over_goes_first_and_is_not_counted)
{
    const char *line = np_jar_line(_i ? "z" : "0", 8000);
    const char *old = np_jar_line("b", 8000);
    const char *new_one = np_jar_line("d", 8000);

    np_jar_keep(old);
    np_jar_keep_at(apr_pstrcat(np_pool, line, "; Max-Age=1", NULL),
                   JAR_NOW + 1);
    np_jar_keep_at("c=1; Max-Age=1", JAR_NOW + 1);
    np_jar_keep_at(new_one, JAR_NOW + 1 + SECOND);
    ck_assert_int_eq(np_jar_dropped, 0);
    /* and from the map, too: it is not sent where a clock is behind */
    np_jar_assert(apr_pstrcat(np_pool, old, "; ", new_one, NULL));
}
END_TEST

static int count_sent(void)
{
    const char *sent = np_jar_sent(JAR_NOW);
    int count = 1;

    for (; *sent; sent++) {
        count += *sent == ';';
    }
    return count;
}

START_TEST(there_are_256_at_the_most)
{
    for (int i = 0; i < MOST; i++) {
        np_jar_keep_at(apr_psprintf(np_pool, "n%03d=", MOST - i), JAR_NOW + i);
    }
    ck_assert_int_eq(np_jar_dropped, 0);
    ck_assert_int_eq(count_sent(), MOST);
    np_jar_keep_at("n128=", JAR_NOW + MOST);
    np_jar_keep_at("n128=new", JAR_NOW + MOST);
    ck_assert_int_eq(np_jar_dropped, 0);
    /* before, among and behind the others, as the map sorts them */
    static const char *const lines[] = { "0=new", "n128a=new", "z=new" };
    for (int i = 0; i < 3; i++) {
        np_jar_keep_at(lines[i], JAR_NOW + MOST + 1 + i);
        ck_assert_int_eq(np_jar_dropped, i + 1);
        ck_assert_int_eq(count_sent(), MOST);
    }
    const char *sent = np_jar_sent(JAR_NOW);
    ck_assert_ptr_eq(strstr(sent, "n253="), sent);      /* the first of all */
    ck_assert_ptr_nonnull(strstr(sent, "z=new"));
    np_jar_keep_at("z=; Max-Age=0", JAR_NOW + 2 * MOST);
    ck_assert_int_eq(count_sent(), MOST - 1);
}
END_TEST

Suite *np_suite_vault_room(void)
{
    Suite *suite = suite_create("vault_room");
    TCase *tc = tcase_create("room");

    tcase_add_checked_fixture(tc, np_jar_set_up, np_pool_tear_down);
    tcase_add_test(tc, four_kilobytes_are_kept);
    tcase_add_test(tc, one_alone_may_fill_it);
    tcase_add_loop_test(tc, oldest_go_when_there_is_no_room, -1, 2);
    tcase_add_loop_test(tc, what_is_over_goes_first_and_is_not_counted, 0, 2);
    tcase_add_test(tc, there_are_256_at_the_most);
    suite_add_tcase(suite, tc);
    return suite;
}
