/* SPDX-License-Identifier: Apache-2.0
 * What the store keeps of a browser: who logged in with it, or who passed a
 * second factor on it. docs/record-format.md draws the bytes. */
#ifndef NP_BROWSER_H
#define NP_BROWSER_H

#include <stdbool.h>

#include "apr_errno.h"
#include "apr_pools.h"
#include "apr_time.h"

#include "np_bytes.h"
#include "np_record.h"

/** Users that are remembered on one browser; the one that came least recently
 *  makes room for another. */
#define NP_BROWSER_MAX_USERS 16

/** A user that is remembered on a browser. */
typedef struct np_visitor_t {
    const char *user;
    /** Since when: the first login, or the second factor that was passed. */
    apr_time_t since;
    /** The last login. */
    apr_time_t used_at;
} np_visitor_t;

/** A browser as the store keeps it, under the key of its device cookie or of
 *  its second-factor cookie. Texts live in the pool they were decoded into. */
typedef struct np_browser_t {
    /** The public handle: useless as a cookie, the same under a new id. */
    unsigned char handle[NP_HANDLE_LEN];
    apr_time_t created_at;
    int count;
    np_visitor_t visitors[NP_BROWSER_MAX_USERS];
} np_browser_t;

/** The entry of @a user, or NULL. */
np_visitor_t *np_browser_find(np_browser_t *browser, const char *user);

/**
 * Remember @a user, who must outlive @a browser, from @a now on. If there is an
 * entry already it stays, with another last login, and with another beginning
 * too if @a anew.
 */
void np_browser_remember(np_browser_t *browser, const char *user, bool anew,
                         apr_time_t now);

/**
 * Write @a browser as bytes, in @a p.
 * @return APR_SUCCESS, or APR_EINVAL for one that np_browser_decode() would
 *         refuse
 */
apr_status_t np_browser_encode(const np_browser_t *browser, np_bytes_t *bytes,
                               apr_pool_t *p);

/**
 * Read a browser. Whatever the bytes are, nothing outside of them is read.
 * Texts are copied to @a p.
 * @return APR_SUCCESS, or APR_EINVAL for bytes that no encoder wrote; @a browser
 *         is then left as it was
 */
apr_status_t np_browser_decode(np_bytes_t bytes, np_browser_t *browser,
                               apr_pool_t *p);

#endif
