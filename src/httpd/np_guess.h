/* SPDX-License-Identifier: Apache-2.0
 * Guessing attacks: who tries to log in, and whether he may try any more. */
#ifndef NP_GUESS_H
#define NP_GUESS_H

#include "np_request.h"

/** Are failed logins counted for the tenant of this request? */
bool np_guess_is_counted(const np_request_t *ctx);

/** The user that @a r names for Basic or Digest; NULL if it names none. */
const char *np_guess_user(request_rec *r);

/** Is this a form with a password, for mod_auth_form? */
bool np_guess_is_form(request_rec *r);

/**
 * Is this browser locked out for @a user? Then sets the end of it in @a ctx.
 * @return OK; HTTP_TOO_MANY_REQUESTS; HTTP_SERVICE_UNAVAILABLE: the store did
 *         not answer
 */
int np_guess_look(np_request_t *ctx, request_rec *r, const char *user);

/**
 * May somebody try to log in as @a user from here? If not, the answer is
 * replaced: whether the password was right must not be seen.
 */
bool np_guess_may_try(np_request_t *ctx, request_rec *r,
                      const np_place_t *place, const char *user);

/**
 * Count a failed login of @a user.
 * @return OK; HTTP_TOO_MANY_REQUESTS if too many had failed already, and the
 *         answer must not tell that this one failed too
 */
int np_guess_count(np_request_t *ctx, request_rec *r, const char *user);

#endif
