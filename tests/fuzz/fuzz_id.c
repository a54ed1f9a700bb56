/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing the cookie value: no input is an id that was not minted. */
#include "fuzz.h"

#include <string.h>

#include "np_id.h"

static np_crypto_t *make_ring(void)
{
    static const unsigned char key[NP_CRYPTO_KEY_LEN] = { 1 };
    const np_bytes_t keys[] = { { key, sizeof key } };
    apr_pool_t *forever = NULL;
    np_crypto_t *ring = NULL;

    apr_initialize();
    apr_pool_create(&forever, NULL);
    NP_FUZZ_CHECK(np_crypto_create(&ring, keys, 1, forever) == APR_SUCCESS);
    /* before OpenSSL's own, which was registered first: no leak is seen */
    NP_FUZZ_CHECK(atexit(apr_terminate) == 0);
    return ring;
}

/* Put octets of the input in the place of some of a good id's characters. */
static void deface(const np_crypto_t *ring, const np_scope_t *scope,
                   const uint8_t *data, size_t size)
{
    char text[NP_ID_TEXT_LEN + 1];
    char good[NP_ID_TEXT_LEN + 1];
    const np_bytes_t bytes = { (const unsigned char *)text, NP_ID_TEXT_LEN };
    np_id_t id;

    NP_FUZZ_CHECK(np_id_mint(ring, scope, &id, text) == APR_SUCCESS);
    NP_FUZZ_CHECK(np_id_parse(ring, scope, bytes, &id) == APR_SUCCESS);
    memcpy(good, text, sizeof good);
    for (size_t i = 0; i + 1 < size; i += 2) {
        text[data[i] % NP_ID_TEXT_LEN] = (char)data[i + 1];
    }
    NP_FUZZ_CHECK(!memcmp(good, text, sizeof good)
                  || np_id_parse(ring, scope, bytes, &id) == APR_EINVAL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const np_scope_t scope = { NP_KIND_SESSION, "default", "localhost" };
    /* nothing is minted for it: libFuzzer learns from comparisons, and finds
     * what is */
    static const np_scope_t other = { NP_KIND_DEVICE, "default", "localhost" };
    static np_crypto_t *ring;
    np_id_t id;

    ring = ring ? ring : make_ring();
    NP_FUZZ_CHECK(np_id_parse(ring, &other, (np_bytes_t){ data, size }, &id)
                  == APR_EINVAL);
    if (size <= 8) {
        deface(ring, &scope, data, size);
    }
    return 0;
}
