/* SPDX-License-Identifier: Apache-2.0
 * Names for what the store keeps of users: it does not learn who they are. */
#ifndef NP_NAME_H
#define NP_NAME_H

#include "np_base64url.h"
#include "np_crypto.h"
#include "np_scope.h"

/** Octets of a name. */
#define NP_NAME_LEN 16
/** Characters of it in a key. */
#define NP_NAME_TEXT_LEN NP_BASE64URL_LEN(NP_NAME_LEN)

/**
 * The name of what @a input says, by key @a key of the ring: the first octets
 * of an HMAC, of which nobody gets back to it. The first word of @a input says
 * what it is, and is no octet that a cookie's MAC begins with; lengths tell one
 * part of it from the next.
 * @return APR_SUCCESS; APR_EINVAL for a key that is not there; APR_EGENERAL
 */
apr_status_t np_name_make(const np_crypto_t *crypto, int key,
                          const char *input, unsigned char name[NP_NAME_LEN]);

/** The name of a user within his tenant and host, letter for letter; see
 *  np_name_make(). */
apr_status_t np_name_user(const np_crypto_t *crypto, int key,
                          const np_scope_t *scope, const char *user,
                          unsigned char name[NP_NAME_LEN], apr_pool_t *scratch);

/** The key of what has @a name and is of the kind that @a letter says: "u-" and
 *  22 characters. In @a p. */
const char *np_name_key(char letter, const unsigned char name[NP_NAME_LEN],
                        apr_pool_t *p);

#endif
