/* SPDX-License-Identifier: Apache-2.0
 * Changing a session's data without losing what another request changes. */
#ifndef NP_LOCK_H
#define NP_LOCK_H

#include "np_session.h"

/** A session is never locked for longer, though its holder may have died. */
#define NP_LOCK_LIFE apr_time_from_sec(5)
/** Characters of the key of a lock: "l", then the storage key. */
#define NP_LOCK_KEY_LEN (NP_STORAGE_KEY_LEN + 1)

typedef enum np_patience_e {
    /** Give up at once. */
    NP_LOCK_TRY,
    /** Wait for as long as half of the budget lasts. */
    NP_LOCK_WAIT,
} np_patience_e;

/**
 * Lock the live session of @a outcome against others who do so too, and read
 * its record once more: it may have been changed since it was opened. It has to
 * be given back by np_lock_release(), if and only if this succeeds.
 * The lock ends NP_LOCK_LIFE after @a now, which is the time of this call: where
 * a request has lasted for longer, a lock counted from its beginning is none.
 * @return APR_SUCCESS; APR_EBUSY if another request holds it for too long;
 *         APR_NOTFOUND if the session has ended or got a new id meanwhile;
 *         APR_EINVAL if the outcome is not live or an old id; anything else:
 *         the store did not answer. @a outcome changes by APR_SUCCESS only.
 */
apr_status_t np_lock_take(const np_realm_t *realm, np_outcome_t *outcome,
                          np_patience_e patience, apr_time_t now,
                          np_budget_t *budget, apr_pool_t *p);

/**
 * Lock what is under the key @a key, of as many characters as a storage key,
 * against others who do so too, and read nothing. Waits as NP_LOCK_WAIT does.
 * The lock ends @a life after it was taken; @a now is the time of this call. It
 * has to be given back by np_lock_release(). Where the store did not answer it
 * may have been taken all the same, and then ends by itself.
 * @return APR_SUCCESS; APR_EBUSY if others held it for too long; anything else:
 *         the store did not answer
 */
apr_status_t np_lock_hold(const np_realm_t *realm, const char *key,
                          apr_interval_time_t life, apr_time_t now,
                          np_budget_t *budget, apr_pool_t *scratch);

/** Give the lock back that was taken under @a storage_key. If the store does
 *  not answer it ends by itself. */
void np_lock_release(const np_realm_t *realm, const char *storage_key,
                     np_budget_t *budget, apr_pool_t *scratch);

#endif
