/* SPDX-License-Identifier: Apache-2.0
 * Browsers with device and second-factor cookies, in a line each. */
#ifndef NP_BROWSERS_H
#define NP_BROWSERS_H

#include "life.h"
#include "np_companion.h"

#define DAY (24 * 60 * MINUTE)

/** For tcase_add_checked_fixture(), with np_pool_tear_down(): the life of
 *  life.h, where a second factor is remembered for 30 days, a device known for
 *  100, and 3 attempts are free in 10 minutes. */
void np_browsers_set_up(void);

/** The test's realm, as it is for cookies of @a kind. */
np_realm_t np_browsers_realm(np_kind_e kind);

/** Enough to wait for the fake; a new one at each call. */
np_budget_t *np_browsers_budget(void);

/** What a request finds in these cookies. The fake's gets are counted from
 *  here. */
np_companion_t np_browsers_bring_all(np_kind_e kind,
                                     const char *const *cookies, int count);
/** In this one, or in none if it is NULL. */
np_companion_t np_browsers_bring(np_kind_e kind, const char *cookie);

/** A cookie under which nothing is stored. */
const char *np_browsers_cookie(const np_realm_t *realm);

/** np_companion_move(), to be kept until @a keep_until. */
apr_status_t np_browsers_move(np_kind_e kind, np_companion_t *companion,
                              apr_time_t keep_until);

#endif
