/* SPDX-License-Identifier: Apache-2.0
 * Against guessing passwords: failed logins are counted, and too many of them
 * lock a browser out. After OWASP's "Slow Down Online Guessing Attacks with
 * Device Cookies". */
#ifndef NP_GUARD_H
#define NP_GUARD_H

#include <stdbool.h>

#include "np_device.h"

/**
 * Who tries to log in: under which name, and with which browser. A device that
 * the user logged in with before is counted for itself; all other browsers are
 * counted together. So nobody can lock the user out of his own device from
 * another one. Names that differ in case only are one, as they are to many
 * password stores.
 */
typedef struct np_attempt_t {
    const char *user;
    /** The storage key of a device that is known to the user; NULL: other. */
    const char *device;
    /** A second factor was tried, by somebody who had passed the first: counted
     *  for the user alone. The first one makes a device known, and so it must
     *  not give as many tries of the second. */
    bool second_factor;
} np_attempt_t;

/**
 * Is this browser locked out for the name? One read.
 * @return APR_SUCCESS, and @a locked_until is the end of it, 0 if it is not;
 *         anything else: nothing is known
 */
apr_status_t np_guard_look(const np_realm_t *realm,
                           const np_attempt_t *attempt, apr_time_t now,
                           np_budget_t *budget, apr_time_t *locked_until,
                           apr_pool_t *p);

/**
 * Count a failed attempt, and lock the browser out for the tenant's window if
 * it is the last that is allowed in a window. Attempts that were under way
 * together are counted one by one: each takes a place of its own, by an
 * exclusive add.
 * @return APR_SUCCESS, and @a excess says whether there had been too many
 *         already, so that the answer must not tell that the password was
 *         wrong; anything else: it was not counted
 */
apr_status_t np_guard_count(const np_realm_t *realm,
                            const np_attempt_t *attempt, apr_time_t now,
                            np_budget_t *budget, bool *excess, apr_pool_t *p);

#endif
