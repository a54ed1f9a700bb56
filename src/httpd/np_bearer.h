/* SPDX-License-Identifier: Apache-2.0
 * The tokens of programs: kept away from all others, and judged. */
#ifndef NP_BEARER_H
#define NP_BEARER_H

#include "np_request.h"
#include "np_token.h"

/** Take a token of ours out of the Authorization header before anybody writes
 *  it down. */
void np_bearer_hide(np_request_t *ctx, request_rec *r);

/** Put it back where @a place knows no tokens; where it does, take any other
 *  bearer's out too: mod_auth_basic could make nothing of it. */
void np_bearer_settle(np_request_t *ctx, request_rec *r,
                      const np_place_t *place);

/**
 * The token of the request, by the file of @a place, which is read for it.
 * @a token is NULL if there is none, or it is not known or over.
 * @return OK, or HTTP_SERVICE_UNAVAILABLE if the file is of no use
 */
int np_bearer_find(const np_request_t *ctx, request_rec *r,
                   const np_place_t *place, const np_token_t **token);

/** Does a Require line of this place ask for a user, so that the one of @a r
 *  has been let in by it? */
bool np_bearer_is_user(np_request_t *ctx, request_rec *r);

#endif
