/* SPDX-License-Identifier: Apache-2.0
 * The only clocks of the module. */
#include "np_clock.h"

#include <time.h>

apr_time_t np_clock_now(void)
{
    return apr_time_now();
}

apr_time_t np_clock_monotonic(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* Linux always has it */
    return apr_time_from_sec((apr_time_t)now.tv_sec) + now.tv_nsec / 1000;
}
