/* SPDX-License-Identifier: Apache-2.0
 * The value of a cookie: random bits and a short MAC, and what they stand for. */
#include "np_id.h"

#include <string.h>

#include "np_base64url.h"

#define KEY_OCTETS 16
/** Tenant names and host names are shorter (RFC 1035: 253). */
#define MAX_SCOPE_TEXT 255

static char kind_letter(np_kind_e kind)
{
    switch (kind) {
    case NP_KIND_MFA:
        return 'm';
    case NP_KIND_DEVICE:
        return 'd';
    case NP_KIND_SESSION:
        break;
    }
    return 's';
}

static unsigned char *append_text(unsigned char *out, const char *text,
                                  apr_size_t len)
{
    *out++ = (unsigned char)len;
    memcpy(out, text, len);
    return out + len;
}

/* HMAC of kind, tenant, host and secret, each text behind its length. */
static apr_status_t scoped_prf(const np_crypto_t *crypto, int key,
                               const np_scope_t *scope,
                               const unsigned char *secret,
                               unsigned char prf[NP_CRYPTO_PRF_LEN])
{
    unsigned char input[1 + 2 * (1 + MAX_SCOPE_TEXT) + NP_ID_SECRET_LEN];
    apr_size_t tenant_len = strlen(scope->tenant);
    apr_size_t host_len = strlen(scope->host);

    if (tenant_len > MAX_SCOPE_TEXT || host_len > MAX_SCOPE_TEXT) {
        return APR_EINVAL;
    }
    input[0] = (unsigned char)scope->kind;
    unsigned char *out = append_text(input + 1, scope->tenant, tenant_len);
    out = append_text(out, scope->host, host_len);
    memcpy(out, secret, NP_ID_SECRET_LEN);
    out += NP_ID_SECRET_LEN;
    const apr_size_t len = (apr_size_t)(out - input);
    apr_status_t status =
        np_crypto_prf(crypto, key, (np_bytes_t){ input, len }, prf);
    np_crypto_wipe(input, len);
    return status;
}

static void set_storage_key(np_id_t *id, np_kind_e kind,
                            const unsigned char *prf)
{
    id->storage_key[0] = kind_letter(kind);
    id->storage_key[1] = '-';
    np_base64url_encode(id->storage_key + 2, prf + NP_ID_MAC_LEN, KEY_OCTETS);
}

apr_status_t np_id_mint(const np_crypto_t *crypto, const np_scope_t *scope,
                        np_id_t *id, char text[NP_ID_TEXT_LEN + 1])
{
    unsigned char octets[NP_ID_SECRET_LEN + NP_ID_MAC_LEN];
    unsigned char prf[NP_CRYPTO_PRF_LEN];

    apr_status_t status = np_crypto_random(id->secret, NP_ID_SECRET_LEN);
    if (status == APR_SUCCESS) {
        status = scoped_prf(crypto, 0, scope, id->secret, prf);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    memcpy(octets, id->secret, NP_ID_SECRET_LEN);
    memcpy(octets + NP_ID_SECRET_LEN, prf, NP_ID_MAC_LEN);
    np_base64url_encode(text, octets, sizeof octets);
    set_storage_key(id, scope->kind, prf);
    np_crypto_wipe(octets, sizeof octets);
    return APR_SUCCESS;
}

apr_status_t np_id_parse(const np_crypto_t *crypto, const np_scope_t *scope,
                         np_bytes_t text, np_id_t *id)
{
    unsigned char octets[NP_ID_SECRET_LEN + NP_ID_MAC_LEN];
    unsigned char prf[NP_CRYPTO_PRF_LEN];
    apr_status_t found = APR_EINVAL;

    if (np_base64url_decode(octets, sizeof octets, text) != APR_SUCCESS) {
        return APR_EINVAL;
    }
    for (int key = 0; key < np_crypto_key_count(crypto); key++) {
        if (scoped_prf(crypto, key, scope, octets, prf) == APR_SUCCESS
            && np_crypto_equal(prf, octets + NP_ID_SECRET_LEN,
                               NP_ID_MAC_LEN)) {
            memcpy(id->secret, octets, NP_ID_SECRET_LEN);
            set_storage_key(id, scope->kind, prf);
            found = APR_SUCCESS;
            break;
        }
    }
    np_crypto_wipe(octets, sizeof octets);
    return found;
}

void np_id_wipe(np_id_t *id)
{
    np_crypto_wipe(id->secret, sizeof id->secret);
}
