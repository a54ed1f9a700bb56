/* SPDX-License-Identifier: Apache-2.0
 * Reading the Set-Cookie headers of applications, and making them stricter
 * (RFC 6265 section 5.2). */
#ifndef NP_SET_COOKIE_H
#define NP_SET_COOKIE_H

#include <stdbool.h>

#include "apr_pools.h"
#include "apr_time.h"

/** A cookie as an application sets it. Texts live in the pool it was read
 *  with. */
typedef struct np_set_cookie_t {
    const char *name;
    const char *value;
    /** NULL: none, or one that browsers would not take. */
    const char *path;
    /** 0: until the browser closes. */
    apr_time_t expires_at;
    /** It removes the cookie: its life is over already. */
    bool removes;
    bool secure;
    bool http_only;
    bool same_site;
} np_set_cookie_t;

/**
 * Read the value of a Set-Cookie header at the moment @a now, as browsers do:
 * of several attributes of one name the last one counts, and Max-Age counts
 * before Expires.
 * @return false for one that has no name
 */
bool np_set_cookie_read(const char *line, apr_time_t now,
                        np_set_cookie_t *cookie, apr_pool_t *p);

/**
 * Make the Set-Cookie header @a line stricter: HttpOnly, Secure if @a secure,
 * SameSite=Lax where it says none; without Expires and Max-Age if @a transient,
 * unless it removes the cookie. All else stays as it is.
 * @return @a line, or another one in @a p
 */
const char *np_set_cookie_harden(const char *line, bool transient, bool secure,
                                 apr_time_t now, apr_pool_t *p);

#endif
