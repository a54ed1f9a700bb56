/* SPDX-License-Identifier: Apache-2.0
 * Places that cannot bind sessions to the browser's run. */
#ifndef NP_RUN_PLACE_H
#define NP_RUN_PLACE_H

#include "np_request.h"

/**
 * A place whose users log in by the same header of HTTP as browsers prove their
 * key by: one of both would be lost.
 * @return OK, or HTTP_INTERNAL_SERVER_ERROR with a word in the log
 */
int np_run_place_check(request_rec *r, const np_place_t *place);

/** Do browsers answer an AuthType @a type by an Authorization header? */
bool np_run_place_is_http_login(const char *type);

/** The same of an application that asks for a password by HTTP itself: its answer
 *  is replaced, with a word in the log. */
void np_run_place_check_response(np_request_t *ctx, request_rec *r);

#endif
