/* SPDX-License-Identifier: Apache-2.0
 * base64url without padding (RFC 4648 section 5), canonical form only. */
#ifndef NP_BASE64URL_H
#define NP_BASE64URL_H

#include "apr_errno.h"

#include "np_bytes.h"

/** Characters that @a len octets become. */
#define NP_BASE64URL_LEN(len) (((len) * 4 + 2) / 3)

/** Write @a octets as text and a NUL: NP_BASE64URL_LEN(len) + 1 characters. */
void np_base64url_encode(char *text, const unsigned char *octets,
                         apr_size_t len);

/**
 * Read exactly @a len octets from @a text.
 * @return APR_SUCCESS, or APR_EINVAL for another length, another alphabet, or
 *         unused bits that are not zero
 */
apr_status_t np_base64url_decode(unsigned char *octets, apr_size_t len,
                                 np_bytes_t text);

/** How many characters of the alphabet @a text begins with. */
apr_size_t np_base64url_span(const char *text);

#endif
