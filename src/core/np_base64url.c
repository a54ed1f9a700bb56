/* SPDX-License-Identifier: Apache-2.0
 * base64url without padding: four characters for three octets, one spelling. */
#include "np_base64url.h"

/** Bits of one character. */
#define BITS 6

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "abcdefghijklmnopqrstuvwxyz"
                               "0123456789-_";

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

/** The six bits that @a c stands for; 64 if it stands for none. */
static unsigned int value_of(unsigned char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A' + 0U;
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26U;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52U;
    }
    if (c == '-') {
        return 62;
    }
    return c == '_' ? 63 : 64;
}

apr_status_t np_base64url_decode(unsigned char *octets, apr_size_t len,
                                 np_bytes_t text)
{
    if (text.len != NP_BASE64URL_LEN(len)) {
        return APR_EINVAL;
    }
    apr_uint32_t bits = 0;
    unsigned int held = 0;
    for (apr_size_t i = 0; i < text.len; i++) {
        const unsigned int value = value_of(text.data[i]);
        if (value > 63) {
            return APR_EINVAL;
        }
        bits = bits << BITS | value;
        held += BITS;
        if (held >= 8) {
            held -= 8;
            *octets++ = (unsigned char)(bits >> held & 255);
        }
    }
    const apr_uint32_t unused = (1U << held) - 1;
    return (bits & unused) == 0 ? APR_SUCCESS : APR_EINVAL;
}
