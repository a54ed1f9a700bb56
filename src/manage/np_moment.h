/* SPDX-License-Identifier: Apache-2.0
 * Moments as text: ISO 8601, UTC. */
#ifndef NP_MOMENT_H
#define NP_MOMENT_H

#include "apr_errno.h"
#include "apr_pools.h"
#include "apr_time.h"

#include "np_bytes.h"

/** Characters of a moment without milliseconds. */
#define NP_MOMENT_LEN 20

/** `2026-01-02T03:04:05.678Z`, in @a p; what is after the year 9999 is its
 *  end. */
const char *np_moment_print(apr_time_t moment, apr_pool_t *p);

/** `2026-01-02T03:04:05Z`, in @a p. */
const char *np_moment_print_seconds(apr_time_t moment, apr_pool_t *p);

/**
 * Read what np_moment_print_seconds() writes.
 * @return APR_SUCCESS; APR_EINVAL for any other form and for a moment that no
 *         calendar has
 */
apr_status_t np_moment_parse(np_bytes_t text, apr_time_t *moment,
                             apr_pool_t *scratch);

#endif
