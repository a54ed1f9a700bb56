/* SPDX-License-Identifier: Apache-2.0
 * base64url without padding: four characters for three octets, one spelling. */
#include "np_base64url.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "abcdefghijklmnopqrstuvwxyz"
                               "0123456789-_";

/* One more than what each character stands for; 0: it stands for nothing. */
static const unsigned char places[256] = {
    ['A'] = 1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
    14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
    ['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39,
    40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,
    ['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
    ['-'] = 63, ['_'] = 64,
};

void np_base64url_encode(char *text, const unsigned char *octets,
                         apr_size_t len)
{
    for (; len >= 3; len -= 3, octets += 3, text += 4) {
        text[0] = alphabet[octets[0] >> 2];
        text[1] = alphabet[(octets[0] << 4 | octets[1] >> 4) & 63];
        text[2] = alphabet[(octets[1] << 2 | octets[2] >> 6) & 63];
        text[3] = alphabet[octets[2] & 63];
    }
    if (len > 0) {
        const unsigned char last = len > 1 ? octets[1] : 0;
        *text++ = alphabet[octets[0] >> 2];
        *text++ = alphabet[(octets[0] << 4 | last >> 4) & 63];
        if (len > 1) {
            *text++ = alphabet[last << 2 & 63];
        }
    }
    *text = '\0';
}

/* The 24 bits of four characters; false if not all of them are of the
 * alphabet. */
static bool read_group(const unsigned char *text, apr_uint32_t *bits)
{
    const apr_uint32_t a = places[text[0]] - 1U;
    const apr_uint32_t b = places[text[1]] - 1U;
    const apr_uint32_t c = places[text[2]] - 1U;
    const apr_uint32_t d = places[text[3]] - 1U;

    *bits = a << 18 | b << 12 | c << 6 | d;
    return (a | b | c | d) <= 63;
}

apr_status_t np_base64url_decode(unsigned char *octets, apr_size_t len,
                                 np_bytes_t text)
{
    const unsigned char *in = text.data;
    apr_uint32_t bits;

    if (text.len != NP_BASE64URL_LEN(len)) {
        return APR_EINVAL;
    }
    for (; len >= 3; len -= 3, in += 4) {
        if (!read_group(in, &bits)) {
            return APR_EINVAL;
        }
        *octets++ = (unsigned char)(bits >> 16);
        *octets++ = (unsigned char)(bits >> 8 & 255);
        *octets++ = (unsigned char)(bits & 255);
    }
    if (len > 0) {
        unsigned char group[] = { 'A', 'A', 'A', 'A' }; /* bits that are 0 */
        memcpy(group, in, NP_BASE64URL_LEN(len));
        if (!read_group(group, &bits) || ((bits << 8 * len) & 0xffffff)) {
            return APR_EINVAL;
        }
        *octets++ = (unsigned char)(bits >> 16);
        if (len > 1) {
            *octets = (unsigned char)(bits >> 8 & 255);
        }
    }
    return APR_SUCCESS;
}

apr_size_t np_base64url_span(const char *text)
{
    apr_size_t len = 0;

    while (places[(unsigned char)text[len]]) {
        len++;
    }
    return len;
}
