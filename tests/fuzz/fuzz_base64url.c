/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing base64url: a text is read in its one spelling only, and every octet
 * string has one. */
#include "fuzz.h"

#include <string.h>

#include "np_base64url.h"

#define MOST 256

/* What is read is written the same way again. */
static void read_as_text(np_bytes_t text)
{
    unsigned char octets[MOST];
    char again[NP_BASE64URL_LEN(MOST) + 1];
    apr_size_t len = text.len * 3 / 4;

    if (np_base64url_decode(octets, len, text) == APR_SUCCESS) {
        np_base64url_encode(again, octets, len);
        NP_FUZZ_CHECK(strlen(again) == text.len);
        NP_FUZZ_CHECK(!text.len || !memcmp(again, text.data, text.len));
    }
    NP_FUZZ_CHECK(np_base64url_decode(octets, len + 1, text) == APR_EINVAL);
}

static void read_as_octets(np_bytes_t octets)
{
    char text[NP_BASE64URL_LEN(MOST) + 1];
    unsigned char again[MOST];

    np_base64url_encode(text, octets.data, octets.len);
    const np_bytes_t written = { (const unsigned char *)text, strlen(text) };
    NP_FUZZ_CHECK(written.len == NP_BASE64URL_LEN(octets.len));
    NP_FUZZ_CHECK(np_base64url_decode(again, octets.len, written)
                  == APR_SUCCESS);
    NP_FUZZ_CHECK(!octets.len || !memcmp(again, octets.data, octets.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < MOST) {
        read_as_text((np_bytes_t){ data, size });
        read_as_octets((np_bytes_t){ data, size });
    }
    return 0;
}
