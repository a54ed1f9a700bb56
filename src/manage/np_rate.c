/* SPDX-License-Identifier: Apache-2.0
 * How many requests a client may make: a bucket that fills by and by. */
#include "np_rate.h"

/** Millionths of a request: what a microsecond brings is then a whole number,
 *  the requests of a second. */
#define ONE APR_INT64_C(1000000)

static apr_int64_t divide_up(apr_int64_t dividend, apr_int64_t divisor)
{
    return (dividend + divisor - 1) / divisor;
}

static void fill(np_rate_t *bucket, np_rate_rules_t rules, apr_time_t now)
{
    const apr_int64_t full = ONE * rules.burst;
    const apr_interval_time_t passed = now - bucket->at;

    if (!bucket->at || passed >= divide_up(full, rules.per_second)) {
        bucket->millionths = full;
    }
    else if (passed > 0) {
        bucket->millionths += passed * rules.per_second;
    }
    if (bucket->millionths > full) {
        bucket->millionths = full;
    }
    bucket->at = now;
}

bool np_rate_take(np_rate_t *bucket, np_rate_rules_t rules, apr_time_t now,
                  np_rate_answer_t *answer)
{
    fill(bucket, rules, now);
    const bool taken = bucket->millionths >= ONE;
    if (taken) {
        bucket->millionths -= ONE;
    }
    const apr_interval_time_t wait =
        divide_up(ONE - bucket->millionths % ONE, rules.per_second);
    answer->limit = rules.burst;
    answer->remaining = (int)(bucket->millionths / ONE);
    answer->reset = divide_up(now + wait, APR_USEC_PER_SEC);
    answer->retry_after = (int)divide_up(wait, APR_USEC_PER_SEC);
    return taken;
}
