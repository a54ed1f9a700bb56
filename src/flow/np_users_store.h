/* SPDX-License-Identifier: Apache-2.0
 * Where the sessions of a user are written down, for the files of np_users. */
#ifndef NP_USERS_STORE_H
#define NP_USERS_STORE_H

#include "np_users.h"

/**
 * The key of the index of @a user, by the first key of the ring, in @a p.
 * @return APR_SUCCESS or APR_EGENERAL
 */
apr_status_t np_users_key(const np_realm_t *realm, const char *user,
                          const char **key, apr_pool_t *p);

/**
 * Read the index of @a user, with what other keys of the ring have of it: another
 * one may have been the first at a login. What does not open counts as empty.
 * @return APR_SUCCESS, and @a stored tells whether there is something under
 *         np_users_key(); anything else: the store did not answer
 */
apr_status_t np_users_read(const np_realm_t *realm, const char *user,
                           np_budget_t *budget, np_index_t **index,
                           bool *stored, apr_pool_t *p);

/** Lock the index under @a key; see np_lock_hold(). */
apr_status_t np_users_lock(const np_realm_t *realm, const char *key,
                           apr_time_t moment, np_budget_t *budget,
                           apr_pool_t *scratch);

/** Write an index that is locked, without what has ended by @a now. */
apr_status_t np_users_write(const np_realm_t *realm, const char *key,
                            np_index_t *index, bool stored, apr_time_t now,
                            np_budget_t *budget, apr_pool_t *scratch);

/** Write down whose session this is, for np_users_owner(). */
apr_status_t np_users_point(const np_realm_t *realm, const np_entry_t *entry,
                            const char *user, np_budget_t *budget,
                            apr_pool_t *scratch);

/**
 * Whose session has this handle?
 * @return APR_SUCCESS; APR_NOTFOUND if nobody's; anything else: the store did
 *         not answer
 */
apr_status_t np_users_owner(const np_realm_t *realm,
                            const unsigned char handle[NP_HANDLE_LEN],
                            np_budget_t *budget, const char **user,
                            apr_pool_t *p);

#endif
