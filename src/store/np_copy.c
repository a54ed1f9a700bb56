/* SPDX-License-Identifier: Apache-2.0
 * A value as it lies on one of several servers: with its age, and since when.
 */
#include "np_copy.h"

#include <string.h>

#include "np_number.h"

/* Sealed values begin with 1, moments with 0, tokens with a letter or digit. */
#define MARK 0xc1

np_bytes_t np_copy_wrap(const np_copy_t *copy, apr_pool_t *p)
{
    const np_bytes_t value = copy->value;
    unsigned char *octets = apr_palloc(p, NP_COPY_OVERHEAD + value.len);
    unsigned char *at = octets;

    *at++ = MARK;
    at = np_number_write(at, copy->version, 8);
    at = np_number_write(at, copy->placed_at, 8);
    at = np_number_write(at, copy->expires_at, 8);
    memcpy(at, value.data, value.len);
    return (np_bytes_t){ octets, NP_COPY_OVERHEAD + value.len };
}

void np_copy_unwrap(np_bytes_t octets, np_copy_t *copy)
{
    if (octets.len <= NP_COPY_OVERHEAD || octets.data[0] != MARK) {
        *copy = (np_copy_t){ .value = octets, .placed_at = NP_COPY_SINGLE };
        return;
    }
    copy->version = np_number_read(octets.data + 1, 8);
    copy->placed_at = np_number_read(octets.data + 9, 8);
    copy->expires_at = np_number_read(octets.data + 17, 8);
    copy->value.data = octets.data + NP_COPY_OVERHEAD;
    copy->value.len = octets.len - NP_COPY_OVERHEAD;
}

np_bytes_t np_copy_value(np_bytes_t octets)
{
    np_copy_t copy;
    np_copy_unwrap(octets, &copy);
    return copy.value;
}

bool np_copy_same(const np_copy_t *a, const np_copy_t *b)
{
    return a->value.len == b->value.len
           && !memcmp(a->value.data, b->value.data, a->value.len);
}
