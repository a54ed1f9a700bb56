/* SPDX-License-Identifier: Apache-2.0
 * The application's data in a record: only the browser's cookie opens it. */
#include "np_app_data.h"

#include <string.h>

static const char label[] = "session_np application data";

/* The session's handle binds the data to its session; it stays the same when
 * the id changes, and the key changes then. */
typedef struct np_data_binding_t {
    unsigned char octets[sizeof label + NP_HANDLE_LEN];
} np_data_binding_t;

static np_bytes_t bind_to_session(np_data_binding_t *binding,
                                  const np_record_t *record)
{
    memcpy(binding->octets, label, sizeof label);
    memcpy(binding->octets + sizeof label, record->handle, NP_HANDLE_LEN);
    return (np_bytes_t){ binding->octets, sizeof binding->octets };
}

apr_status_t np_app_data_seal(const np_crypto_t *crypto, const np_id_t *id,
                              np_bytes_t data, np_record_t *record,
                              apr_pool_t *p)
{
    np_data_binding_t binding;
    np_bytes_t secret = { id->secret, NP_ID_SECRET_LEN };

    return np_crypto_seal_with_secret(crypto, secret, data,
                                      bind_to_session(&binding, record),
                                      &record->app_data, p);
}

apr_status_t np_app_data_open(const np_crypto_t *crypto, const np_id_t *id,
                              const np_record_t *record, np_bytes_t *data,
                              apr_pool_t *p)
{
    np_data_binding_t binding;
    np_bytes_t secret = { id->secret, NP_ID_SECRET_LEN };

    if (!record->app_data.len) {
        *data = (np_bytes_t){ 0 };
        return APR_SUCCESS;
    }
    return np_crypto_open_with_secret(crypto, secret, record->app_data,
                                      bind_to_session(&binding, record), data,
                                      p);
}
