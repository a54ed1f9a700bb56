/* SPDX-License-Identifier: Apache-2.0
 * Answers that are not the application's: refusals, and where to log in. */
#ifndef NP_ANSWER_H
#define NP_ANSWER_H

#include "np_request.h"

/** Why a request is refused; members "reason" of the answer (RFC 9457). */
#define NP_REASON_NONE "none"
#define NP_REASON_MFA "mfa"
#define NP_REASON_STALE "stale"
#define NP_REASON_DEVICE "device"
#define NP_REASON_FORBIDDEN "forbidden"
#define NP_REASON_UNAVAILABLE "unavailable"
#define NP_REASON_LOCKED "locked"
#define NP_REASON_SESSIONS "sessions"

/** The word for a state, as applications and clients see it. */
const char *np_answer_state(np_state_e state);

/**
 * Refuse @a r because of @a reason with @a status. A browser that navigates is
 * sent to the login page of @a place where logging in can help; everything
 * else gets the status and a problem document, unless the administrator has an
 * ErrorDocument for it.
 * @return what the hook is to return: an HTTP status, or DONE if the answer
 *         has been written
 */
int np_answer_refuse(request_rec *r, const np_place_t *place, int status,
                     const char *reason);

/** Refuse @a r because nothing is known while the store does not answer. */
int np_answer_unavailable(request_rec *r, const np_place_t *place);

/** Refuse @a r because this browser guessed too often: its context says for
 *  how long. */
int np_answer_locked(request_rec *r, const np_place_t *place);

/**
 * Put the refusal of @a ctx in the place of the response of @a r, whose headers
 * are not out yet; all its headers go.
 * @return the body, in @a r's pool; NULL: the administrator has an
 *         ErrorDocument for it, and the caller is to ask httpd for that
 */
const char *np_answer_replace(const np_request_t *ctx, request_rec *r);

/** Say on the response of @a r, an ErrorDocument for the refusal of @a ctx,
 *  after what time it is worth another try. */
void np_answer_mark_replaced(const np_request_t *ctx, request_rec *r);

/**
 * The local path in parameter "return" of @a r's query, or "/": a Location
 * that stays on this server.
 */
const char *np_answer_return_path(const request_rec *r);

/** Does the request come from a page of another site? Sec-Fetch-Site tells,
 *  or else Origin. */
bool np_answer_is_cross_site(const np_request_t *ctx, const request_rec *r);

#endif
