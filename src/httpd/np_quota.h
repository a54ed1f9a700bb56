/* SPDX-License-Identifier: Apache-2.0
 * How many sessions a user may have: a login is let in, or refused. */
#ifndef NP_QUOTA_H
#define NP_QUOTA_H

#include "np_request.h"
#include "np_users.h"

/**
 * Let @a user log in; see np_users_admit(). What ended for it is logged and told.
 * Where the store fails, and the quota does not deny, he may: nothing relies on
 * the list. np_quota_leave() has to be called whatever this returns.
 * @return APR_SUCCESS; APR_ENOSPC if he has as many sessions as he may; anything
 *         else: it is not known, and he must not log in
 */
apr_status_t np_quota_admit(np_request_t *ctx, request_rec *r,
                            const char *user, np_admission_t *admission);

/** Put the session of the login @a plan on the list, before it is committed;
 *  see np_users_enter(), and above for a store that fails. */
apr_status_t np_quota_enter(np_request_t *ctx, request_rec *r,
                            const np_plan_t *plan, np_admission_t *admission);

/** The login is over, one way or the other. */
void np_quota_leave(np_request_t *ctx, request_rec *r,
                    np_admission_t *admission);

/** The live session has a new id: its place on the list follows. */
void np_quota_move(np_request_t *ctx, request_rec *r);

#endif
