/* SPDX-License-Identifier: Apache-2.0
 * The answer of a browser to a Digest challenge (RFC 7616), SHA-256 with
 * qop=auth and nothing else: proof of the key of its run. */
#ifndef NP_DIGEST_H
#define NP_DIGEST_H

#include <stdbool.h>

#include "apr_errno.h"
#include "apr_pools.h"

#include "np_bytes.h"

/** Octets of HA1, by which an answer is checked; who has it can answer. */
#define NP_DIGEST_HA1_LEN 32
/** The user that all keys belong to; the name says whose header it is. */
#define NP_DIGEST_USER "np"
/** What each realm begins with; the path of the cookies follows, whose first slash
 *  this is. */
#define NP_DIGEST_REALM_PREFIX "np /"

/** The parameters of an answer; unset ones are NULL. */
typedef struct np_digest_t {
    const char *username;
    const char *realm;
    const char *nonce;
    const char *uri;
    const char *response;
    const char *algorithm;
    const char *qop;
    const char *nc;
    const char *cnonce;
} np_digest_t;

/** Whom an answer has to convince. */
typedef struct np_digest_check_t {
    const char *realm;
    /** NULL: any. */
    const char *nonce;
    const char *method;
    /** As in the request line. */
    const char *uri;
} np_digest_check_t;

/**
 * Read the value of an Authorization header. Texts live in @a p.
 * @return false for another scheme, a parameter that comes twice or is not well
 *         formed, or one that is missing
 */
bool np_digest_parse(const char *header, np_digest_t *digest, apr_pool_t *p);

/**
 * Is the header one for this module, whatever else is wrong with it? Then
 * nobody else may see it.
 */
bool np_digest_is_ours(const char *header, apr_pool_t *p);

/**
 * HA1 of the key @a key in @a realm.
 * @return APR_SUCCESS or APR_EGENERAL
 */
apr_status_t np_digest_ha1(unsigned char ha1[NP_DIGEST_HA1_LEN],
                           const char *realm, const char *key, apr_pool_t *p);

/** Does the answer prove the key of @a ha1 for just this request? */
bool np_digest_proves(const np_digest_t *digest,
                      const np_digest_check_t *check,
                      const unsigned char ha1[NP_DIGEST_HA1_LEN],
                      apr_pool_t *p);

/** The value of WWW-Authenticate, in @a p. @a path is the space that the key
 *  is for. With @a stale the browser answers once more with the same key. */
const char *np_digest_challenge(const char *realm, const char *nonce,
                                const char *path, bool stale, apr_pool_t *p);

#endif
