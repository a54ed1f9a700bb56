/* SPDX-License-Identifier: Apache-2.0
 * Sealing and MACs: what was changed, moved or made by others is refused. */
#include "unit.h"

#include <string.h>

#include "apr_escape.h"
#include "apr_strings.h"
#include "apr_thread_proc.h"

#include "fixture.h"

static np_bytes_t seal(const np_crypto_t *ring, np_bytes_t plain,
                       const char *associated)
{
    np_bytes_t sealed;
    ck_assert_int_eq(np_crypto_seal(ring, plain, np_text(associated), &sealed,
                                    np_pool),
                     APR_SUCCESS);
    return sealed;
}

static apr_status_t open_with(const np_crypto_t *ring, np_bytes_t sealed,
                              const char *associated)
{
    np_bytes_t plain;
    return np_crypto_open(ring, sealed, np_text(associated), &plain, np_pool);
}

static const apr_size_t lengths[] = { 0, 1, 15, 16, 17, 300, 65536 };

START_TEST(what_was_sealed_opens)
{
    np_crypto_t *ring = np_ring("a");
    unsigned char *text = apr_palloc(np_pool, lengths[_i] + 1);
    np_bytes_t plain;

    memset(text, 'x', lengths[_i]);
    np_bytes_t sealed = seal(ring, (np_bytes_t){ text, lengths[_i] }, "for");
    ck_assert_uint_eq(sealed.len, lengths[_i] + NP_CRYPTO_SEAL_OVERHEAD);
    ck_assert_int_eq(
        np_crypto_open(ring, sealed, np_text("for"), &plain, np_pool),
        APR_SUCCESS);
    ck_assert_uint_eq(plain.len, lengths[_i]);
    ck_assert(!memcmp(plain.data, text, plain.len));
}
END_TEST

START_TEST(every_flipped_bit_is_refused)
{
    np_crypto_t *ring = np_ring("a");
    np_bytes_t sealed = seal(ring, np_text("twenty octets of it."), "for");
    unsigned char *octets = apr_pmemdup(np_pool, sealed.data, sealed.len);

    for (apr_size_t bit = 0; bit < 8 * sealed.len; bit++) {
        octets[bit / 8] ^= (unsigned char)(1 << bit % 8);
        ck_assert_int_eq(
            open_with(ring, (np_bytes_t){ octets, sealed.len }, "for"),
            APR_EACCES);
        octets[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    ck_assert_int_eq(
        open_with(ring, (np_bytes_t){ octets, sealed.len }, "for"),
        APR_SUCCESS);
}
END_TEST

START_TEST(every_shorter_text_is_refused)
{
    np_crypto_t *ring = np_ring("a");
    np_bytes_t sealed = seal(ring, np_text("text"), "for");

    while (sealed.len--) {
        ck_assert_int_eq(open_with(ring, sealed, "for"), APR_EACCES);
    }
}
END_TEST

START_TEST(other_associated_data_is_refused)
{
    np_crypto_t *ring = np_ring("a");
    np_bytes_t sealed = seal(ring, np_text("text"), "for");

    ck_assert_int_eq(open_with(ring, sealed, "foR"), APR_EACCES);
    ck_assert_int_eq(open_with(ring, sealed, ""), APR_EACCES);
}
END_TEST

START_TEST(rotation_keeps_what_was_sealed)
{
    np_bytes_t sealed = seal(np_ring("a"), np_text("text"), "for");

    ck_assert_int_eq(open_with(np_ring("ba"), sealed, "for"), APR_SUCCESS);
    ck_assert_int_eq(open_with(np_ring("b"), sealed, "for"), APR_EACCES);
    sealed = seal(np_ring("ba"), np_text("text"), "for");
    ck_assert_int_eq(open_with(np_ring("a"), sealed, "for"), APR_EACCES);
}
END_TEST

START_TEST(two_seals_of_one_text_differ)
{
    np_crypto_t *ring = np_ring("a");
    np_bytes_t first = seal(ring, np_text("text"), "for");
    np_bytes_t second = seal(ring, np_text("text"), "for");

    ck_assert(memcmp(first.data, second.data, first.len) != 0);
}
END_TEST

START_TEST(secret_and_ring_are_both_needed)
{
    np_crypto_t *ring = np_ring("a");
    np_bytes_t sealed;
    np_bytes_t plain;

    ck_assert_int_eq(np_crypto_seal_with_secret(ring, np_text("secret"),
                                                np_text("text"),
                                                np_text("for"), &sealed,
                                                np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_crypto_open_with_secret(ring, np_text("secret"),
                                                sealed, np_text("for"),
                                                &plain, np_pool),
                     APR_SUCCESS);
    ck_assert_uint_eq(plain.len, strlen("text"));
    ck_assert_int_eq(np_crypto_open_with_secret(ring, np_text("secreT"),
                                                sealed, np_text("for"),
                                                &plain, np_pool),
                     APR_EACCES);
    ck_assert_int_eq(np_crypto_open_with_secret(np_ring("b"),
                                                np_text("secret"), sealed,
                                                np_text("for"), &plain,
                                                np_pool),
                     APR_EACCES);
    ck_assert_int_eq(open_with(ring, sealed, "for"), APR_EACCES);
}
END_TEST

START_TEST(bad_rings_are_refused)
{
    unsigned char key[NP_CRYPTO_KEY_LEN] = { 1 };
    np_bytes_t keys[NP_CRYPTO_MAX_KEYS + 1];
    np_crypto_t *ring;

    for (int i = 0; i <= NP_CRYPTO_MAX_KEYS; i++) {
        keys[i] = (np_bytes_t){ key, sizeof key };
    }
    ck_assert_int_eq(np_crypto_create(&ring, keys, 0, np_pool), APR_EINVAL);
    ck_assert_int_eq(np_crypto_create(&ring, keys, 1, np_pool), APR_SUCCESS);
    ck_assert_int_eq(np_crypto_create(&ring, keys, 2, np_pool), APR_EINVAL);
    ck_assert_int_eq(
        np_crypto_create(&ring, keys, NP_CRYPTO_MAX_KEYS + 1, np_pool),
        APR_EINVAL);
    keys[0].len--;
    ck_assert_int_eq(np_crypto_create(&ring, keys, 1, np_pool), APR_EINVAL);
}
END_TEST

/* A ring of the key that is the octets 0 to 31, for known answers: computed
 * from the description of the format by another implementation, which passes
 * RFC 5869's test case 3. Old cookies and records depend on them. */
static np_crypto_t *known_ring(void)
{
    unsigned char key[NP_CRYPTO_KEY_LEN];
    const np_bytes_t keys[] = { { key, sizeof key } };
    np_crypto_t *ring = NULL;

    for (unsigned int i = 0; i < sizeof key; i++) {
        key[i] = (unsigned char)i;
    }
    ck_assert_int_eq(np_crypto_create(&ring, keys, 1, np_pool), APR_SUCCESS);
    return ring;
}

static np_bytes_t from_hex(const char *hex)
{
    apr_size_t len = 0;
    unsigned char *octets = apr_palloc(np_pool, strlen(hex) / 2);

    ck_assert_int_eq(apr_unescape_hex(octets, hex, -1, 0, &len), APR_SUCCESS);
    return (np_bytes_t){ octets, len };
}

static void assert_same(np_bytes_t bytes, const char *expected)
{
    ck_assert_uint_eq(bytes.len, strlen(expected));
    ck_assert_mem_eq(bytes.data, expected, bytes.len);
}

START_TEST(prf_gives_known_answers)
{
    static const struct {
        const char *input;
        const char *prf;
    } known[] = {
        { "input", "65ec3a6ae750d83f8e29f0a23a582177"
                   "4c335f33d7a60c3b6460f0147fc59ddd" },
        { "", "87d440767f7818267f6444fe396ca6c0"
              "c068b9aa1bbfb7454defec2a9f1e4484" },
        { "input", "65ec3a6ae750d83f8e29f0a23a582177"
                   "4c335f33d7a60c3b6460f0147fc59ddd" },
    };
    np_crypto_t *ring = known_ring();
    unsigned char prf[NP_CRYPTO_PRF_LEN];

    for (apr_size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        ck_assert_int_eq(np_crypto_prf(ring, 0, np_text(known[i].input), prf),
                         APR_SUCCESS);
        ck_assert_mem_eq(prf, from_hex(known[i].prf).data, sizeof prf);
    }
}
END_TEST

START_TEST(prf_differs_by_key)
{
    np_crypto_t *ring = np_ring("ab");
    unsigned char first[NP_CRYPTO_PRF_LEN];
    unsigned char second[NP_CRYPTO_PRF_LEN];

    ck_assert_int_eq(np_crypto_key_count(ring), 2);
    ck_assert_int_eq(np_crypto_prf(ring, 0, np_text("input"), first),
                     APR_SUCCESS);
    ck_assert_int_eq(np_crypto_prf(ring, 1, np_text("input"), second),
                     APR_SUCCESS);
    ck_assert_mem_ne(first, second, sizeof first);
    ck_assert_int_eq(np_crypto_prf(np_ring("b"), 0, np_text("input"), first),
                     APR_SUCCESS);
    ck_assert_mem_eq(first, second, sizeof first);
    ck_assert_int_eq(np_crypto_prf(ring, 2, np_text("input"), first),
                     APR_EINVAL);
    ck_assert_int_eq(np_crypto_prf(ring, -1, np_text("input"), first),
                     APR_EINVAL);
}
END_TEST

START_TEST(seals_of_other_builds_open)
{
    np_crypto_t *ring = known_ring();
    np_bytes_t plain;

    ck_assert_int_eq(
        np_crypto_open(ring,
                       from_hex("01b2a049996465666768696a6b6c6d6e6f"
                                "61f17730e846c62ca2386229b5a057bb"
                                "36ac82d77ba7214a0fb4"),
                       np_text("for"), &plain, np_pool),
        APR_SUCCESS);
    assert_same(plain, "plain text");
    ck_assert_int_eq(
        np_crypto_open_with_secret(ring, np_text("secret"),
                                   from_hex("01b2a049996465666768696a6b6c6d6e"
                                            "6f909826ff43b06f65d2289c4311e5cc"
                                            "67dd587133d2129c75cf12"),
                                   np_text("for"), &plain, np_pool),
        APR_SUCCESS);
    assert_same(plain, "plain text");
}
END_TEST

START_TEST(equal_compares_every_octet)
{
    unsigned char a[16] = { 0 };
    unsigned char b[16] = { 0 };

    ck_assert(np_crypto_equal(a, b, sizeof a));
    ck_assert(np_crypto_equal(a, b, 0));
    for (apr_size_t i = 0; i < sizeof a; i++) {
        b[i] = 0x80;
        ck_assert(!np_crypto_equal(a, b, sizeof a));
        b[i] = 0;
    }
}
END_TEST

/* A thread that goes on after a ring that it used, and into another one. */
static void *APR_THREAD_FUNC outlive(apr_thread_t *thread, void *data)
{
    apr_status_t *failed = data;
    apr_pool_t *p = apr_thread_pool_get(thread);
    const unsigned char key[NP_CRYPTO_KEY_LEN] = { 1 };
    const np_bytes_t keys[] = { { key, sizeof key } };

    for (int i = 0; i < 3; i++) {
        np_crypto_t *ring = NULL;
        apr_pool_t *pool = NULL;
        unsigned char prf[NP_CRYPTO_PRF_LEN];
        *failed |= apr_pool_create(&pool, p);
        *failed |= np_crypto_create(&ring, keys, 1, pool);
        *failed |= np_crypto_prf(ring, 0, np_text("input"), prf);
        apr_pool_destroy(pool);
    }
    return NULL;
}

START_TEST(threads_outlive_a_ring)
{
    apr_thread_t *thread = NULL;
    apr_status_t failed = APR_SUCCESS;
    apr_status_t ignored;

    ck_assert_int_eq(
        apr_thread_create(&thread, NULL, outlive, &failed, np_pool),
        APR_SUCCESS);
    (void)apr_thread_join(&ignored, thread);
    ck_assert_int_eq(failed, APR_SUCCESS);
}
END_TEST

typedef struct work_t {
    np_crypto_t *ring;
    apr_status_t failed;
} work_t;

/* What each of several threads does with one ring. */
static void *APR_THREAD_FUNC work(apr_thread_t *thread, void *data)
{
    work_t *mine = data;
    const np_crypto_t *ring = mine->ring;
    apr_pool_t *p = apr_thread_pool_get(thread);
    unsigned char expected[NP_CRYPTO_PRF_LEN];
    unsigned char prf[NP_CRYPTO_PRF_LEN];
    apr_status_t failed = APR_SUCCESS;

    failed |= np_crypto_prf(ring, 0, np_text("input"), expected);
    for (int i = 0; i < 500; i++) {
        np_bytes_t sealed = { 0 };
        np_bytes_t plain = { 0 };
        failed |= np_crypto_seal(ring, np_text("text"), np_text("for"),
                                 &sealed, p);
        failed |= np_crypto_open(ring, sealed, np_text("for"), &plain, p);
        failed |= np_crypto_prf(ring, 0, np_text("input"), prf);
        failed |= plain.len != 4 || memcmp(plain.data, "text", 4);
        failed |= memcmp(prf, expected, sizeof prf) != 0;
    }
    mine->failed = failed;
    return NULL;
}

START_TEST(threads_share_a_ring)
{
    np_crypto_t *ring = np_ring("ab");
    apr_thread_t *threads[4];
    work_t works[4];

    /* The second round works with the contexts that the first one made. */
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 4; i++) {
            works[i] = (work_t){ ring, APR_EGENERAL };
            ck_assert_int_eq(apr_thread_create(&threads[i], NULL, work,
                                               &works[i], np_pool),
                             APR_SUCCESS);
        }
        for (int i = 0; i < 4; i++) {
            apr_status_t ignored;
            (void)apr_thread_join(&ignored, threads[i]);
            ck_assert_int_eq(works[i].failed, APR_SUCCESS);
        }
    }
}
END_TEST

Suite *np_suite_crypto(void)
{
    Suite *suite = suite_create("crypto");
    TCase *tc = tcase_create("sealing");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, what_was_sealed_opens, 0,
                        sizeof lengths / sizeof lengths[0]);
    tcase_add_test(tc, every_flipped_bit_is_refused);
    tcase_add_test(tc, every_shorter_text_is_refused);
    tcase_add_test(tc, other_associated_data_is_refused);
    tcase_add_test(tc, rotation_keeps_what_was_sealed);
    tcase_add_test(tc, two_seals_of_one_text_differ);
    tcase_add_test(tc, secret_and_ring_are_both_needed);
    tcase_add_test(tc, bad_rings_are_refused);
    tcase_add_test(tc, prf_gives_known_answers);
    tcase_add_test(tc, prf_differs_by_key);
    tcase_add_test(tc, seals_of_other_builds_open);
    tcase_add_test(tc, equal_compares_every_octet);
    tcase_add_test(tc, threads_share_a_ring);
    tcase_add_test(tc, threads_outlive_a_ring);
    suite_add_tcase(suite, tc);
    return suite;
}
