/* SPDX-License-Identifier: Apache-2.0
 * The only clocks of the module. */
#ifndef NP_CLOCK_H
#define NP_CLOCK_H

#include "apr_time.h"

/** The time of day, for what is written into records. */
apr_time_t np_clock_now(void);

/** Microseconds that only ever grow, for measuring how long a wait took. */
apr_time_t np_clock_monotonic(void);

#endif
