/* SPDX-License-Identifier: Apache-2.0
 * The application's data in a record: only the browser's cookie opens it. */
#ifndef NP_APP_DATA_H
#define NP_APP_DATA_H

#include "np_record.h"

/** Octets of data that fit into a record. */
#define NP_APP_DATA_MAX (NP_RECORD_MAX_APP_DATA - NP_CRYPTO_SEAL_OVERHEAD)

/**
 * Seal @a data into @a record for the bearer of @a id. Who has the store and
 * the key file, but not the cookie, cannot read it. Lives in @a p.
 * @return APR_SUCCESS or APR_EGENERAL
 */
apr_status_t np_app_data_seal(const np_crypto_t *crypto, const np_id_t *id,
                              np_bytes_t data, np_record_t *record,
                              apr_pool_t *p);

/**
 * Open the application's data in @a record. @a data lives in @a p and is empty
 * if there is none.
 * @return APR_SUCCESS; APR_EACCES if it was not sealed for @a id in this
 *         session; APR_EGENERAL
 */
apr_status_t np_app_data_open(const np_crypto_t *crypto, const np_id_t *id,
                              const np_record_t *record, np_bytes_t *data,
                              apr_pool_t *p);

#endif
