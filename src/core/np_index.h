/* SPDX-License-Identifier: Apache-2.0
 * The list of a user's sessions, and its bytes. docs/record-format.md draws
 * them. */
#ifndef NP_INDEX_H
#define NP_INDEX_H

#include "np_record.h"

/** Sessions of one user at the most: whatever their texts, they then fit into
 *  a value that every store takes. */
#define NP_INDEX_MAX 250
/** Octets of a browser's name and of an address, at the most. */
#define NP_INDEX_MAX_AGENT   120
#define NP_INDEX_MAX_ADDRESS 45

/** One session. Texts live in the pool that they were decoded into, or in the
 *  login's. */
typedef struct np_entry_t {
    unsigned char handle[NP_HANDLE_LEN];
    /** Where its record lay when it was last written here. */
    char storage_key[NP_STORAGE_KEY_LEN + 1];
    apr_time_t login_at;
    /** The absolute end, by the limits at login. */
    apr_time_t expires_at;
    /** The User-Agent header and the client's address at login, by
     *  np_index_text(); "" if they are not known. */
    const char *agent;
    const char *address;
} np_entry_t;

/** A user's sessions, the oldest login first. */
typedef struct np_index_t {
    int count;
    np_entry_t entries[NP_INDEX_MAX];
} np_index_t;

/** What may stand in an entry of @a text, NULL being none: @a max octets of
 *  it, and a '?' for each that is not printable ASCII. In @a p. */
const char *np_index_text(const char *text, apr_size_t max, apr_pool_t *p);

/** The entry with this handle, or NULL. */
np_entry_t *np_index_find(np_index_t *index, const unsigned char *handle);

/** Take the entry with this handle out, if there is one. */
void np_index_remove(np_index_t *index, const unsigned char *handle);

/** Take out all whose end has come by @a now. */
void np_index_sweep(np_index_t *index, apr_time_t now);

/**
 * Put @a entry where its login belongs; one with the same handle goes.
 * @return APR_SUCCESS, or APR_ENOSPC if there are NP_INDEX_MAX others
 */
apr_status_t np_index_insert(np_index_t *index, const np_entry_t *entry);

/** Does @a a stand before @a b, by login and then by handle? */
bool np_index_is_before(const np_entry_t *a, const np_entry_t *b);

/** The latest end; 0 without entries. */
apr_time_t np_index_ends_at(const np_index_t *index);

/**
 * Write @a index as bytes, in @a p.
 * @return APR_SUCCESS, or APR_EINVAL for one that np_index_decode() would
 *         refuse
 */
apr_status_t np_index_encode(const np_index_t *index, np_bytes_t *bytes,
                             apr_pool_t *p);

/**
 * Read an index. Whatever the bytes are, nothing outside of them is read.
 * Texts are copied to @a p.
 * @return APR_SUCCESS, or APR_EINVAL for bytes that no encoder wrote; @a index
 *         is then left as it was
 */
apr_status_t np_index_decode(np_bytes_t bytes, np_index_t *index,
                             apr_pool_t *p);

#endif
