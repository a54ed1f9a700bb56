/* SPDX-License-Identifier: Apache-2.0
 * Logins and step-ups: the record, the device, the cookies, the log. */
#ifndef NP_LOGIN_H
#define NP_LOGIN_H

#include "np_request.h"

/**
 * Log in as @a login says, but for its device, and its second factor if none is
 * given: those are found out here. The session that there was is over.
 * @return APR_SUCCESS: the request has the new session from here on; APR_ENOSPC
 *         if the user has as many as SessionNPMaxSessions lets him; anything
 *         else: the store did not answer, and nothing has changed
 */
apr_status_t np_login(np_request_t *ctx, request_rec *r,
                      const np_login_t *login);

/**
 * The second factor was passed in the live session, by @a method: a new id.
 * @a remember it in this browser, too.
 * @return APR_SUCCESS; APR_EINVAL without a live session that is known by its
 *         present id; APR_EEXIST if another request came first; anything else:
 *         the store did not answer
 */
apr_status_t np_login_step_up(np_request_t *ctx, request_rec *r,
                              const char *method, bool remember);

/** Remember the second factor that the session's user has just passed, in a
 *  cookie of this browser. Logged if that fails. */
void np_login_remember_mfa(np_request_t *ctx, request_rec *r);

/**
 * Give a session a new id and cookies without a lifetime, because its tenant
 * has become non-persistent; the cookies that accompany it, too.
 */
void np_login_reissue(np_request_t *ctx, request_rec *r);

/** The login page is looked at: a browser without a device cookie gets one.
 *  Asks no store. */
void np_login_page_seen(np_request_t *ctx);

/** Will this user's second factor be found remembered when he logs in now? */
bool np_login_mfa_is_remembered(np_request_t *ctx, const char *user);

#endif
