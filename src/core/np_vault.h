/* SPDX-License-Identifier: Apache-2.0
 * The vault: an application's cookies, kept in the session's data instead of
 * the browser (RFC 6265 sections 5.3 and 5.4). */
#ifndef NP_VAULT_H
#define NP_VAULT_H

#include "apr_errno.h"

#include "np_app_map.h"
#include "np_set_cookie.h"

/** Octets of all cookies of a session, names and paths included. */
#define NP_VAULT_MAX (16 * 1024)

/**
 * Keep @a cookie, which was set for the request path @a request_path at the
 * moment @a now, in the data @a map; one that removes goes out of it. To make
 * room those that are over go, and then the oldest; @a dropped grows by the
 * number of the latter.
 * @return APR_SUCCESS, and @a changed lives in @a p or is @a map; APR_ENOSPC if
 *         it is too large alone; APR_EINVAL for bytes that are no map, if there
 *         is something to change
 */
apr_status_t np_vault_keep(np_bytes_t map, const np_set_cookie_t *cookie,
                           const char *request_path, apr_time_t now,
                           np_bytes_t *changed, int *dropped, apr_pool_t *p);

/**
 * The cookies that a browser would send with a request for @a request_path, as
 * the value of a Cookie header: longer paths first, then older ones first.
 * Those that are over are left out, and without @a secure those that are for
 * https only.
 * @return text in @a p; NULL if there are none
 */
const char *np_vault_header(np_bytes_t map, const char *request_path,
                            bool secure, apr_time_t now, apr_pool_t *p);

#endif
