/* SPDX-License-Identifier: Apache-2.0
 * What most unit tests begin with: a pool, a key ring, bytes. */
#include "fixture.h"

#include <check.h>
#include <string.h>

#include "apr_strings.h"

apr_pool_t *np_pool;

void np_pool_set_up(void)
{
    ck_assert_int_eq(apr_pool_create(&np_pool, NULL), APR_SUCCESS);
}

void np_pool_tear_down(void)
{
    apr_pool_destroy(np_pool);
}

np_crypto_t *np_ring(const char *letters)
{
    np_bytes_t keys[NP_CRYPTO_MAX_KEYS];
    int count = (int)strlen(letters);
    np_crypto_t *crypto = NULL;

    for (int i = 0; i < count; i++) {
        unsigned char *key = apr_palloc(np_pool, NP_CRYPTO_KEY_LEN);
        memset(key, letters[i], NP_CRYPTO_KEY_LEN);
        keys[i] = (np_bytes_t){ key, NP_CRYPTO_KEY_LEN };
    }
    ck_assert_int_eq(np_crypto_create(&crypto, keys, count, np_pool),
                     APR_SUCCESS);
    return crypto;
}

np_bytes_t np_text(const char *text)
{
    return (np_bytes_t){ (const unsigned char *)text, strlen(text) };
}
