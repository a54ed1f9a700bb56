/* SPDX-License-Identifier: Apache-2.0
 * UTF-8: counts, cuts and repairs texts. */
#ifndef NP_UTF8_H
#define NP_UTF8_H

#include "apr_pools.h"

/** The characters of a text that is UTF-8. */
apr_size_t np_utf8_count(const char *text);

/** How many octets, @a most at the most, whole characters take of a text that
 *  is UTF-8 and has more octets than that. */
apr_size_t np_utf8_cut(const char *text, apr_size_t most);

/** @a text with each octet that belongs to no UTF-8 character (RFC 3629)
 *  replaced by U+FFFD: @a text itself if there is none, else in @a p. */
const char *np_utf8_repair(const char *text, apr_pool_t *p);

#endif
