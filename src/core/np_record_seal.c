/* SPDX-License-Identifier: Apache-2.0
 * The session record as the store holds it: sealed. */
#include "np_record.h"

#include "np_envelope.h"

apr_status_t np_record_seal(const np_crypto_t *crypto, const np_scope_t *scope,
                            const char *key, const np_record_t *record,
                            np_bytes_t *sealed, apr_pool_t *p)
{
    np_bytes_t plain;

    apr_status_t status = np_record_encode(record, &plain, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    return np_envelope_seal(crypto, scope, key, plain, sealed, p);
}

apr_status_t np_record_open(const np_crypto_t *crypto, const np_scope_t *scope,
                            const char *key, np_bytes_t sealed,
                            np_record_t *record, apr_pool_t *p)
{
    np_bytes_t plain;

    apr_status_t status =
        np_envelope_open(crypto, scope, key, sealed, &plain, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    return np_record_decode(plain, record, p);
}
