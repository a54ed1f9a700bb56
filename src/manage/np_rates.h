/* SPDX-License-Identifier: Apache-2.0
 * The buckets of all clients, in memory that all processes share. */
#ifndef NP_RATES_H
#define NP_RATES_H

#include "apr.h"

#include "np_rate.h"

/** The table. Nothing in it is ever locked. */
typedef struct np_rates_t np_rates_t;

/** Octets of the table; all zero: every bucket is full. */
apr_size_t np_rates_size(void);

/** Whose bucket it is. */
typedef enum np_rates_kind_e {
    NP_RATES_TOKEN = 1,
    NP_RATES_USER = 2,
    /** An address that comes without a good token. */
    NP_RATES_STRANGER = 3,
} np_rates_kind_e;

/**
 * Take one request out of the bucket of @a name. Where there are more clients
 * at once than the table has room for, some of them share one.
 * @return false if there is none
 */
bool np_rates_take(np_rates_t *rates, np_rates_kind_e kind, const char *name,
                   np_rate_rules_t rules, apr_time_t now,
                   np_rate_answer_t *answer);

#endif
