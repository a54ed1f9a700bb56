/* SPDX-License-Identifier: Apache-2.0
 * Sealing what the store holds: bound to its key and to its scope. */
#include "np_envelope.h"

#include <string.h>

#define LABEL "session_np record "
/** Decimal digits of any number. */
#define MAX_DIGITS 20

static char *append(char *out, const char *text, apr_size_t len)
{
    memcpy(out, text, len);
    return out + len;
}

static char *append_number(char *out, apr_size_t number)
{
    if (number > 9) {
        out = append_number(out, number / 10);
    }
    *out++ = (char)('0' + number % 10);
    return out;
}

/* Lengths stand before the texts, so that no two scopes look alike. */
static char *append_text(char *out, const char *text, apr_size_t len)
{
    out = append_number(out, len);
    *out++ = ':';
    out = append(out, text, len);
    *out++ = ' ';
    return out;
}

/* "session_np record 1 7:default 11:example.org s-..." */
static np_bytes_t associate(const np_scope_t *scope, const char *key,
                            apr_pool_t *p)
{
    const apr_size_t tenant_len = strlen(scope->tenant);
    const apr_size_t host_len = strlen(scope->host);
    const apr_size_t key_len = strlen(key);
    char *text = apr_palloc(p, sizeof LABEL + 3 * (MAX_DIGITS + 2)
                                   + tenant_len + host_len + key_len);
    char *out = append(text, LABEL, sizeof LABEL - 1);

    out = append_number(out, (apr_size_t)scope->kind);
    *out++ = ' ';
    out = append_text(out, scope->tenant, tenant_len);
    out = append_text(out, scope->host, host_len);
    out = append(out, key, key_len);
    return (np_bytes_t){ (const unsigned char *)text,
                         (apr_size_t)(out - text) };
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
