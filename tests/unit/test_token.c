/* SPDX-License-Identifier: Apache-2.0
 * Bearer tokens: made, found again, and the lines of their file. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_token.h"

#define NOW apr_time_from_sec(APR_INT64_C(1767225600)) /* 2026-01-01 */
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

static const char *mint(const char *name, const char *scopes, apr_time_t end,
                        char text[NP_TOKEN_LEN + 1])
{
    const np_token_wish_t wish = { name, scopes, end };
    const char *line = NULL;
    const char *why = "";

    apr_status_t status = np_token_mint(&wish, NOW, text, &line, &why, np_pool);
    ck_assert_msg(status == APR_SUCCESS, "%s", why);
    return line;
}

START_TEST(digests_are_sha256)
{
    unsigned char digest[NP_CRYPTO_DIGEST_LEN];
    const np_bytes_t none = { 0 };
    const np_tokens_t known = parse("a:read:sessions:" TIMES HASH_A "\n"
                                    "b:read:sessions:" TIMES HASH_B "\n");

    ck_assert_int_eq(np_crypto_digest(none, digest), APR_SUCCESS);
    ck_assert_mem_eq(digest, known.list[0].digest, sizeof digest);
    ck_assert_int_eq(np_crypto_digest(np_text("abc"), digest), APR_SUCCESS);
    ck_assert_mem_eq(digest, known.list[1].digest, sizeof digest);
}
END_TEST

START_TEST(what_was_minted_is_found)
{
    char first[NP_TOKEN_LEN + 1];
    char second[NP_TOKEN_LEN + 1];
    const char *file = apr_pstrcat(
        np_pool, "# tokens\n\n",
        mint("ci.1", "update:tenant_settings read:sessions", NP_TOKEN_NEVER,
             first),
        mint("ops_2-X", "delete:sessions", NOW + apr_time_from_sec(60), second),
        NULL);
    np_tokens_t tokens = parse(file);

    ck_assert_int_eq(tokens.count, 2);
    ck_assert_uint_eq(strlen(first), 47);
    ck_assert(!strncmp(first, "npt_", 4));
    ck_assert_str_ne(first, second);
    ck_assert_ptr_null(strstr(file, first));
    ck_assert_ptr_null(strstr(file, first + 4));
    const np_token_t *token = np_token_find(&tokens, first, NOW);
    ck_assert_ptr_eq(token, &tokens.list[0]);
    ck_assert_str_eq(token->name, "ci.1");
    ck_assert_int_eq(token->created_at, NOW);
    ck_assert_int_eq(token->expires_at, NP_TOKEN_NEVER);
    ck_assert_uint_eq(token->rights,
                      NP_RIGHT_UPDATE_SETTINGS | NP_RIGHT_READ_SESSIONS);
    ck_assert_ptr_eq(np_token_find(&tokens, second, NOW), &tokens.list[1]);
    ck_assert_str_eq(tokens.list[1].name, "ops_2-X");
}
END_TEST

START_TEST(lines_are_as_documented)
{
    char text[NP_TOKEN_LEN + 1];
    const char *line = mint("ci", "read:sessions delete:sessions",
                            NOW + apr_time_from_sec(1), text);
    const char *begin = "ci:read:sessions delete:sessions:"
                        "2026-01-01T00:00:01Z:2026-01-01T00:00:00Z:";

    ck_assert(!strncmp(line, begin, strlen(begin)));
    ck_assert_uint_eq(strlen(line), strlen(begin) + 64 + 1);
    ck_assert_int_eq(line[strlen(line) - 1], '\n');
}
END_TEST

START_TEST(tokens_expire)
{
    char text[NP_TOKEN_LEN + 1];
    const apr_time_t end = NOW + apr_time_from_sec(1);
    np_tokens_t tokens = parse(mint("a", "read:sessions", end, text));
    np_tokens_t for_ever =
        parse(mint("a", "read:sessions", NP_TOKEN_NEVER, text));

    ck_assert_ptr_nonnull(np_token_find(&for_ever, text, APR_INT64_MAX));
    tokens = parse(mint("a", "read:sessions", end, text));
    ck_assert_ptr_nonnull(np_token_find(&tokens, text, end - 1));
    ck_assert_ptr_null(np_token_find(&tokens, text, end));
    ck_assert_ptr_null(np_token_find(&tokens, text, end + 1));
}
END_TEST

START_TEST(others_are_not_found)
{
    char text[NP_TOKEN_LEN + 1];
    char other[NP_TOKEN_LEN + 1];
    np_tokens_t tokens =
        parse(mint("a", "read:sessions", NP_TOKEN_NEVER, text));
    const np_tokens_t none = { 0 };

    (void)mint("b", "read:sessions", NP_TOKEN_NEVER, other);
    ck_assert_ptr_null(np_token_find(&tokens, other, NOW));
    ck_assert_ptr_null(np_token_find(&none, text, NOW));
    ck_assert_ptr_null(np_token_find(&tokens, NULL, NOW));
    ck_assert_ptr_null(np_token_find(&tokens, "", NOW));
    ck_assert_ptr_null(np_token_find(&tokens, text + 1, NOW));
    ck_assert_ptr_null(
        np_token_find(&tokens, apr_pstrcat(np_pool, text, "A", NULL), NOW));
    for (size_t i = 0; i < NP_TOKEN_LEN; i++) {
        char *changed = apr_pstrdup(np_pool, text);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        ck_assert_ptr_null(np_token_find(&tokens, changed, NOW));
    }
}
END_TEST

/* Its secret is not 32 random octets, whatever the file says. */
START_TEST(only_tokens_of_this_form_count)
{
    np_tokens_t tokens = parse("a:read:sessions:" TIMES HASH_B "\n");

    ck_assert_ptr_null(np_token_find(&tokens, "abc", NOW));
}
END_TEST

START_TEST(rights_are_all_needed)
{
    const np_token_t token = { .rights = NP_RIGHT_DELETE_SESSIONS
                                         | NP_RIGHT_READ_SESSIONS };

    ck_assert(np_token_may(&token, 0));
    ck_assert(np_token_may(&token, NP_RIGHT_DELETE_SESSIONS));
    ck_assert(np_token_may(&token,
                           NP_RIGHT_DELETE_SESSIONS | NP_RIGHT_READ_SESSIONS));
    ck_assert(!np_token_may(&token, NP_RIGHT_DELETE_REFRESH_TOKENS));
    ck_assert(!np_token_may(&token, NP_RIGHT_DELETE_SESSIONS
                                        | NP_RIGHT_DELETE_REFRESH_TOKENS));
}
END_TEST

START_TEST(scopes_have_names)
{
    static const char all[] =
        "read:tenant_settings update:tenant_settings read:sessions "
        "update:sessions delete:sessions delete:refresh_tokens update:users "
        "read:metrics";
    np_rights_t rights = 0;
    const char *why;

    ck_assert_int_eq(
        np_token_parse_scopes(np_text(all), &rights, &why, np_pool),
        APR_SUCCESS);
    ck_assert_uint_eq(rights, 255);
    ck_assert_str_eq(np_token_scopes(rights, " ", np_pool), all);
    ck_assert_str_eq(np_token_scopes(NP_RIGHT_DELETE_SESSIONS
                                         | NP_RIGHT_DELETE_REFRESH_TOKENS,
                                     ",", np_pool),
                     "delete:sessions,delete:refresh_tokens");
    ck_assert_str_eq(np_token_scopes(0, " ", np_pool), "");
}
END_TEST

static const char *const bad_scopes[] = {
    "",
    " ",
    "read",
    "read:sessionsx",
    "read:session",
    "Read:sessions",
    "read:sessions ",
    " read:sessions",
    "read:sessions  delete:sessions",
    "read:sessions,delete:sessions",
    "read:sessions\tdelete:sessions",
    "read:sessions read:sessions",
    "read:sessions write:sessions",
};

START_TEST(bad_scopes_are_refused)
{
    char text[NP_TOKEN_LEN + 1];
    const char *line;
    const char *why = NULL;
    np_rights_t rights = 77;
    const np_token_wish_t wish = { "a", bad_scopes[_i], NP_TOKEN_NEVER };

    ck_assert_int_eq(
        np_token_parse_scopes(np_text(bad_scopes[_i]), &rights, &why, np_pool),
        APR_EINVAL);
    ck_assert_uint_eq(rights, 77);
    ck_assert_ptr_nonnull(why);
    ck_assert_int_eq(np_token_mint(&wish, NOW, text, &line, &why, np_pool),
                     APR_EINVAL);
}
END_TEST

static apr_status_t mint_named(const char *name, apr_time_t end)
{
    const np_token_wish_t wish = { name, "read:sessions", end };
    char text[NP_TOKEN_LEN + 1];
    const char *line;
    const char *why;

    return np_token_mint(&wish, NOW, text, &line, &why, np_pool);
}

START_TEST(what_cannot_be_minted)
{
    const char *longest =
        "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn";

    ck_assert_uint_eq(strlen(longest), NP_TOKEN_MAX_NAME);
    ck_assert_int_eq(mint_named(longest, NP_TOKEN_NEVER), APR_SUCCESS);
    ck_assert_int_eq(mint_named(longest + 1, NP_TOKEN_NEVER), APR_SUCCESS);
    ck_assert_int_eq(
        mint_named(apr_pstrcat(np_pool, longest, "n", NULL), NP_TOKEN_NEVER),
        APR_EINVAL);
    ck_assert_int_eq(mint_named("", NP_TOKEN_NEVER), APR_EINVAL);
    ck_assert_int_eq(mint_named("a b", NP_TOKEN_NEVER), APR_EINVAL);
    ck_assert_int_eq(mint_named("a:b", NP_TOKEN_NEVER), APR_EINVAL);
    ck_assert_int_eq(mint_named("a\n", NP_TOKEN_NEVER), APR_EINVAL);
    ck_assert_int_eq(mint_named("\xc3\xa9", NP_TOKEN_NEVER), APR_EINVAL);
    ck_assert_int_eq(mint_named("a", NOW - 1), APR_EINVAL);
    ck_assert_int_eq(mint_named("a", NOW), APR_EINVAL);
    ck_assert_int_eq(mint_named("a", NOW + 1), APR_SUCCESS);
}
END_TEST

static const struct {
    const char *header;
    const char *token;
} headers[] = {
    { "Bearer abc", "abc" },
    { "bearer abc", "abc" },
    { "BEARER   abc", "abc" },
    { "Bearer abc \t", "abc" },
    { NULL, NULL },
    { "", NULL },
    { "Bearer", NULL },
    { "Bearer ", NULL },
    { "Bearerabc", NULL },
    { "Bearer abc def", NULL },
    { "Basic abc", NULL },
    { " Bearer abc", NULL },
    { "Bearer\tabc", NULL },
};

START_TEST(headers_are_read)
{
    ck_assert_pstr_eq(np_token_from_header(headers[_i].header, np_pool),
                      headers[_i].token);
}
END_TEST

#define LOOP(tc, test, table) \
    tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

Suite *np_suite_token(void)
{
    Suite *suite = suite_create("token");
    TCase *tc = tcase_create("tokens");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, digests_are_sha256);
    tcase_add_test(tc, what_was_minted_is_found);
    tcase_add_test(tc, lines_are_as_documented);
    tcase_add_test(tc, tokens_expire);
    tcase_add_test(tc, others_are_not_found);
    tcase_add_test(tc, only_tokens_of_this_form_count);
    tcase_add_test(tc, rights_are_all_needed);
    tcase_add_test(tc, scopes_have_names);
    LOOP(tc, bad_scopes_are_refused, bad_scopes);
    tcase_add_test(tc, what_cannot_be_minted);
    LOOP(tc, headers_are_read, headers);
    suite_add_tcase(suite, tc);
    return suite;
}
