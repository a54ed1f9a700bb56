/* SPDX-License-Identifier: Apache-2.0
 * The key ring: sealing, MACs and random bits. Only its source knows OpenSSL. */
#ifndef NP_CRYPTO_H
#define NP_CRYPTO_H

#include "apr_errno.h"
#include "apr_pools.h"

#include "np_bytes.h"

/** Octets of a record key, as in a key file. */
#define NP_CRYPTO_KEY_LEN 32
/** Record keys that one ring holds at the most. */
#define NP_CRYPTO_MAX_KEYS 8
/** Octets that np_crypto_prf() gives. */
#define NP_CRYPTO_PRF_LEN 32
/** Octets that np_crypto_digest() gives. */
#define NP_CRYPTO_DIGEST_LEN 32
/** Octets that sealing adds: version, key id, nonce, tag. */
#define NP_CRYPTO_SEAL_OVERHEAD (1 + 4 + 12 + 16)

/** A ring of record keys. Threads may share it: nothing in it changes. */
typedef struct np_crypto_t np_crypto_t;

/**
 * Make a ring of @a count keys of NP_CRYPTO_KEY_LEN octets each; the first one
 * seals, all of them open. Sub-keys are derived by HKDF-SHA256 (RFC 5869), one
 * for each purpose. The keys are copied into memory that is wiped with @a p.
 * @return APR_SUCCESS; APR_EINVAL for no key, too many, or the same one twice;
 *         APR_EGENERAL if OpenSSL refuses an algorithm
 */
apr_status_t np_crypto_create(np_crypto_t **crypto, const np_bytes_t *keys,
                              int count, apr_pool_t *p);

/** The number of keys in the ring. */
int np_crypto_key_count(const np_crypto_t *crypto);

/**
 * Fill @a out with @a len random octets that nobody can predict.
 * @return APR_SUCCESS, or APR_EGENERAL if the system has none to give
 */
apr_status_t np_crypto_random(unsigned char *out, apr_size_t len);

/**
 * HMAC-SHA256 of @a input under the id sub-key of ring key @a key (RFC 2104).
 * @return APR_SUCCESS, APR_EINVAL for a key that is not there, APR_EGENERAL
 */
apr_status_t np_crypto_prf(const np_crypto_t *crypto, int key,
                           np_bytes_t input,
                           unsigned char out[NP_CRYPTO_PRF_LEN]);

/**
 * Seal @a plain with AES-256-GCM under the ring's first key and a random
 * nonce, bound to @a associated, which is not stored. @a sealed lives in @a p.
 * Good for 2^32 seals of one key (NIST SP 800-38D section 8.3).
 * @return APR_SUCCESS or APR_EGENERAL
 */
apr_status_t np_crypto_seal(const np_crypto_t *crypto, np_bytes_t plain,
                            np_bytes_t associated, np_bytes_t *sealed,
                            apr_pool_t *p);

/**
 * Open what np_crypto_seal() made, with the key that it names. @a plain lives
 * in @a p.
 * @return APR_SUCCESS; APR_EACCES if it was not made by a key of this ring for
 *         @a associated, or was changed since; APR_EGENERAL
 */
apr_status_t np_crypto_open(const np_crypto_t *crypto, np_bytes_t sealed,
                            np_bytes_t associated, np_bytes_t *plain,
                            apr_pool_t *p);

/**
 * Like np_crypto_seal(), under a key that is derived from the ring's first key
 * and from @a secret, so that the ring alone cannot open it. A secret is random
 * octets, never none, and of one length wherever it is used.
 */
apr_status_t np_crypto_seal_with_secret(const np_crypto_t *crypto,
                                        np_bytes_t secret, np_bytes_t plain,
                                        np_bytes_t associated,
                                        np_bytes_t *sealed, apr_pool_t *p);

/** Open what np_crypto_seal_with_secret() made; see np_crypto_open(). */
apr_status_t np_crypto_open_with_secret(const np_crypto_t *crypto,
                                        np_bytes_t secret, np_bytes_t sealed,
                                        np_bytes_t associated,
                                        np_bytes_t *plain, apr_pool_t *p);

/**
 * SHA-256 of @a input: for secrets that are random themselves.
 * @return APR_SUCCESS or APR_EGENERAL
 */
apr_status_t np_crypto_digest(np_bytes_t input,
                              unsigned char out[NP_CRYPTO_DIGEST_LEN]);

/** Are @a len octets the same? Takes the same time whatever the answer. */
bool np_crypto_equal(const unsigned char *a, const unsigned char *b,
                     apr_size_t len);

/** Overwrite @a len octets in a way that no compiler removes. */
void np_crypto_wipe(void *octets, apr_size_t len);

#endif
