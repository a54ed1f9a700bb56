/* SPDX-License-Identifier: Apache-2.0
 * Bearer tokens of the management API. Their file holds hashes only. */
#ifndef NP_TOKEN_H
#define NP_TOKEN_H

#include <stdbool.h>

#include "apr_time.h"

#include "np_base64url.h"
#include "np_crypto.h"

#define NP_TOKEN_PREFIX "npt_"
/** Random octets of a token. */
#define NP_TOKEN_SECRET_LEN 32
/** Characters of a token. */
#define NP_TOKEN_LEN \
    (sizeof(NP_TOKEN_PREFIX) - 1 + NP_BASE64URL_LEN(NP_TOKEN_SECRET_LEN))
/** Characters of a token's name, at the most. */
#define NP_TOKEN_MAX_NAME 64
/** Octets of a file of tokens, at the most. */
#define NP_TOKEN_FILE_MAX (256 * 1024)
/** A token that never expires. */
#define NP_TOKEN_NEVER APR_INT64_C(0)

/** What a token may do: a bit for each. */
typedef enum np_right_e {
    NP_RIGHT_READ_SETTINGS = 1 << 0,
    NP_RIGHT_UPDATE_SETTINGS = 1 << 1,
    NP_RIGHT_READ_SESSIONS = 1 << 2,
    NP_RIGHT_UPDATE_SESSIONS = 1 << 3,
    NP_RIGHT_DELETE_SESSIONS = 1 << 4,
    NP_RIGHT_DELETE_REFRESH_TOKENS = 1 << 5,
    NP_RIGHT_UPDATE_USERS = 1 << 6,
    NP_RIGHT_READ_METRICS = 1 << 7,
} np_right_e;

/** Rights together. */
typedef unsigned np_rights_t;

/** A token, as its file knows it. */
typedef struct np_token_t {
    const char *name;
    np_rights_t rights;
    /** It is good while now is before that; or NP_TOKEN_NEVER. */
    apr_time_t expires_at;
    apr_time_t created_at;
    /** SHA-256 of the token. */
    unsigned char digest[NP_CRYPTO_DIGEST_LEN];
} np_token_t;

/** A token that somebody wants. */
typedef struct np_token_wish_t {
    const char *name;
    /** As np_token_parse_scopes() reads them. */
    const char *scopes;
    apr_time_t expires_at;
} np_token_wish_t;

/** The tokens of a file. */
typedef struct np_tokens_t {
    const np_token_t *list;
    int count;
} np_tokens_t;

/**
 * Read scopes with one blank between them: "read:sessions update:sessions".
 * @return APR_SUCCESS, or APR_EINVAL with @a why said, in @a p: none, one that
 *         is not known, or one twice
 */
apr_status_t np_token_parse_scopes(np_bytes_t text, np_rights_t *rights,
                                   const char **why, apr_pool_t *p);

/** The scopes of @a rights, with @a between between them, in @a p. */
const char *np_token_scopes(np_rights_t rights, const char *between,
                            apr_pool_t *p);

/**
 * Read a file of tokens: one on each line, as np_token_mint() writes it; empty
 * lines and lines that begin with # are passed over. @a tokens live in @a p.
 * @return APR_SUCCESS, or APR_EINVAL with @a why said, which names the line
 */
apr_status_t np_token_parse_file(np_bytes_t file, np_tokens_t *tokens,
                                 const char **why, apr_pool_t *p);

/**
 * Make a new token. @a line, in @a p, goes into the file: name, scopes, expiry
 * (or "never"), when it was made, and the hash, with colons between them. The
 * token itself is nowhere else: show it once, then wipe @a text.
 * @return APR_SUCCESS; APR_EINVAL, with @a why said, for a name that is not 1
 *         to NP_TOKEN_MAX_NAME of A-Z a-z 0-9 . _ -, scopes that are none, or
 *         an end that is not after @a now; APR_EGENERAL if there are no random
 *         octets
 */
apr_status_t np_token_mint(const np_token_wish_t *wish, apr_time_t now,
                           char text[NP_TOKEN_LEN + 1], const char **line,
                           const char **why, apr_pool_t *p);

/** The token in an Authorization header, in @a p: what stands behind `Bearer`.
 *  NULL if the header is NULL or says anything else. */
const char *np_token_from_header(const char *authorization, apr_pool_t *p);

/** The entry of the token that was presented; NULL if it is NULL, not known, or
 *  expired. All entries are compared, however early it is found. */
const np_token_t *np_token_find(const np_tokens_t *tokens,
                                const char *presented, apr_time_t now);

/** Has @a token all the rights that are @a needed? */
bool np_token_may(const np_token_t *token, np_rights_t needed);

#endif
