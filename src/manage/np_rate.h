/* SPDX-License-Identifier: Apache-2.0
 * How many requests a client may make: a bucket that fills by and by. */
#ifndef NP_RATE_H
#define NP_RATE_H

#include <stdbool.h>

#include "apr_time.h"

/** The rules of a bucket; each number is 1 or more. */
typedef struct np_rate_rules_t {
    /** Requests at once, at the most. */
    int burst;
    /** Requests that come back in each second. */
    int per_second;
} np_rate_rules_t;

/** The rules if nobody chose others. */
#define NP_RATE_RULES ((np_rate_rules_t){ 50, 16 })

/** A bucket; all zero is a full one. */
typedef struct np_rate_t {
    /** When it was counted; 0: never. */
    apr_time_t at;
    /** Millionths of requests that were left then. */
    apr_int64_t millionths;
} np_rate_t;

/** What to tell the client. */
typedef struct np_rate_answer_t {
    /** X-RateLimit-Limit, -Remaining and -Reset; the last one is the second,
     *  of the UNIX epoch, by which there is one request more. */
    int limit;
    int remaining;
    apr_int64_t reset;
    /** Retry-After: seconds from now to then, 1 or more. */
    int retry_after;
} np_rate_answer_t;

/**
 * Take one request out of @a bucket at the moment @a now. A clock that goes
 * back adds nothing.
 * @return false if there is none
 */
bool np_rate_take(np_rate_t *bucket, np_rate_rules_t rules, apr_time_t now,
                  np_rate_answer_t *answer);

#endif
