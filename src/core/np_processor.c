/* SPDX-License-Identifier: Apache-2.0
 * Which processor a thread runs on. */
#include "np_processor.h"

#include <stdint.h>

#ifdef __linux__
#include <sched.h>
#endif

/* Where the system does not tell, all count as one processor. */
static unsigned here(void)
{
#ifdef __linux__
    const int processor = sched_getcpu();
    return processor < 0 ? 0 : (unsigned)processor;
#else
    return 0;
#endif
}

/* Fibonacci hashing: neighbours are far from each other, and as many processors as
 * there are choices hardly ever meet in one. */
unsigned np_processor_choose(unsigned count)
{
    const uint32_t fraction = here() * 2654435769U;
    return (unsigned)((uint64_t)fraction * count >> 32);
}
