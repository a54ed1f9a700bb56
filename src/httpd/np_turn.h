/* SPDX-License-Identifier: Apache-2.0
 * A session's turn in a request: login, new id, last interaction, logout. */
#ifndef NP_TURN_H
#define NP_TURN_H

#include "np_request.h"

/**
 * For a request that has passed access control: record the login that another
 * module made, give a session a new id that has to have one, write its last
 * interaction down.
 * @return OK, or what the hook is to return where a login could not be recorded
 */
int np_turn_take(np_request_t *ctx, request_rec *r, const np_place_t *place);

/** Write the last interaction down, unless that is settled already or the
 *  request is none. Also for requests that were refused. */
void np_turn_touch(np_request_t *ctx, request_rec *r,
                   const np_place_t *place);

/**
 * Log out: end the session, remove its cookies, and have the browser forget
 * what the place says. The device and second-factor cookies stay.
 * @return APR_SUCCESS, also if there is none; anything else: the record may
 *         live on
 */
apr_status_t np_turn_log_out(np_request_t *ctx, request_rec *r,
                             const np_place_t *place);

#endif
