/* SPDX-License-Identifier: Apache-2.0
 * The file of tokens: which lines it may have, and how they are found wrong. */
#include "unit.h"

#include <string.h>

#include "fixture.h"
#include "np_token.h"

/* SHA-256 of no octets and of "abc" (FIPS 180-2) */
#define HASH_A \
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HASH_B \
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define TIMES "never:2026-01-01T00:00:00Z:"

static np_tokens_t parse(const char *file)
{
    np_tokens_t tokens = { 0 };
    const char *why = "";

    apr_status_t status =
        np_token_parse_file(np_text(file), &tokens, &why, np_pool);
    ck_assert_msg(status == APR_SUCCESS, "%s", why);
    return tokens;
}

#define GOOD_LINE "a:read:sessions:" TIMES HASH_A

static const struct {
    const char *file;
    const char *why;
} bad_files[] = {
    { ":read:sessions:" TIMES HASH_A, "line 1: a token's name" },
    { " a:read:sessions:" TIMES HASH_A, "line 1: a token's name" },
    { "a", "line 1: nothing follows" },
    { "a::" TIMES HASH_A, "line 1: a scope is not known" },
    { "a:read:session:" TIMES HASH_A, "line 1: a scope is not known" },
    { "a:read:sessions read:sessions:" TIMES HASH_A, "line 1: a scope comes" },
    { "a:read:sessions", "line 1: the third part" },
    { "a:read:sessions:never", "line 1: a scope is not known" },
    { "a:read:sessions:never:", "line 1: the fourth part" },
    { "a:read:sessions:2026-01-01:2026-01-01T00:00:00Z:" HASH_A,
      "line 1: the third part" },
    { "a:read:sessions:2026-02-29T00:00:00Z:2026-01-01T00:00:00Z:" HASH_A,
      "line 1: the third part" },
    { "a:read:sessions:2026-13-01T00:00:00Z:2026-01-01T00:00:00Z:" HASH_A,
      "line 1: the third part" },
    { "a:read:sessions:2026-00-01T00:00:00Z:2026-01-01T00:00:00Z:" HASH_A,
      "line 1: the third part" },
    { "a:read:sessions:2026-01-01T24:00:00Z:2026-01-01T00:00:00Z:" HASH_A,
      "line 1: the third part" },
    { "a:read:sessions:2026-01-01T00:00:60Z:2026-01-01T00:00:00Z:" HASH_A,
      "line 1: the third part" },
    { "a:read:sessions:2026-01-01t00:00:00z:2026-01-01T00:00:00Z:" HASH_A,
      "line 1: the third part" },
    { "a:read:sessions:1970-01-01T00:00:00Z:2026-01-01T00:00:00Z:" HASH_A,
      "line 1: the third part" },
    { "a:read:sessions:never:never:" HASH_A, "line 1: the fourth part" },
    { "a:read:sessions:never:2026-01-01T00:00:00Z", "line 1: the fourth" },
    { "a:read:sessions:" TIMES, "line 1: the line ends in 64" },
    { GOOD_LINE "0", "line 1: the line ends in 64" },
    { GOOD_LINE "\r\n", "line 1: the line ends in 64" },
    { GOOD_LINE " ", "line 1: the line ends in 64" },
    { "a:read:sessions:" TIMES
      "E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "line 1: the line ends in 64" },
    { "# x\n\n" GOOD_LINE "\n" GOOD_LINE "\n",
      "line 4: there is another token of this name" },
    { GOOD_LINE "\nb:read:sessions:" TIMES HASH_A,
      "line 2: there is another token of this hash" },
    { "\n\nx", "line 3: nothing follows" },
    { "\r\n", "line 1: a token's name" },
};

START_TEST(bad_files_are_refused)
{
    np_tokens_t tokens = { NULL, -1 };
    const char *why = "";

    ck_assert_int_eq(np_token_parse_file(np_text(bad_files[_i].file), &tokens,
                                         &why, np_pool),
                     APR_EINVAL);
    ck_assert_msg(!strncmp(why, bad_files[_i].why, strlen(bad_files[_i].why)),
                  "%s", why);
    ck_assert_int_eq(tokens.count, -1);
}
END_TEST

START_TEST(nuls_are_refused)
{
    static const char file[] = "a\0:read:sessions:" TIMES HASH_A;
    np_tokens_t tokens;
    const char *why;

    ck_assert_int_eq(
        np_token_parse_file(
            (np_bytes_t){ (const unsigned char *)file, sizeof file - 1 },
            &tokens, &why, np_pool),
        APR_EINVAL);
}
END_TEST

START_TEST(files_may_be_empty)
{
    const np_bytes_t none = { 0 };
    np_tokens_t tokens = { NULL, -1 };
    const char *why;

    ck_assert_int_eq(np_token_parse_file(none, &tokens, &why, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(tokens.count, 0);
    ck_assert_int_eq(parse("\n\n# nothing\n#").count, 0);
    ck_assert_int_eq(parse(GOOD_LINE).count, 1);
    ck_assert_int_eq(parse(GOOD_LINE "\n").count, 1);
}
END_TEST

START_TEST(files_have_256_kib_at_the_most)
{
    char *file = apr_palloc(np_pool, NP_TOKEN_FILE_MAX + 1);
    np_tokens_t tokens;
    const char *why;

    memset(file, '\n', NP_TOKEN_FILE_MAX + 1);
    ck_assert_int_eq(np_token_parse_file((np_bytes_t){ (unsigned char *)file,
                                                       NP_TOKEN_FILE_MAX },
                                         &tokens, &why, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_token_parse_file((np_bytes_t){ (unsigned char *)file,
                                                       NP_TOKEN_FILE_MAX + 1 },
                                         &tokens, &why, np_pool),
                     APR_EINVAL);
}
END_TEST

#define LOOP(tc, test, table) \
    tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

Suite *np_suite_token_file(void)
{
    Suite *suite = suite_create("token file");
    TCase *tc = tcase_create("lines");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    LOOP(tc, bad_files_are_refused, bad_files);
    tcase_add_test(tc, nuls_are_refused);
    tcase_add_test(tc, files_may_be_empty);
    tcase_add_test(tc, files_have_256_kib_at_the_most);
    suite_add_tcase(suite, tc);
    return suite;
}
