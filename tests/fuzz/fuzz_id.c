/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing the cookie value: no input is an id that was not minted. */
#include "fuzz.h"

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
    return ring;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const np_scope_t scope = { NP_KIND_SESSION, "default", "localhost" };
    static np_crypto_t *ring;
    np_id_t id;

    ring = ring ? ring : make_ring();
    NP_FUZZ_CHECK(
        np_id_parse(ring, &scope, (np_bytes_t){ data, size }, &id)
        == APR_EINVAL);
    return 0;
}
