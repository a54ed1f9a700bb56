/* SPDX-License-Identifier: Apache-2.0
 * Numbers as records write them: big-endian, of a fixed length. */
#ifndef NP_NUMBER_H
#define NP_NUMBER_H

#include "apr.h"

/** Write @a number into @a octets octets at @a out; returns what is behind. */
static inline unsigned char *np_number_write(unsigned char *out,
                                             apr_int64_t number, int octets)
{
    for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
        *out++ = (unsigned char)((apr_uint64_t)number >> shift);
    }
    return out;
}

/** The number in the @a octets octets at @a in. */
static inline apr_int64_t np_number_read(const unsigned char *in, int octets)
{
    apr_uint64_t number = 0;
    for (int i = 0; i < octets; i++) {
        number = number << 8 | in[i];
    }
    return (apr_int64_t)number;
}

#endif
