/* SPDX-License-Identifier: Apache-2.0
 * The application's data: values under names, and bytes that are no map. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_app_map.h"

#define LITERAL(text) { (const unsigned char *)(text), sizeof(text) - 1 }
#define ENOUGH (1024 * 1024)

static const np_bytes_t nothing = { NULL, 0 };
static const np_bytes_t a_b_c =
    LITERAL("\1a\0\1A" "\1b\0\0" "\1c\0\2CC");

/* With value under name; NULL removes. */
static np_bytes_t set(np_bytes_t map, const char *name, const char *value)
{
    np_bytes_t bytes = value ? np_text(value) : nothing;
    np_bytes_t changed;
    ck_assert_int_eq(np_app_map_set(map, name, value ? &bytes : NULL, ENOUGH,
                                    &changed, np_pool),
                     APR_SUCCESS);
    return changed;
}

static void assert_same(np_bytes_t a, np_bytes_t b)
{
    ck_assert_uint_eq(a.len, b.len);
    ck_assert(!a.len || !memcmp(a.data, b.data, a.len));
}

/* NULL: there is none. */
static void assert_value(np_bytes_t map, const char *name,
                         const char *expected)
{
    np_bytes_t value;
    apr_status_t status = np_app_map_get(map, name, &value);

    ck_assert_int_eq(status, expected ? APR_SUCCESS : APR_NOTFOUND);
    if (expected) {
        assert_same(value, np_text(expected));
    }
}

START_TEST(values_come_back_whatever_the_order)
{
    static const np_bytes_t expected =
        LITERAL("\1a\0\1A" "\2ab\0\2AB" "\1b\0\0");
    np_bytes_t one = set(set(set(nothing, "a", "A"), "ab", "AB"), "b", "");
    np_bytes_t other = set(set(set(nothing, "b", ""), "ab", "AB"), "a", "A");

    assert_same(one, expected);
    assert_same(other, expected);
    assert_value(one, "a", "A");
    assert_value(one, "ab", "AB");
    assert_value(one, "b", "");
}
END_TEST

START_TEST(what_is_not_there_is_not_found)
{
    static const char *const missing[] = { "", "aa", "0", "d", "B", "a ",
                                           "\xe9", "\x7f" };
    char *long_name = apr_pcalloc(np_pool, 1024);

    memset(long_name, 'a', 1023);
    assert_value(a_b_c, long_name, NULL);
    for (apr_size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        assert_value(a_b_c, missing[i], NULL);
        assert_value(nothing, missing[i], NULL);
    }
}
END_TEST

START_TEST(first_middle_and_last_are_replaced)
{
    static const np_bytes_t first = LITERAL("\1a\0\2aa\1b\0\0\1c\0\2CC");
    static const np_bytes_t middle = LITERAL("\1a\0\1A\1b\0\1b\1c\0\2CC");
    static const np_bytes_t last = LITERAL("\1a\0\1A\1b\0\0\1c\0\1c");

    assert_same(set(a_b_c, "a", "aa"), first);
    assert_same(set(a_b_c, "b", "b"), middle);
    assert_same(set(a_b_c, "c", "c"), last);
    assert_same(set(a_b_c, "c", "CC"), a_b_c);
}
END_TEST

START_TEST(first_middle_and_last_are_removed)
{
    static const np_bytes_t first = LITERAL("\1b\0\0\1c\0\2CC");
    static const np_bytes_t middle = LITERAL("\1a\0\1A\1c\0\2CC");
    static const np_bytes_t last = LITERAL("\1a\0\1A\1b\0\0");

    assert_same(set(a_b_c, "a", NULL), first);
    assert_same(set(a_b_c, "b", NULL), middle);
    assert_same(set(a_b_c, "c", NULL), last);
    assert_same(set(set(nothing, "a", "A"), "a", NULL), nothing);
}
END_TEST

START_TEST(removing_what_is_not_there_is_success)
{
    assert_same(set(nothing, "a", NULL), nothing);
    assert_same(set(a_b_c, "0", NULL), a_b_c);
    assert_same(set(a_b_c, "bb", NULL), a_b_c);
    assert_same(set(a_b_c, "d", NULL), a_b_c);
}
END_TEST

START_TEST(the_map_is_left_alone)
{
    unsigned char *copy = apr_pmemdup(np_pool, a_b_c.data, a_b_c.len);
    np_bytes_t map = { copy, a_b_c.len };
    np_bytes_t changed = set(map, "b", "more");

    assert_same(map, a_b_c);
    memset(copy, 0xff, map.len);
    assert_value(changed, "c", "CC");
    changed = set(a_b_c, "d", NULL);
    ck_assert_ptr_ne(changed.data, a_b_c.data);
}
END_TEST

START_TEST(values_are_any_octets)
{
    static const np_bytes_t value = LITERAL("\0\xff\n\0\1a\0\1A");
    np_bytes_t map;
    np_bytes_t found;

    ck_assert_int_eq(np_app_map_set(a_b_c, "b", &value, ENOUGH, &map, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_app_map_get(map, "b", &found), APR_SUCCESS);
    assert_same(found, value);
    ck_assert(found.data >= map.data
              && found.data + found.len <= map.data + map.len);
    /* also what lies in the map itself */
    ck_assert_int_eq(np_app_map_set(map, "a", &found, ENOUGH, &map, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_app_map_get(map, "a", &found), APR_SUCCESS);
    assert_same(found, value);
}
END_TEST

START_TEST(next_goes_through_all_entries)
{
    static const char *const names[] = { "a", "b", "c" };
    static const char *const values[] = { "A", "", "CC" };
    np_bytes_t rest = a_b_c;
    np_bytes_t name;
    np_bytes_t value;

    for (int i = 0; i < 3; i++) {
        ck_assert(np_app_map_next(&rest, &name, &value));
        assert_same(name, np_text(names[i]));
        assert_same(value, np_text(values[i]));
        ck_assert_ptr_eq(value.data + value.len, rest.data);
    }
    ck_assert_uint_eq(rest.len, 0);
    ck_assert_ptr_eq(rest.data, a_b_c.data + a_b_c.len);
    ck_assert(!np_app_map_next(&rest, &name, &value));
    rest = nothing;
    ck_assert(!np_app_map_next(&rest, &name, &value));
}
END_TEST

START_TEST(next_steps_over_the_longest)
{
    char name_text[NP_APP_MAP_MAX_NAME + 1] = { 0 };
    np_bytes_t longest = { apr_pcalloc(np_pool, NP_APP_MAP_MAX_VALUE),
                           NP_APP_MAP_MAX_VALUE };
    np_bytes_t map;
    np_bytes_t name;
    np_bytes_t value;

    memset(name_text, 'a', NP_APP_MAP_MAX_NAME);
    ck_assert_int_eq(np_app_map_set(set(nothing, "b", "B"), name_text,
                                    &longest, ENOUGH, &map, np_pool),
                     APR_SUCCESS);
    ck_assert(np_app_map_next(&map, &name, &value));
    assert_same(name, np_text(name_text));
    assert_same(value, longest);
    assert_same(map, set(nothing, "b", "B"));
}
END_TEST

static const char *const bad_names[] = {
    "", " ", "a b", "a\t", "\n", "\x7f", "\x80", "caf\xc3\xa9",
};

START_TEST(bad_names_are_not_set)
{
    np_bytes_t value = np_text("v");
    np_bytes_t changed = a_b_c;

    ck_assert_int_eq(np_app_map_set(nothing, bad_names[_i], &value, ENOUGH,
                                    &changed, np_pool),
                     APR_EINVAL);
    ck_assert_int_eq(np_app_map_set(nothing, bad_names[_i], NULL, ENOUGH,
                                    &changed, np_pool),
                     APR_EINVAL);
    assert_same(changed, a_b_c);
}
END_TEST

START_TEST(names_are_all_of_printable_ascii)
{
    char name[] = "!";
    np_bytes_t map = nothing;

    for (; name[0] <= '~'; name[0]++) {
        map = set(map, name, name);
    }
    ck_assert_uint_eq(map.len, ('~' - '!' + 1) * strlen("1n00v"));
    assert_value(map, "!", "!");
    assert_value(map, "~", "~");
}
END_TEST

START_TEST(names_have_255_characters_at_the_most)
{
    char name[NP_APP_MAP_MAX_NAME + 2] = { 0 };
    np_bytes_t map;

    memset(name, 'n', NP_APP_MAP_MAX_NAME);
    map = set(a_b_c, name, "v");
    assert_value(map, name, "v");
    assert_value(map, "c", "CC");
    ck_assert_uint_eq(map.len, a_b_c.len + 1 + 255 + 2 + 1);
    name[NP_APP_MAP_MAX_NAME] = 'n';
    assert_value(map, name, NULL);
    ck_assert_int_eq(np_app_map_set(map, name, NULL, ENOUGH, &map, np_pool),
                     APR_EINVAL);
}
END_TEST

START_TEST(values_have_65535_octets_at_the_most)
{
    unsigned char *octets = apr_pcalloc(np_pool, NP_APP_MAP_MAX_VALUE + 1);
    np_bytes_t value = { octets, NP_APP_MAP_MAX_VALUE };
    np_bytes_t map;
    np_bytes_t found;

    ck_assert_int_eq(np_app_map_set(a_b_c, "b", &value, ENOUGH, &map, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_app_map_get(map, "b", &found), APR_SUCCESS);
    assert_same(found, value);
    assert_value(map, "c", "CC");
    value.len++;
    ck_assert_int_eq(np_app_map_set(a_b_c, "b", &value, ENOUGH, &map, np_pool),
                     APR_EINVAL);
}
END_TEST

START_TEST(results_are_as_long_as_they_may_be)
{
    np_bytes_t value = np_text("value");
    apr_size_t len = a_b_c.len + strlen("1d00value");
    np_bytes_t map = nothing;

    ck_assert_int_eq(np_app_map_set(a_b_c, "d", &value, len - 1, &map,
                                    np_pool),
                     APR_ENOSPC);
    assert_same(map, nothing);
    ck_assert_int_eq(np_app_map_set(a_b_c, "d", &value, len, &map, np_pool),
                     APR_SUCCESS);
    ck_assert_uint_eq(map.len, len);
    ck_assert_int_eq(np_app_map_set(map, "d", &value, len, &map, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_app_map_set(map, "d", NULL, a_b_c.len, &map, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_app_map_set(map, "c", NULL, 0, &map, np_pool),
                     APR_ENOSPC);
    ck_assert_int_eq(np_app_map_set(nothing, "c", NULL, 0, &map, np_pool),
                     APR_SUCCESS);
}
END_TEST

/* What was read goes forward and stays within; where it ends is no entry. */
static void go_through(np_bytes_t map)
{
    const unsigned char *end = map.data + map.len;
    np_bytes_t rest = map;
    np_bytes_t name;
    np_bytes_t value;

    while (np_app_map_next(&rest, &name, &value)) {
        ck_assert_ptr_eq(rest.data + rest.len, end);
        ck_assert_ptr_eq(value.data + value.len, rest.data);
    }
    np_bytes_t before = rest;
    np_bytes_t untouched = name = value = a_b_c;
    ck_assert(!np_app_map_next(&rest, &name, &value));
    assert_same(rest, before);
    assert_same(name, untouched);
    assert_same(value, untouched);
}

/* A copy of its own length, so that a sanitizer sees what is read. */
static void assert_no_map(np_bytes_t bytes)
{
    unsigned char *copy = malloc(bytes.len);
    np_bytes_t map = { copy, bytes.len };
    np_bytes_t value = np_text("v");
    np_bytes_t out = a_b_c;

    memcpy(copy, bytes.data, bytes.len);
    ck_assert_int_eq(np_app_map_get(map, "a", &out), APR_EINVAL);
    ck_assert_int_eq(np_app_map_set(map, "a", &value, ENOUGH, &out, np_pool),
                     APR_EINVAL);
    ck_assert_int_eq(np_app_map_set(map, "a", NULL, ENOUGH, &out, np_pool),
                     APR_EINVAL);
    ck_assert_ptr_eq(out.data, a_b_c.data);
    go_through(map);
    free(copy);
}

static const np_bytes_t no_maps[] = {
    LITERAL("\0"),
    LITERAL("\0\0\0"),                    /* no name */
    LITERAL("\1a\0"),                     /* half a length */
    LITERAL("\1a\0\2A"),                  /* longer than there is */
    LITERAL("\1a\xff\xff"),
    LITERAL("\xff" "a\0\0"),
    LITERAL("\3a\0\0"),
    LITERAL("\1 \0\0"),                   /* bad names */
    LITERAL("\1\x7f\0\0"),
    LITERAL("\1\x80\0\0"),
    LITERAL("\2a\0\0\0"),
    LITERAL("\1a\0\0" "\1a\0\0"),         /* twice */
    LITERAL("\1b\0\0" "\1a\0\0"),         /* falling */
    LITERAL("\2ab\0\0" "\1a\0\0"),
    LITERAL("\1a\0\0" "\1c\0\0" "\1b\0\0"),
    LITERAL("\1a\0\1A" "\0"),             /* good, and then not */
};

START_TEST(other_bytes_are_no_map)
{
    assert_no_map(no_maps[_i]);
}
END_TEST

START_TEST(part_of_a_map_is_none_but_between_entries)
{
    for (apr_size_t len = 1; len < a_b_c.len; len++) {
        if (len != strlen("1a00A") && len != strlen("1a00A1b00")) {
            assert_no_map((np_bytes_t){ a_b_c.data, len });
        }
    }
}
END_TEST

Suite *np_suite_app_map(void)
{
    Suite *suite = suite_create("app_map");
    TCase *tc = tcase_create("map");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, values_come_back_whatever_the_order);
    tcase_add_test(tc, what_is_not_there_is_not_found);
    tcase_add_test(tc, first_middle_and_last_are_replaced);
    tcase_add_test(tc, first_middle_and_last_are_removed);
    tcase_add_test(tc, removing_what_is_not_there_is_success);
    tcase_add_test(tc, the_map_is_left_alone);
    tcase_add_test(tc, values_are_any_octets);
    tcase_add_test(tc, next_goes_through_all_entries);
    tcase_add_test(tc, next_steps_over_the_longest);
    tcase_add_loop_test(tc, bad_names_are_not_set, 0,
                        sizeof bad_names / sizeof bad_names[0]);
    tcase_add_test(tc, names_are_all_of_printable_ascii);
    tcase_add_test(tc, names_have_255_characters_at_the_most);
    tcase_add_test(tc, values_have_65535_octets_at_the_most);
    tcase_add_test(tc, results_are_as_long_as_they_may_be);
    tcase_add_loop_test(tc, other_bytes_are_no_map, 0,
                        sizeof no_maps / sizeof no_maps[0]);
    tcase_add_test(tc, part_of_a_map_is_none_but_between_entries);
    suite_add_tcase(suite, tc);
    return suite;
}
