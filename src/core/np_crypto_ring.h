/* SPDX-License-Identifier: Apache-2.0
 * The inside of a key ring, for np_crypto.c and np_crypto_seal.c only. */
#ifndef NP_CRYPTO_RING_H
#define NP_CRYPTO_RING_H

#include <stdatomic.h>

#include "np_crypto.h"

#include <openssl/evp.h>

/** Octets by which a sealed text names its key. */
#define NP_CRYPTO_KEY_ID_LEN 4

/* What a record key is never used for itself, only these are. */
typedef struct np_subkeys_t {
    unsigned char name[NP_CRYPTO_KEY_ID_LEN];
    unsigned char id[NP_CRYPTO_KEY_LEN];
    unsigned char record[NP_CRYPTO_KEY_LEN];
    unsigned char app_data[NP_CRYPTO_KEY_LEN];
} np_subkeys_t;

/* OpenSSL contexts with their keys already scheduled, for one operation at a
 * time. They belong to the ring. */
typedef struct np_contexts_t {
    struct np_contexts_t *next;
    atomic_bool taken;
    EVP_CIPHER_CTX *seal;
    EVP_CIPHER_CTX *open[NP_CRYPTO_MAX_KEYS];
    EVP_MAC_CTX *mac[NP_CRYPTO_MAX_KEYS];
} np_contexts_t;

/** Processors whose last contexts are remembered; of others some share. */
#define NP_CRYPTO_PROCESSORS 64

struct np_crypto_t {
    int count;
    np_subkeys_t keys[NP_CRYPTO_MAX_KEYS];
    EVP_CIPHER *aes;
    EVP_MAC *hmac;
    /* OpenSSL before 3.0.3 computes wrong MACs, and says nothing, when a
     * context starts anew without being given its key again. */
    bool hmac_keeps_key;
    EVP_KDF *hkdf;
    /* Those that a processor used last; NULL: none yet. */
    _Atomic(np_contexts_t *) last[NP_CRYPTO_PROCESSORS];
    /* Only ever grows, until the ring goes. */
    _Atomic(np_contexts_t *) all;
};

/** Contexts for one operation, to be given back; NULL: there are none to be
 *  had. */
np_contexts_t *np_crypto_take(const np_crypto_t *crypto);

/** Give back what np_crypto_take() gave, if anything. */
void np_crypto_give_back(np_contexts_t *set);

/**
 * HKDF-SHA256 (RFC 5869) of @a key; a @a salt of no octets is none.
 * @return whether OpenSSL did it
 */
bool np_crypto_derive(const np_crypto_t *crypto, np_bytes_t key,
                      np_bytes_t salt, const char *info, unsigned char *out,
                      apr_size_t len);

#endif
