/* SPDX-License-Identifier: Apache-2.0
 * Durations as people write them: 250ms, 30s, 15m, 24h, 7d. */
#ifndef NP_DURATION_H
#define NP_DURATION_H

#include "apr_pools.h"
#include "apr_time.h"

/**
 * Read digits and a unit: ms, s, m, h or d. httpd's own parser takes "s" for
 * zero, stops reading at the first letter of a unit, and knows no days.
 * @param default_unit what a bare number counts, in microseconds; 0: a unit is
 *        required
 * @return NULL with *duration set (microseconds, above zero), or what is wrong
 *         and what to write instead
 */
const char *np_duration_parse(const char *text,
                              apr_interval_time_t default_unit,
                              apr_interval_time_t *duration);

/**
 * Write @a duration (above zero) as np_duration_parse() reads it, in @a p: by
 * the largest unit that divides it, and days from two of them on. What is less
 * than a millisecond is cut off.
 */
const char *np_duration_text(apr_interval_time_t duration, apr_pool_t *p);

#endif
