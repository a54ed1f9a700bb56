/* SPDX-License-Identifier: Apache-2.0
 * Reading Cookie headers that may be hostile, and writing Set-Cookie (RFC 6265). */
#ifndef NP_COOKIE_H
#define NP_COOKIE_H

#include "apr_pools.h"
#include "apr_time.h"

#include "np_bytes.h"

/** Cookies of one kind that a request may present; more are not looked at. */
#define NP_COOKIE_MAX_TRIED 4
/** Browsers keep no cookie longer (RFC 6265bis section 5.5). */
#define NP_COOKIE_MAX_LIFE apr_time_from_sec(400 * 86400)

typedef enum np_same_site_e {
    NP_SAME_SITE_ABSENT,
    NP_SAME_SITE_NONE,
    NP_SAME_SITE_LAX,
    NP_SAME_SITE_STRICT,
} np_same_site_e;

/** How a Set-Cookie line looks, apart from its value. */
typedef struct np_cookie_style_t {
    const char *name;
    const char *path;
    /** NULL: host-only. */
    const char *domain;
    np_same_site_e same_site;
    bool secure;
    /** Until when the browser keeps it; 0: until it closes. */
    apr_time_t expires_at;
} np_cookie_style_t;

/**
 * Find every cookie called @a name in the Cookie header @a header (may be
 * NULL), in its order, @a max at the most. Names are compared byte by byte. A
 * pair ends at ';', or where httpd joined two Cookie lines with ", ". Values of
 * others may contain ", " too, so it ends their pairs only before "@a name=",
 * and the pairs of @a name before any name and '='. The values point into
 * @a header, without the blanks and the pair of double quotes around them.
 * @return how many were found
 */
int np_cookie_find(const char *header, const char *name, np_bytes_t *values,
                   int max);

/** Is a cookie of this name ours? */
typedef bool (*np_cookie_is_ours_t)(const char *name, apr_size_t len,
                                    const void *ours);

/**
 * Copy the Cookie header @a header without the cookies that @a is_ours names,
 * splitting it as np_cookie_find() does for each of them. All others stay as
 * they came, byte by byte, with "; " between them.
 * @return the rest, in @a p; @a header itself if none is ours; NULL if no
 *         cookie is left
 */
const char *np_cookie_strip(const char *header, np_cookie_is_ours_t is_ours,
                            const void *ours, apr_pool_t *p);

/**
 * Write the value of a Set-Cookie header. With @a style's expires_at come both
 * Expires and Max-Age (seconds from @a now, one at the least and
 * NP_COOKIE_MAX_LIFE at the most); without it, neither. If it is not after
 * @a now, the browser drops the cookie at once. HttpOnly always.
 * @return text in @a p
 */
const char *np_cookie_format(const np_cookie_style_t *style,
                             const char *value, apr_time_t now,
                             apr_pool_t *p);

/**
 * Write the Set-Cookie header that removes the cookie: an empty value,
 * Max-Age=0 and an Expires in the past, Path, Domain, Secure and SameSite as
 * in @a style.
 */
const char *np_cookie_format_removal(const np_cookie_style_t *style,
                                     apr_pool_t *p);

#endif
