/* SPDX-License-Identifier: Apache-2.0
 * Sealing what the store holds: bound to its key and to its scope. */
#ifndef NP_ENVELOPE_H
#define NP_ENVELOPE_H

#include "np_crypto.h"
#include "np_scope.h"

/**
 * Seal @a plain, bound to @a scope and to the storage key @a key: what is
 * moved to another key, tenant, host or kind does not open. Lives in @a p.
 * @return APR_SUCCESS or APR_EGENERAL
 */
apr_status_t np_envelope_seal(const np_crypto_t *crypto,
                              const np_scope_t *scope, const char *key,
                              np_bytes_t plain, np_bytes_t *sealed,
                              apr_pool_t *p);

/**
 * Open what the store holds under @a key. @a plain lives in @a p.
 * @return APR_SUCCESS; APR_EACCES if it was not sealed here for this key and
 *         scope; APR_EGENERAL
 */
apr_status_t np_envelope_open(const np_crypto_t *crypto,
                              const np_scope_t *scope, const char *key,
                              np_bytes_t sealed, np_bytes_t *plain,
                              apr_pool_t *p);

#endif
