/* SPDX-License-Identifier: Apache-2.0
 * Sealing and opening with AES-256-GCM. */
#include <string.h>

#include "np_crypto_ring.h"

/*
 *  0        1          5        17            len - 16
 *  +--------+----------+--------+------------+-------+
 *  |version | key id   | nonce  | ciphertext | tag   |
 *  +--------+----------+--------+------------+-------+
 *
 * Nonces are random: under one key 2^32 seals are safe (NIST SP 800-38D
 * section 8.3), which is a thousand a second for seven weeks. Busy sites put a
 * new key first in the ring by then.
 */
#define VERSION    1
#define NONCE_LEN  12
#define TAG_LEN    16
#define HEADER_LEN (1 + NP_CRYPTO_KEY_ID_LEN)

/* The header is authenticated too, before the caller's own data; in one piece,
 * for GCM takes octets one by one that do not begin a block. */
static bool feed_associated(EVP_CIPHER_CTX *ctx, const unsigned char *header,
                            np_bytes_t associated, bool sealing,
                            apr_pool_t *p)
{
    const apr_size_t len = HEADER_LEN + associated.len;
    unsigned char *all = apr_palloc(p, len);
    int n = 0;
    int (*update)(EVP_CIPHER_CTX *, unsigned char *, int *,
                  const unsigned char *, int) =
        sealing ? EVP_EncryptUpdate : EVP_DecryptUpdate;

    memcpy(all, header, HEADER_LEN);
    if (associated.len) {
        memcpy(all + HEADER_LEN, associated.data, associated.len);
    }
    return update(ctx, NULL, &n, all, (int)len) == 1;
}

static apr_status_t seal(EVP_CIPHER_CTX *ctx, const unsigned char *name,
                         np_bytes_t plain, np_bytes_t associated,
                         np_bytes_t *sealed, apr_pool_t *p)
{
    apr_size_t len = plain.len + NP_CRYPTO_SEAL_OVERHEAD;
    unsigned char *out = apr_palloc(p, len);
    unsigned char *nonce = out + HEADER_LEN;
    unsigned char *text = nonce + NONCE_LEN;
    int n = 0;

    out[0] = VERSION;
    memcpy(out + 1, name, NP_CRYPTO_KEY_ID_LEN);
    if (plain.len > APR_INT32_MAX / 2
        || np_crypto_random(nonce, NONCE_LEN) != APR_SUCCESS
        || EVP_EncryptInit_ex2(ctx, NULL, NULL, nonce, NULL) != 1
        || !feed_associated(ctx, out, associated, true, p)
        || (plain.len
            && EVP_EncryptUpdate(ctx, text, &n, plain.data, (int)plain.len)
                   != 1)
        || EVP_EncryptFinal_ex(ctx, text + n, &n) != 1
        || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_LEN,
                               text + plain.len)
               != 1) {
        return APR_EGENERAL;
    }
    *sealed = (np_bytes_t){ out, len };
    return APR_SUCCESS;
}

static apr_status_t unseal(EVP_CIPHER_CTX *ctx, np_bytes_t sealed,
                           np_bytes_t associated, np_bytes_t *plain,
                           apr_pool_t *p)
{
    const unsigned char *nonce = sealed.data + HEADER_LEN;
    const unsigned char *text = nonce + NONCE_LEN;
    apr_size_t len = sealed.len - NP_CRYPTO_SEAL_OVERHEAD;
    unsigned char *out = apr_palloc(p, len + 1);
    int n = 0;

    if (EVP_DecryptInit_ex2(ctx, NULL, NULL, nonce, NULL) != 1
        || !feed_associated(ctx, sealed.data, associated, false, p)
        || (len && EVP_DecryptUpdate(ctx, out, &n, text, (int)len) != 1)
        || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_LEN,
                               (void *)(text + len))
               != 1) {
        return APR_EGENERAL;
    }
    if (EVP_DecryptFinal_ex(ctx, out + n, &n) != 1) {
        np_crypto_wipe(out, len);
        return APR_EACCES;
    }
    *plain = (np_bytes_t){ out, len };
    return APR_SUCCESS;
}

/* Which key does a sealed text name? -1: none of this ring. */
static int key_of(const np_crypto_t *crypto, np_bytes_t sealed)
{
    if (sealed.len < NP_CRYPTO_SEAL_OVERHEAD || sealed.data[0] != VERSION
        || sealed.len > APR_INT32_MAX / 2) {
        return -1;
    }
    for (int i = 0; i < crypto->count; i++) {
        if (!memcmp(sealed.data + 1, crypto->keys[i].name,
                    NP_CRYPTO_KEY_ID_LEN)) {
            return i;
        }
    }
    return -1;
}

apr_status_t np_crypto_seal(const np_crypto_t *crypto, np_bytes_t plain,
                            np_bytes_t associated, np_bytes_t *sealed,
                            apr_pool_t *p)
{
    np_contexts_t *set = np_crypto_take(crypto);
    const apr_status_t status =
        set ? seal(set->seal, crypto->keys[0].name, plain, associated, sealed, p)
            : APR_EGENERAL;
    np_crypto_give_back(set);
    return status;
}

apr_status_t np_crypto_open(const np_crypto_t *crypto, np_bytes_t sealed,
                            np_bytes_t associated, np_bytes_t *plain,
                            apr_pool_t *p)
{
    int key = key_of(crypto, sealed);

    if (key < 0) {
        return APR_EACCES;
    }
    np_contexts_t *set = np_crypto_take(crypto);
    const apr_status_t status =
        set ? unseal(set->open[key], sealed, associated, plain, p)
            : APR_EGENERAL;
    np_crypto_give_back(set);
    return status;
}

/* A context under a key that needs both: HKDF with the ring's sub-key as key
 * material and the secret as salt, each of which alone tells nothing. */
static EVP_CIPHER_CTX *secret_context(const np_crypto_t *crypto, int key,
                                      np_bytes_t secret, bool sealing)
{
    unsigned char derived[NP_CRYPTO_KEY_LEN];
    const np_bytes_t sub = { crypto->keys[key].app_data, NP_CRYPTO_KEY_LEN };
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

    bool ready =
        ctx && secret.len
        && np_crypto_derive(crypto, sub, secret, "session_np secret", derived,
                            sizeof derived)
        && EVP_CipherInit_ex2(ctx, crypto->aes, derived, NULL, sealing, NULL)
               == 1;
    np_crypto_wipe(derived, sizeof derived);
    if (!ready) {
        EVP_CIPHER_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

apr_status_t np_crypto_seal_with_secret(const np_crypto_t *crypto,
                                        np_bytes_t secret, np_bytes_t plain,
                                        np_bytes_t associated,
                                        np_bytes_t *sealed, apr_pool_t *p)
{
    EVP_CIPHER_CTX *ctx = secret_context(crypto, 0, secret, true);
    apr_status_t status =
        ctx ? seal(ctx, crypto->keys[0].name, plain, associated, sealed, p)
            : APR_EGENERAL;
    EVP_CIPHER_CTX_free(ctx);
    return status;
}

apr_status_t np_crypto_open_with_secret(const np_crypto_t *crypto,
                                        np_bytes_t secret, np_bytes_t sealed,
                                        np_bytes_t associated,
                                        np_bytes_t *plain, apr_pool_t *p)
{
    int key = key_of(crypto, sealed);

    if (key < 0) {
        return APR_EACCES;
    }
    EVP_CIPHER_CTX *ctx = secret_context(crypto, key, secret, false);
    apr_status_t status =
        ctx ? unseal(ctx, sealed, associated, plain, p) : APR_EGENERAL;
    EVP_CIPHER_CTX_free(ctx);
    return status;
}
