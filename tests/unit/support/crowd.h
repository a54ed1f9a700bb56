/* SPDX-License-Identifier: Apache-2.0
 * Logins of users who may have so many sessions, in a line each. */
#ifndef NP_CROWD_H
#define NP_CROWD_H

#include "life.h"
#include "np_users.h"

/** For tcase_add_checked_fixture(), with np_pool_tear_down(): the life of
 *  life.h, where a user may have 3 sessions. */
void np_crowd_set_up(void);

/** The same, where he is refused one more. */
void np_crowd_set_up_deny(void);

/** Enough to wait for the fake; a new one at each call. */
np_budget_t *np_crowd_budget(void);

/**
 * Log @a user in where @a before was found, as httpd does it.
 * @param cookie becomes the cookie, or NULL if it did not come to that
 * @return what stopped the login; where the quota does not deny, a store that
 *         fails for the list does not
 */
apr_status_t np_crowd_log_in_at(const np_outcome_t *before, const char *user,
                                apr_time_t now, const char **cookie);

/** Log a user in, in a browser without a session; must succeed. */
const char *np_crowd_log_in(const char *user, apr_time_t now);

/** Log alice in so often, a microsecond apart, from LOGIN on. */
void np_crowd_log_in_times(int count);
/** And what cookies she got. */
#define NP_CROWD_TIMES 20
extern const char *np_crowd_cookies[NP_CROWD_TIMES];

/** Is the session of this cookie live? */
bool np_crowd_is_live(const char *cookie, apr_time_t now);

/** How many live sessions are listed. */
int np_crowd_count(const char *user, apr_time_t now);

/** The index of a user. */
np_index_t *np_crowd_index(const char *user);

/** Is his index locked? */
bool np_crowd_is_locked(const char *user);

/** The key of the index of a user. */
const char *np_crowd_key(const char *user);

#endif
