/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing what the store gives back: nothing opens that was not sealed for this
 * key and scope, as a record or as the application's data in it. */
#include "fuzz.h"

#include <string.h>

#include "apr_strings.h"

#include "np_app_data.h"
#include "np_envelope.h"

#define KEY "s-AAAAAAAAAAAAAAAAAAAAAA"
/* Of what was sealed here: libFuzzer learns from comparisons, and finds it. */
#define OWN "s-BBBBBBBBBBBBBBBBBBBBBB"

static const np_scope_t scope = { NP_KIND_SESSION, "default", "localhost" };

static np_crypto_t *make_ring(void)
{
    static const unsigned char key[NP_CRYPTO_KEY_LEN] = { 1 };
    static const unsigned char old[NP_CRYPTO_KEY_LEN] = { 2 };
    const np_bytes_t keys[] = { { key, sizeof key }, { old, sizeof old } };
    apr_pool_t *forever = NULL;
    np_crypto_t *ring = NULL;

    apr_initialize();
    apr_pool_create(&forever, NULL);
    NP_FUZZ_CHECK(np_crypto_create(&ring, keys, 2, forever) == APR_SUCCESS);
    /* before OpenSSL's own, which was registered first: no leak is seen */
    NP_FUZZ_CHECK(atexit(apr_terminate) == 0);
    return ring;
}

static apr_status_t open_record(const np_crypto_t *ring, np_bytes_t sealed,
                                const char *key, np_bytes_t *plain,
                                apr_pool_t *p)
{
    return np_envelope_open(ring, &scope, key, sealed, plain, p);
}

static apr_status_t open_data(const np_crypto_t *ring, np_bytes_t sealed,
                              np_bytes_t *plain, apr_pool_t *p)
{
    const np_id_t id = { .secret = { 1 } };
    const np_record_t record = { .app_data = sealed };

    return np_app_data_open(ring, &id, &record, plain, p);
}

/* A good one, some octets of which are replaced, or which is cut or longer. */
static void deface(const np_crypto_t *ring, np_bytes_t input, apr_pool_t *p)
{
    np_bytes_t sealed;
    np_bytes_t plain;

    NP_FUZZ_CHECK(np_envelope_seal(ring, &scope, OWN, input, &sealed, p)
                  == APR_SUCCESS);
    NP_FUZZ_CHECK(open_record(ring, sealed, OWN, &plain, p) == APR_SUCCESS);
    NP_FUZZ_CHECK(plain.len == input.len
                  && !memcmp(plain.data, input.data, input.len));
    unsigned char *octets = apr_palloc(p, sealed.len + 1);
    memcpy(octets, sealed.data, sealed.len);
    octets[sealed.len] = 0;
    for (size_t i = 0; i + 1 < input.len; i += 2) {
        octets[input.data[i] % sealed.len] = input.data[i + 1];
    }
    bool same = !memcmp(octets, sealed.data, sealed.len);
    for (apr_size_t len = 0; len <= sealed.len + 1; len++) {
        apr_status_t status =
            open_record(ring, (np_bytes_t){ octets, len }, OWN, &plain, p);
        NP_FUZZ_CHECK(
            status == (same && len == sealed.len ? APR_SUCCESS : APR_EACCES));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static np_crypto_t *ring;
    apr_pool_t *p = np_fuzz_pool();
    const np_bytes_t input = { data, size };
    np_bytes_t plain;

    ring = ring ? ring : make_ring();
    NP_FUZZ_CHECK(open_record(ring, input, KEY, &plain, p) == APR_EACCES);
    NP_FUZZ_CHECK(open_data(ring, input, &plain, p)
                  == (size ? APR_EACCES : APR_SUCCESS));
    if (size && size <= 16) {
        deface(ring, input, p);
    }
    return 0;
}
