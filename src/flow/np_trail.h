/* SPDX-License-Identifier: Apache-2.0
 * Finding a session without its cookie: by where its record lay once. */
#ifndef NP_TRAIL_H
#define NP_TRAIL_H

#include "np_session.h"

/** Ids that a session may have gone through while we look for its last one. */
#define NP_TRAIL_MAX_SUCCESSORS 8

/**
 * Find the live session whose record lay at @a storage_key. If its id was
 * changed since, its headstones lead on to where it is now. One read if it lies
 * there still.
 * @return APR_SUCCESS, and @a outcome is live, of an id without its secret;
 *         APR_NOTFOUND if it is over, or nothing is left of it; anything else:
 *         the store did not answer. @a outcome changes by APR_SUCCESS only.
 */
apr_status_t np_trail_follow(const np_realm_t *realm, const char *storage_key,
                             apr_time_t now, np_budget_t *budget,
                             np_outcome_t *outcome, apr_pool_t *p);

#endif
