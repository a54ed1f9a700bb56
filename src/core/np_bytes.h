/* SPDX-License-Identifier: Apache-2.0
 * Bytes with their length, the currency between all layers. */
#ifndef NP_BYTES_H
#define NP_BYTES_H

#include <stdbool.h>
#include <string.h>

#include "apr.h"

/** Bytes that somebody else owns: whoever hands them out says which pool. */
typedef struct np_bytes_t {
    const unsigned char *data;
    apr_size_t len;
} np_bytes_t;

/** Write the @a len octets at @a octets, which may be NULL for none, at @a out;
 *  returns what is behind. */
static inline unsigned char *np_bytes_write(unsigned char *out,
                                            const void *octets, apr_size_t len)
{
    if (len) {
        memcpy(out, octets, len);
    }
    return out + len;
}

#endif
