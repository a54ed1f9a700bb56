/* SPDX-License-Identifier: Apache-2.0
 * Ids: one spelling, one scope, and no forgery gets as far as the store. */
#include "unit.h"

#include <string.h>

#include "fixture.h"
#include "np_base64url.h"
#include "np_id.h"

static const np_scope_t scope = { NP_KIND_SESSION, "acme", "" };

static void mint(const np_crypto_t *ring, np_id_t *id, char *text)
{
    ck_assert_int_eq(np_id_mint(ring, &scope, id, text), APR_SUCCESS);
}

static apr_status_t parse(const np_crypto_t *ring, const np_scope_t *in,
                          const char *text)
{
    np_id_t id;
    return np_id_parse(ring, in, np_text(text), &id);
}

START_TEST(minted_id_is_read_back)
{
    np_crypto_t *ring = np_ring("a");
    char text[NP_ID_TEXT_LEN + 1];
    np_id_t id;
    np_id_t again;

    mint(ring, &id, text);
    ck_assert_uint_eq(strlen(text), NP_ID_TEXT_LEN);
    ck_assert_int_eq(np_id_parse(ring, &scope, np_text(text), &again),
                     APR_SUCCESS);
    ck_assert(!memcmp(id.secret, again.secret, NP_ID_SECRET_LEN));
    ck_assert_str_eq(id.storage_key, again.storage_key);
    ck_assert_uint_eq(strlen(id.storage_key), NP_STORAGE_KEY_LEN);
    ck_assert(!strncmp(id.storage_key, "s-", 2));
    ck_assert_ptr_null(strstr(text, id.storage_key + 2));
}
END_TEST

START_TEST(other_scopes_refuse_it)
{
    static const np_scope_t others[] = {
        { NP_KIND_MFA, "acme", "" },
        { NP_KIND_DEVICE, "acme", "" },
        { NP_KIND_SESSION, "acm", "" },
        { NP_KIND_SESSION, "acme", "host" },
        { NP_KIND_SESSION, "ac", "me" },
        { NP_KIND_SESSION, "", "acme" },
    };
    np_crypto_t *ring = np_ring("a");
    char text[NP_ID_TEXT_LEN + 1];
    np_id_t id;

    mint(ring, &id, text);
    for (apr_size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ck_assert_int_eq(parse(ring, &others[i], text), APR_EINVAL);
    }
}
END_TEST

START_TEST(every_changed_character_is_refused)
{
    np_crypto_t *ring = np_ring("a");
    char text[NP_ID_TEXT_LEN + 1];
    np_id_t id;

    mint(ring, &id, text);
    for (int i = 0; i < NP_ID_TEXT_LEN; i++) {
        const char was = text[i];
        for (const char *c = "A-_z9=+/ \x80"; *c; c++) {
            text[i] = *c;
            ck_assert_int_eq(parse(ring, &scope, text),
                             *c == was ? APR_SUCCESS : APR_EINVAL);
        }
        text[i] = was;
    }
    text[NP_ID_TEXT_LEN - 1] = '\0';
    ck_assert_int_eq(parse(ring, &scope, text), APR_EINVAL);
    ck_assert_int_eq(parse(ring, &scope, ""), APR_EINVAL);
}
END_TEST

START_TEST(random_values_are_refused)
{
    np_crypto_t *ring = np_ring("ab");
    unsigned char octets[32];
    char text[NP_ID_TEXT_LEN + 1];

    for (int i = 0; i < 10000; i++) {
        ck_assert_int_eq(np_crypto_random(octets, sizeof octets),
                         APR_SUCCESS);
        np_base64url_encode(text, octets, sizeof octets);
        ck_assert_int_eq(parse(ring, &scope, text), APR_EINVAL);
    }
}
END_TEST

START_TEST(rotation_keeps_ids_and_their_places)
{
    char text[NP_ID_TEXT_LEN + 1];
    np_id_t id;
    np_id_t again;

    mint(np_ring("a"), &id, text);
    ck_assert_int_eq(np_id_parse(np_ring("ba"), &scope, np_text(text), &again),
                     APR_SUCCESS);
    ck_assert_str_eq(id.storage_key, again.storage_key);
    ck_assert_int_eq(parse(np_ring("b"), &scope, text), APR_EINVAL);
}
END_TEST

Suite *np_suite_id(void)
{
    Suite *suite = suite_create("id");
    TCase *tc = tcase_create("ids");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, minted_id_is_read_back);
    tcase_add_test(tc, other_scopes_refuse_it);
    tcase_add_test(tc, every_changed_character_is_refused);
    tcase_add_test(tc, random_values_are_refused);
    tcase_add_test(tc, rotation_keeps_ids_and_their_places);
    suite_add_tcase(suite, tc);
    return suite;
}
