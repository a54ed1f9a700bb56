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

#endif
