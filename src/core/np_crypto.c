/* SPDX-License-Identifier: Apache-2.0
 * The key ring: sub-keys, MACs and random bits. */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "np_crypto_ring.h"
#include "np_processor.h"

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

apr_status_t np_crypto_digest(np_bytes_t input,
                              unsigned char out[NP_CRYPTO_DIGEST_LEN])
{
    return EVP_Q_digest(NULL, "SHA256", NULL, input.data, input.len, out, NULL)
                   == 1
               ? APR_SUCCESS
               : APR_EGENERAL;
}

int np_crypto_key_count(const np_crypto_t *crypto)
{
    return crypto->count;
}

bool np_crypto_derive(const np_crypto_t *crypto, np_bytes_t key,
                      np_bytes_t salt, const char *info, unsigned char *out,
                      apr_size_t len)
{
    OSSL_PARAM params[5];
    int n = 0;
    EVP_KDF_CTX *kdf = EVP_KDF_CTX_new(crypto->hkdf);

    params[n++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                                   (char *)"SHA256", 0);
    params[n++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
                                                    (void *)key.data, key.len);
    params[n++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
                                                    (void *)info, strlen(info));
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

    return np_crypto_derive(crypto, key, none, "session_np key id", sub->name,
                            sizeof sub->name)
           && np_crypto_derive(crypto, key, none, "session_np id", sub->id,
                               sizeof sub->id)
           && np_crypto_derive(crypto, key, none, "session_np record",
                               sub->record, sizeof sub->record)
           && np_crypto_derive(crypto, key, none, "session_np application data",
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
    set->taken = true;
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

static bool take(np_contexts_t *set)
{
    return !atomic_load_explicit(&set->taken, memory_order_relaxed)
           && !atomic_exchange(&set->taken, true);
}

static np_contexts_t *find_idle(const np_crypto_t *crypto)
{
    np_contexts_t *set = crypto->all;
    while (set && !take(set)) {
        set = set->next;
    }
    return set;
}

static np_contexts_t *add_contexts(np_crypto_t *crypto)
{
    np_contexts_t *set = make_contexts(crypto);
    if (set) {
        set->next = crypto->all;
        while (!atomic_compare_exchange_weak(&crypto->all, &set->next, set)) {
            /* another thread was faster, and set->next is its set now */
        }
    }
    return set;
}

np_contexts_t *np_crypto_take(const np_crypto_t *crypto)
{
    /* What only contexts change is not what users of the ring hold constant. */
    np_crypto_t *ring = (np_crypto_t *)crypto;
    _Atomic(np_contexts_t *) *last =
        &ring->last[np_processor_choose(NP_CRYPTO_PROCESSORS)];
    np_contexts_t *set = atomic_load(last);

    if (set && take(set)) {
        return set;
    }
    set = find_idle(ring);
    if (!set) {
        set = add_contexts(ring);
    }
    if (set) {
        atomic_store(last, set);
    }
    return set;
}

void np_crypto_give_back(np_contexts_t *set)
{
    if (set) {
        atomic_store(&set->taken, false);
    }
}

static apr_status_t destroy(void *data)
{
    np_crypto_t *crypto = data;
    np_contexts_t *set = crypto->all;

    while (set) {
        np_contexts_t *next = set->next;
        free_contexts(set);
        set = next;
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
                        NP_CRYPTO_KEY_ID_LEN)) {
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
    crypto->hmac_keeps_key = OpenSSL_version_num() >= 0x30000030UL;
    crypto->hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    if (!crypto->aes || !crypto->hmac || !crypto->hkdf) {
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

/* Begin another MAC with the key that the context has. */
static bool restart_mac(const np_crypto_t *crypto, int key, EVP_MAC_CTX *mac)
{
    const np_subkeys_t *sub = &crypto->keys[key];

    return crypto->hmac_keeps_key
               ? EVP_MAC_init(mac, NULL, 0, NULL) == 1
               : EVP_MAC_init(mac, sub->id, sizeof sub->id, NULL) == 1;
}

apr_status_t np_crypto_prf(const np_crypto_t *crypto, int key, np_bytes_t input,
                           unsigned char out[NP_CRYPTO_PRF_LEN])
{
    size_t len = 0;

    if (key < 0 || key >= crypto->count) {
        return APR_EINVAL;
    }
    np_contexts_t *set = np_crypto_take(crypto);
    const bool done =
        set && restart_mac(crypto, key, set->mac[key])
        && EVP_MAC_update(set->mac[key], input.data, input.len) == 1
        && EVP_MAC_final(set->mac[key], out, &len, NP_CRYPTO_PRF_LEN) == 1;
    np_crypto_give_back(set);
    return done ? APR_SUCCESS : APR_EGENERAL;
}
