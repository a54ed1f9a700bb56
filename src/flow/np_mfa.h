/* SPDX-License-Identifier: Apache-2.0
 * Second factors that were passed in a browser, and are remembered there. */
#ifndef NP_MFA_H
#define NP_MFA_H

#include "np_companion.h"

/** Is the second factor of @a user remembered in this browser? Reads the
 *  record, once; where the store does not answer, it is not. */
bool np_mfa_is_remembered(const np_realm_t *realm, np_companion_t *companion,
                          const char *user, apr_time_t now,
                          np_budget_t *budget, apr_pool_t *p);

/**
 * Write down that the remembered second factor of @a user was used: it is
 * remembered for longer.
 * @return APR_SUCCESS; APR_NOTFOUND if none is; anything else: it is not
 */
apr_status_t np_mfa_extend(const np_realm_t *realm, np_companion_t *companion,
                           const char *user, apr_time_t now,
                           np_budget_t *budget, apr_pool_t *scratch);

/**
 * Remember the second factor that @a user, who must outlive @a companion, has
 * just passed. It is under a new id: an old one may be known to somebody who
 * planted it in this browser. Those who were remembered under it move along.
 * @return APR_SUCCESS; anything else: it is not remembered, and @a companion is
 *         as it was
 */
apr_status_t np_mfa_remember(const np_realm_t *realm,
                             np_companion_t *companion, const char *user,
                             apr_time_t now, np_budget_t *budget,
                             apr_pool_t *p);

/** Until when somebody is remembered in this browser. */
apr_time_t np_mfa_ends_at(const np_realm_t *realm,
                          const np_companion_t *companion);

#endif
