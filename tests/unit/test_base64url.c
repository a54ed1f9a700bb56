/* SPDX-License-Identifier: Apache-2.0
 * base64url: known answers, and that every text but the canonical is refused. */
#include "unit.h"

#include <string.h>

#include "np_base64url.h"

typedef struct vector_t {
    const char *octets;
    const char *text;
} vector_t;

/* RFC 4648 section 10 without padding; then the two characters that base64url
 * has of its own. */
static const vector_t vectors[] = {
    { "", "" },
    { "f", "Zg" },
    { "fo", "Zm8" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg" },
    { "fooba", "Zm9vYmE" },
    { "foobar", "Zm9vYmFy" },
    { "\xfb\xff\xbf", "-_-_" },
};

#define VECTORS (int)(sizeof(vectors) / sizeof(*vectors))

static np_bytes_t bytes_of(const char *text)
{
    return (np_bytes_t){ (const unsigned char *)text, strlen(text) };
}

static apr_status_t decode(const char *text, apr_size_t len)
{
    unsigned char octets[8];
    ck_assert_uint_le(len, sizeof(octets));
    return np_base64url_decode(octets, len, bytes_of(text));
}

START_TEST(encodes_known_answers)
{
    const np_bytes_t octets = bytes_of(vectors[_i].octets);
    char text[16];
    ck_assert_uint_eq(NP_BASE64URL_LEN(octets.len),
                      strlen(vectors[_i].text));
    np_base64url_encode(text, octets.data, octets.len);
    ck_assert_str_eq(text, vectors[_i].text);
}
END_TEST

START_TEST(decodes_known_answers)
{
    const np_bytes_t expected = bytes_of(vectors[_i].octets);
    unsigned char octets[8];
    ck_assert_int_eq(np_base64url_decode(octets, expected.len,
                                         bytes_of(vectors[_i].text)),
                     APR_SUCCESS);
    ck_assert_mem_eq(octets, expected.data, expected.len);
}
END_TEST

START_TEST(round_trips_every_length)
{
    unsigned char octets[64];
    unsigned char back[64];
    char text[NP_BASE64URL_LEN(sizeof(octets)) + 1];
    for (unsigned int i = 0; i < sizeof(octets); i++) {
        octets[i] = (unsigned char)(i * 37 + 11);
    }
    for (apr_size_t len = 0; len <= sizeof(octets); len++) {
        np_base64url_encode(text, octets, len);
        ck_assert_uint_eq(strlen(text), NP_BASE64URL_LEN(len));
        ck_assert_int_eq(np_base64url_decode(back, len, bytes_of(text)),
                         APR_SUCCESS);
        ck_assert_mem_eq(back, octets, len);
    }
}
END_TEST

START_TEST(takes_only_its_alphabet)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "abcdefghijklmnopqrstuvwxyz"
                                   "0123456789-_";
    for (int c = 1; c < 256; c++) {
        const char text[] = { 'A', (char)c, 'A', 'A', '\0' };
        const bool good = strchr(alphabet, c) != NULL;
        ck_assert_int_eq(decode(text, 3), good ? APR_SUCCESS : APR_EINVAL);
    }
}
END_TEST

START_TEST(refuses_a_nul)
{
    unsigned char octets[3];
    const np_bytes_t text = { (const unsigned char *)"AA\0A", 4 };
    ck_assert_int_eq(np_base64url_decode(octets, 3, text), APR_EINVAL);
}
END_TEST

START_TEST(refuses_another_length)
{
    ck_assert_int_eq(decode("Zm9v", 2), APR_EINVAL);
    ck_assert_int_eq(decode("Zm9v", 4), APR_EINVAL);
    ck_assert_int_eq(decode("Z", 1), APR_EINVAL);
    ck_assert_int_eq(decode("Z", 0), APR_EINVAL);
    ck_assert_int_eq(decode("", 1), APR_EINVAL);
    ck_assert_int_eq(decode("Zg==", 1), APR_EINVAL);
}
END_TEST

START_TEST(refuses_unused_bits_that_are_set)
{
    ck_assert_int_eq(decode("AA", 1), APR_SUCCESS);
    ck_assert_int_eq(decode("AB", 1), APR_EINVAL);
    ck_assert_int_eq(decode("AI", 1), APR_EINVAL);
    ck_assert_int_eq(decode("AQ", 1), APR_SUCCESS);
    ck_assert_int_eq(decode("AAA", 2), APR_SUCCESS);
    ck_assert_int_eq(decode("AAB", 2), APR_EINVAL);
    ck_assert_int_eq(decode("AAC", 2), APR_EINVAL);
    ck_assert_int_eq(decode("AAE", 2), APR_SUCCESS);
}
END_TEST

Suite *np_suite_base64url(void)
{
    TCase *tcase = tcase_create("base64url");
    tcase_add_loop_test(tcase, encodes_known_answers, 0, VECTORS);
    tcase_add_loop_test(tcase, decodes_known_answers, 0, VECTORS);
    tcase_add_test(tcase, round_trips_every_length);
    tcase_add_test(tcase, takes_only_its_alphabet);
    tcase_add_test(tcase, refuses_a_nul);
    tcase_add_test(tcase, refuses_another_length);
    tcase_add_test(tcase, refuses_unused_bits_that_are_set);
    Suite *suite = suite_create("base64url");
    suite_add_tcase(suite, tcase);
    return suite;
}
