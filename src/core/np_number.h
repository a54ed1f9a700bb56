/* SPDX-License-Identifier: Apache-2.0
 * Numbers as records write them: big-endian, of a fixed length. */
#ifndef NP_NUMBER_H
#define NP_NUMBER_H

#include <endian.h>
#include <string.h>

#include "apr.h"

/** Write @a number into @a octets octets at @a out; returns what is behind. */
static inline unsigned char *np_number_write(unsigned char *out,
                                             apr_int64_t number, int octets)
{
    const apr_uint64_t all = htobe64((apr_uint64_t)number);
    const apr_size_t len = (apr_size_t)octets;

    memcpy(out, (const unsigned char *)&all + sizeof all - len, len);
    return out + len;
}

/** The number in the @a octets octets at @a in. */
static inline apr_int64_t np_number_read(const unsigned char *in, int octets)
{
    apr_uint64_t all = 0;
    const apr_size_t len = (apr_size_t)octets;

    memcpy((unsigned char *)&all + sizeof all - len, in, len);
    return (apr_int64_t)be64toh(all);
}

#endif
