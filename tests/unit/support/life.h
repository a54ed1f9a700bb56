/* SPDX-License-Identifier: Apache-2.0
 * Sessions of a fake store, in a line each. */
#ifndef NP_LIFE_H
#define NP_LIFE_H

#include "fake_store.h"
#include "np_plan.h"
#include "np_session.h"

#define MINUTE apr_time_from_sec(60)
#define LOGIN apr_time_from_sec(1700000000)

/** The store and the rules of the running test: persistent sessions of 10 and
 *  60 minutes, non-persistent ones of 5 and 30. */
extern np_fake_t *np_life_fake;
extern np_realm_t np_life_realm;

/** For tcase_add_checked_fixture(), with np_pool_tear_down(). */
void np_life_set_up(void);

/** Open by these cookies; the fake's gets are counted from here. */
np_outcome_t np_life_open_cookies(const char *const *cookies, int count,
                                  apr_time_t now);
np_outcome_t np_life_open_one(const char *cookie, apr_time_t now);

apr_status_t np_life_commit(const np_plan_t *plan);
np_plan_t np_life_plan_login(const np_outcome_t *before, const char *user,
                             apr_time_t now);
np_plan_t np_life_plan_renewal(const np_outcome_t *outcome, apr_time_t now);

/** Log alice in; returns her cookie. */
const char *np_life_log_in(apr_time_t now);
/** Change the id, with a second factor; returns the new cookie. */
const char *np_life_renew(const char *cookie, apr_time_t now);
/** Log out. */
apr_status_t np_life_end(const char *cookie, apr_time_t now);

#endif
