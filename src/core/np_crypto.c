/* SPDX-License-Identifier: Apache-2.0
 * The key ring: sealing, MACs and random bits. Only its source knows OpenSSL. */
#include "np_crypto.h"

#include <string.h>

#include "apr_atomic.h"
#include "apr_strings.h"
#include "apr_thread_proc.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

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
#define VERSION 1
#define KEY_ID_LEN 4
#define NONCE_LEN 12
#define TAG_LEN 16
#define HEADER_LEN (1 + KEY_ID_LEN)

/* What a record key is never used for itself, only these are. */
typedef struct np_subkeys_t {
    unsigned char name[KEY_ID_LEN];
    unsigned char id[NP_CRYPTO_KEY_LEN];
    unsigned char record[NP_CRYPTO_KEY_LEN];
    unsigned char app_data[NP_CRYPTO_KEY_LEN];
} np_subkeys_t;

/* OpenSSL contexts with their keys already scheduled, for one thread at a
 * time. They belong to the ring; a thread that ends leaves its set to the
 * next one. */
typedef struct np_contexts_t {
    struct np_contexts_t *next;
    volatile apr_uint32_t taken;
    EVP_CIPHER_CTX *seal;
    EVP_CIPHER_CTX *open[NP_CRYPTO_MAX_KEYS];
    EVP_MAC_CTX *mac[NP_CRYPTO_MAX_KEYS];
} np_contexts_t;

struct np_crypto_t {
    int count;
    np_subkeys_t keys[NP_CRYPTO_MAX_KEYS];
    EVP_CIPHER *aes;
    EVP_MAC *hmac;
    EVP_KDF *hkdf;
    apr_threadkey_t *mine;
    /* Of np_contexts_t; only ever grows, until the ring goes. */
    volatile void *all;
};

void np_crypto_wipe(void *octets, apr_size_t len)
{
    OPENSSL_cleanse(octets, len);
}

bool np_crypto_equal(const unsigned char *a, const unsigned char *b,
                     apr_size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}

apr_status_t np_crypto_random(unsigned char *out, apr_size_t len)
{
    return RAND_bytes_ex(NULL, out, len, 0) == 1 ? APR_SUCCESS : APR_EGENERAL;
}

int np_crypto_key_count(const np_crypto_t *crypto)
{
    return crypto->count;
}

/* HKDF-SHA256, RFC 5869. A salt of no octets is none. */
static bool derive(const np_crypto_t *crypto, np_bytes_t key, np_bytes_t salt,
                   const char *info, unsigned char *out, apr_size_t len)
{
    OSSL_PARAM params[5];
    int n = 0;
    EVP_KDF_CTX *kdf = EVP_KDF_CTX_new(crypto->hkdf);

    params[n++] = OSSL_PARAM_construct_utf8_string(
        OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0);
    params[n++] = OSSL_PARAM_construct_octet_string(
        OSSL_KDF_PARAM_KEY, (void *)key.data, key.len);
    params[n++] = OSSL_PARAM_construct_octet_string(
        OSSL_KDF_PARAM_INFO, (void *)info, strlen(info));
    if (salt.len) {
        params[n++] = OSSL_PARAM_construct_octet_string(
            OSSL_KDF_PARAM_SALT, (void *)salt.data, salt.len);
    }
    params[n] = OSSL_PARAM_construct_end();
    bool derived = kdf && EVP_KDF_derive(kdf, out, len, params) == 1;
    EVP_KDF_CTX_free(kdf);
    return derived;
}

static bool derive_subkeys(const np_crypto_t *crypto, np_bytes_t key,
                           np_subkeys_t *sub)
{
    const np_bytes_t none = { 0 };

    return derive(crypto, key, none, "session_np key id", sub->name,
                  sizeof sub->name)
           && derive(crypto, key, none, "session_np id", sub->id,
                     sizeof sub->id)
           && derive(crypto, key, none, "session_np record", sub->record,
                     sizeof sub->record)
           && derive(crypto, key, none, "session_np application data",
                     sub->app_data, sizeof sub->app_data);
}

static void free_contexts(np_contexts_t *set)
{
    EVP_CIPHER_CTX_free(set->seal);
    for (int i = 0; i < NP_CRYPTO_MAX_KEYS; i++) {
        EVP_CIPHER_CTX_free(set->open[i]);
        EVP_MAC_CTX_free(set->mac[i]);
    }
    OPENSSL_free(set);
}

static bool prepare_mac(EVP_MAC_CTX *mac, const np_subkeys_t *sub)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                         (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };

    return mac && EVP_MAC_init(mac, sub->id, sizeof sub->id, params) == 1;
}

static np_contexts_t *make_contexts(const np_crypto_t *crypto)
{
    np_contexts_t *set = OPENSSL_zalloc(sizeof *set);
    if (!set) {
        return NULL;
    }
    set->taken = 1;
    set->seal = EVP_CIPHER_CTX_new();
    bool ready = set->seal
                 && EVP_EncryptInit_ex2(set->seal, crypto->aes,
                                        crypto->keys[0].record, NULL, NULL)
                        == 1;
    for (int i = 0; ready && i < crypto->count; i++) {
        set->open[i] = EVP_CIPHER_CTX_new();
        set->mac[i] = EVP_MAC_CTX_new(crypto->hmac);
        ready = set->open[i]
                && EVP_DecryptInit_ex2(set->open[i], crypto->aes,
                                       crypto->keys[i].record, NULL, NULL)
                       == 1
                && prepare_mac(set->mac[i], &crypto->keys[i]);
    }
    if (!ready) {
        free_contexts(set);
        return NULL;
    }
    return set;
}

/* A set that a thread which ended has left. */
static np_contexts_t *adopt_contexts(const np_crypto_t *crypto)
{
    np_contexts_t *set = (np_contexts_t *)crypto->all;
    while (set && apr_atomic_cas32(&set->taken, 1, 0) != 0) {
        set = set->next;
    }
    return set;
}

static void keep_contexts(np_crypto_t *crypto, np_contexts_t *set)
{
    void *head;
    do {
        head = (void *)crypto->all;
        set->next = head;
    } while (apr_atomic_casptr((void *)&crypto->all, set, head) != head);
}

static void leave_contexts(void *set)
{
    apr_atomic_set32(&((np_contexts_t *)set)->taken, 0);
}

/* The contexts of this thread; NULL if OpenSSL gives none. */
static np_contexts_t *contexts(const np_crypto_t *crypto)
{
    void *mine = NULL;

    (void)apr_threadkey_private_get(&mine, crypto->mine);
    if (mine) {
        return mine;
    }
    np_contexts_t *set = adopt_contexts(crypto);
    if (!set) {
        set = make_contexts(crypto);
        if (!set) {
            return NULL;
        }
        keep_contexts((np_crypto_t *)crypto, set);
    }
    (void)apr_threadkey_private_set(set, crypto->mine);
    return set;
}

static apr_status_t destroy(void *data)
{
    np_crypto_t *crypto = data;
    np_contexts_t *set = (np_contexts_t *)crypto->all;

    while (set) {
        np_contexts_t *next = set->next;
        free_contexts(set);
        set = next;
    }
    if (crypto->mine) {
        (void)apr_threadkey_private_delete(crypto->mine);
    }
    EVP_CIPHER_free(crypto->aes);
    EVP_MAC_free(crypto->hmac);
    EVP_KDF_free(crypto->hkdf);
    np_crypto_wipe(crypto->keys, sizeof crypto->keys);
    return APR_SUCCESS;
}

static bool add_key(np_crypto_t *crypto, np_bytes_t key)
{
    np_subkeys_t *sub = &crypto->keys[crypto->count++];
    return derive_subkeys(crypto, key, sub);
}

/* Two keys of one name would leave it open which one sealed. */
static bool all_differ(const np_crypto_t *crypto)
{
    for (int i = 0; i < crypto->count; i++) {
        for (int j = i + 1; j < crypto->count; j++) {
            if (!memcmp(crypto->keys[i].name, crypto->keys[j].name,
                        KEY_ID_LEN)) {
                return false;
            }
        }
    }
    return true;
}

apr_status_t np_crypto_create(np_crypto_t **created, const np_bytes_t *keys,
                              int count, apr_pool_t *p)
{
    if (count < 1 || count > NP_CRYPTO_MAX_KEYS) {
        return APR_EINVAL;
    }
    np_crypto_t *crypto = apr_pcalloc(p, sizeof *crypto);
    apr_pool_cleanup_register(p, crypto, destroy, apr_pool_cleanup_null);
    crypto->aes = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    crypto->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    crypto->hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    if (!crypto->aes || !crypto->hmac || !crypto->hkdf
        || apr_threadkey_private_create(&crypto->mine, leave_contexts, p)
               != APR_SUCCESS) {
        return APR_EGENERAL;
    }
    for (int i = 0; i < count; i++) {
        if (keys[i].len != NP_CRYPTO_KEY_LEN) {
            return APR_EINVAL;
        }
        if (!add_key(crypto, keys[i])) {
            return APR_EGENERAL;
        }
    }
    *created = crypto;
    return all_differ(crypto) ? APR_SUCCESS : APR_EINVAL;
}

apr_status_t np_crypto_prf(const np_crypto_t *crypto, int key,
                           np_bytes_t input,
                           unsigned char out[NP_CRYPTO_PRF_LEN])
{
    size_t len = 0;

    if (key < 0 || key >= crypto->count) {
        return APR_EINVAL;
    }
    np_contexts_t *mine = contexts(crypto);
    return mine && EVP_MAC_init(mine->mac[key], NULL, 0, NULL) == 1
                   && EVP_MAC_update(mine->mac[key], input.data, input.len)
                          == 1
                   && EVP_MAC_final(mine->mac[key], out, &len,
                                    NP_CRYPTO_PRF_LEN)
                          == 1
               ? APR_SUCCESS
               : APR_EGENERAL;
}

/* The header is authenticated too, before the caller's own data. */
static bool feed_associated(EVP_CIPHER_CTX *ctx, const unsigned char *header,
                            np_bytes_t associated, bool sealing)
{
    int n = 0;
    int (*update)(EVP_CIPHER_CTX *, unsigned char *, int *,
                  const unsigned char *, int) =
        sealing ? EVP_EncryptUpdate : EVP_DecryptUpdate;

    return update(ctx, NULL, &n, header, HEADER_LEN) == 1
           && (!associated.len
               || update(ctx, NULL, &n, associated.data, (int)associated.len)
                      == 1);
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
    memcpy(out + 1, name, KEY_ID_LEN);
    if (plain.len > APR_INT32_MAX / 2
        || np_crypto_random(nonce, NONCE_LEN) != APR_SUCCESS
        || EVP_EncryptInit_ex2(ctx, NULL, NULL, nonce, NULL) != 1
        || !feed_associated(ctx, out, associated, true)
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
        || !feed_associated(ctx, sealed.data, associated, false)
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
        if (!memcmp(sealed.data + 1, crypto->keys[i].name, KEY_ID_LEN)) {
            return i;
        }
    }
    return -1;
}

apr_status_t np_crypto_seal(const np_crypto_t *crypto, np_bytes_t plain,
                            np_bytes_t associated, np_bytes_t *sealed,
                            apr_pool_t *p)
{
    np_contexts_t *mine = contexts(crypto);

    return mine ? seal(mine->seal, crypto->keys[0].name, plain, associated,
                       sealed, p)
                : APR_EGENERAL;
}

apr_status_t np_crypto_open(const np_crypto_t *crypto, np_bytes_t sealed,
                            np_bytes_t associated, np_bytes_t *plain,
                            apr_pool_t *p)
{
    int key = key_of(crypto, sealed);

    if (key < 0) {
        return APR_EACCES;
    }
    np_contexts_t *mine = contexts(crypto);
    return mine ? unseal(mine->open[key], sealed, associated, plain, p)
                : APR_EGENERAL;
}

/* A context under a key that needs both: HKDF with the ring's sub-key as key
 * material and the secret as salt, each of which alone tells nothing. */
static EVP_CIPHER_CTX *secret_context(const np_crypto_t *crypto, int key,
                                      np_bytes_t secret, bool sealing)
{
    unsigned char derived[NP_CRYPTO_KEY_LEN];
    const np_bytes_t sub = { crypto->keys[key].app_data, NP_CRYPTO_KEY_LEN };
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

    bool ready = ctx && secret.len
                 && derive(crypto, sub, secret, "session_np secret", derived,
                           sizeof derived)
                 && EVP_CipherInit_ex2(ctx, crypto->aes, derived, NULL,
                                       sealing, NULL)
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
    apr_status_t status = ctx ? seal(ctx, crypto->keys[0].name, plain,
                                     associated, sealed, p)
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
    apr_status_t status = ctx ? unseal(ctx, sealed, associated, plain, p)
                              : APR_EGENERAL;
    EVP_CIPHER_CTX_free(ctx);
    return status;
}
