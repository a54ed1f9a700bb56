/* SPDX-License-Identifier: Apache-2.0
 * Addresses that requests ask to be sent to. */
#ifndef NP_URL_H
#define NP_URL_H

#include <stdbool.h>

#include "apr_pools.h"

/**
 * Does @a url stay on this server whatever browser reads it? A path that
 * begins with one slash, without a backslash, blank or control character
 * anywhere: browsers read "/\host" and "/<TAB>/host" as another host.
 */
bool np_url_is_local(const char *url);

/** Escape everything but letters, digits and "-._~" as %XX, in @a p. */
const char *np_url_escape(const char *text, apr_pool_t *p);

/**
 * The value of parameter @a name in the query string @a query (may be NULL),
 * with "+" and %XX decoded, in @a p. NULL if it is not there or not decodable.
 */
const char *np_url_parameter(const char *query, const char *name,
                             apr_pool_t *p);

/**
 * The origin of a request that came by @a scheme for @a host, a Host header,
 * in @a p: "https://example.com", without the port that the scheme has anyway.
 * NULL for a host that is none.
 */
const char *np_url_origin(const char *scheme, const char *host,
                          apr_pool_t *p);

/** Does the absolute @a url lie on @a origin, which np_url_origin() gave,
 *  whatever browser reads it? */
bool np_url_is_at(const char *url, const char *origin, apr_pool_t *p);

/**
 * What a Location header at @a path of @a origin means, as an absolute address
 * of the same origin, in @a p. NULL if it leads elsewhere, or where browsers do
 * not agree.
 */
const char *np_url_resolve(const char *location, const char *origin,
                           const char *path, apr_pool_t *p);

#endif
