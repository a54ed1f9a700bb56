/* SPDX-License-Identifier: Apache-2.0
 * The value of a cookie: random bits and a short MAC, and what they stand for. */
#ifndef NP_ID_H
#define NP_ID_H

#include "np_crypto.h"
#include "np_scope.h"

/** Random octets of an id. */
#define NP_ID_SECRET_LEN 24
/** Octets of the MAC over them. */
#define NP_ID_MAC_LEN 8
/** Characters of a cookie value: 32 octets as base64url without padding. */
#define NP_ID_TEXT_LEN 43
/** Characters of a storage key: a kind, a hyphen, 16 octets as base64url. */
#define NP_STORAGE_KEY_LEN 24

/**
 * An id that was minted here or whose MAC was checked.
 *
 * One HMAC over kind, tenant, host and secret gives both the MAC (its first
 * 8 octets) and the storage key (the next 16), so the store learns nothing
 * from which a cookie could be made.
 */
typedef struct np_id_t {
    /** Known to the browser only; opens the application's data. */
    unsigned char secret[NP_ID_SECRET_LEN];
    /** Where the record lives: letters, digits, '-' and '_' only. */
    char storage_key[NP_STORAGE_KEY_LEN + 1];
} np_id_t;

/**
 * Make a new id for @a scope. @a text becomes the cookie's value.
 * @return APR_SUCCESS; APR_EINVAL for a tenant or a host of more than 255
 *         bytes; APR_EGENERAL if there are no random bits
 */
apr_status_t np_id_mint(const np_crypto_t *crypto, const np_scope_t *scope,
                        np_id_t *id, char text[NP_ID_TEXT_LEN + 1]);

/**
 * Read the cookie value @a text and check its MAC under each key of the ring.
 * Asks no store. Only the canonical base64url form is taken, so one id has
 * one spelling.
 * @return APR_SUCCESS, or APR_EINVAL for anything that was not minted for
 *         @a scope by a key of this ring
 */
apr_status_t np_id_parse(const np_crypto_t *crypto, const np_scope_t *scope,
                         np_bytes_t text, np_id_t *id);

/** Forget an id: overwrite its secret. */
void np_id_wipe(np_id_t *id);

#endif
