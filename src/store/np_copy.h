/* SPDX-License-Identifier: Apache-2.0
 * A value as it lies on one of several servers: with its age, and since when.
 */
#ifndef NP_COPY_H
#define NP_COPY_H

#include <stdbool.h>

#include "apr_pools.h"
#include "apr_time.h"

#include "np_bytes.h"

/** What a copy is longer than its value, in octets. */
#define NP_COPY_OVERHEAD 25

/** np_copy_t.placed_at of a copy that nobody may believe yet. */
#define NP_COPY_UNCONFIRMED 0
/** And of a value that was written when there were no copies. */
#define NP_COPY_SINGLE 1

/**
 * A copy is a value behind an octet that no value of ours begins with, and
 * three moments of 8 octets. Moments are of the wall clock, in microseconds.
 */
typedef struct np_copy_t {
    np_bytes_t value;
    /** When the value was put: of two values, the later one counts. */
    apr_time_t version;
    /** When it came to this server; NP_COPY_UNCONFIRMED, NP_COPY_SINGLE. */
    apr_time_t placed_at;
    /** Until when a store has to keep it; 0: not known. */
    apr_time_t expires_at;
} np_copy_t;

/** The octets of @a copy, in @a p. */
np_bytes_t np_copy_wrap(const np_copy_t *copy, apr_pool_t *p);

/** Read @a octets, whose memory @a copy uses; what no copy wrote is a single
 *  value. */
void np_copy_unwrap(np_bytes_t octets, np_copy_t *copy);

/** The value in @a octets, be it a copy or not. */
np_bytes_t np_copy_value(np_bytes_t octets);

/** Have @a a and @a b the same value? */
bool np_copy_same(const np_copy_t *a, const np_copy_t *b);

#endif
