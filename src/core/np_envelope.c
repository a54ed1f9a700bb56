/* SPDX-License-Identifier: Apache-2.0
 * Sealing what the store holds: bound to its key and to its scope. */
#include "np_envelope.h"

#include <string.h>

#include "apr_strings.h"

#define ASSOCIATED_LABEL "session_np record"

/* Lengths stand before the texts, so that no two scopes look alike. */
static np_bytes_t associate(const np_scope_t *scope, const char *key,
                            apr_pool_t *p)
{
    const char *text = apr_pstrcat(
        p, ASSOCIATED_LABEL " ", apr_itoa(p, (int)scope->kind), " ",
        apr_itoa(p, (int)strlen(scope->tenant)), ":", scope->tenant, " ",
        apr_itoa(p, (int)strlen(scope->host)), ":", scope->host, " ", key,
        NULL);
    return (np_bytes_t){ (const unsigned char *)text, strlen(text) };
}

apr_status_t np_envelope_seal(const np_crypto_t *crypto,
                              const np_scope_t *scope, const char *key,
                              np_bytes_t plain, np_bytes_t *sealed,
                              apr_pool_t *p)
{
    return np_crypto_seal(crypto, plain, associate(scope, key, p), sealed, p);
}

apr_status_t np_envelope_open(const np_crypto_t *crypto,
                              const np_scope_t *scope, const char *key,
                              np_bytes_t sealed, np_bytes_t *plain,
                              apr_pool_t *p)
{
    return np_crypto_open(crypto, sealed, associate(scope, key, p), plain, p);
}
