/* SPDX-License-Identifier: Apache-2.0
 * The application's own cookies: passed, hardened, or kept in the vault. */
#ifndef NP_APP_COOKIES_H
#define NP_APP_COOKIES_H

#include "np_request.h"

/** Take out of the Cookie header what a vault has put in, where a request was
 *  redirected from its place to another. */
void np_app_cookies_take_out(np_request_t *ctx, request_rec *r);

/** Put what the vault has into the Cookie header of @a r, in the place of what
 *  the browser sends under those names. */
void np_app_cookies_put_in(np_request_t *ctx, request_rec *r,
                           const np_place_t *place);

/**
 * Harden the Set-Cookie headers of the response of @a r, or keep them in the
 * vault, as its place says. If they cannot be kept they do not get out either.
 */
void np_app_cookies_take(np_request_t *ctx, request_rec *r);

#endif
