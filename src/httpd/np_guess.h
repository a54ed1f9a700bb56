/* SPDX-License-Identifier: Apache-2.0
 * Guessing attacks: who tries to log in, and whether he may try any more. */
#ifndef NP_GUESS_H
#define NP_GUESS_H

#include "np_request.h"

/** Are failed logins counted for the tenant of @a place? */
bool np_guess_is_counted(const np_request_t *ctx, const request_rec *r,
                         const np_place_t *place);

/** The user that @a r names for Basic or Digest, as far as that can be read
 *  without doubt; else NULL. */
const char *np_guess_user(request_rec *r);

/** Does @a r bring a password, for Basic, Digest or mod_auth_form? */
bool np_guess_is_try(request_rec *r);

/**
 * Is this browser locked out for @a user? Then sets the end of it in @a ctx.
 * Somebody who is logged in as @a user tries a second factor.
 * @return OK; HTTP_TOO_MANY_REQUESTS; HTTP_SERVICE_UNAVAILABLE if the store did
 *         not answer and @a place does not let pass
 */
int np_guess_look(np_request_t *ctx, request_rec *r, const np_place_t *place,
                  const char *user);

/**
 * Count a failed login, or second factor, of @a user.
 * @return OK; HTTP_TOO_MANY_REQUESTS if too many had failed already, and the
 *         answer must not tell that this one failed too;
 *         HTTP_SERVICE_UNAVAILABLE as in np_guess_look()
 */
int np_guess_count(np_request_t *ctx, request_rec *r, const np_place_t *place,
                   const char *user);

/** The application of @a r says who logged in, with what it found right: may he
 *  try? If not, its answer is replaced, and nobody sees that it was right. */
bool np_guess_may_try(np_request_t *ctx, request_rec *r,
                      const np_place_t *place, const char *user);

/** The application of @a r says that it was wrong: count it, and replace its
 *  answer where it must not be seen. */
void np_guess_failed(np_request_t *ctx, request_rec *r,
                     const np_place_t *place, const char *user);

#endif
