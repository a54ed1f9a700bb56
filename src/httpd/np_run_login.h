/* SPDX-License-Identifier: Apache-2.0
 * The key that goes to the browser with the redirect after the login. */
#ifndef NP_RUN_LOGIN_H
#define NP_RUN_LOGIN_H

#include "np_request.h"

/** A key for the session that is about to begin at @a r; NULL where none goes
 *  by the redirect, or there are no random bits. */
const np_binding_t *np_run_login_key(const np_request_t *ctx,
                                     const request_rec *r);

/**
 * A login that was made with the request of a document, and not by a form: have
 * the browser fetch it once more, by way of the key.
 * @return HTTP_MOVED_TEMPORARILY, or OK: go on
 */
int np_run_login_redirect(const np_request_t *ctx, request_rec *r,
                          const np_place_t *place);

/** The response goes out. If it logged the user in and leads on to a page of
 *  this server, it leads there by way of the key. */
void np_run_login_leads_on(np_request_t *ctx, request_rec *r,
                           const np_place_t *place);

/** Nobody who writes a log afterwards finds the key in the response. */
void np_run_login_forget(np_request_t *ctx);

/** The origin that the client asked, in @a r's pool; NULL: it names no host. */
const char *np_run_login_origin(const np_request_t *ctx,
                                const request_rec *r);

#endif
