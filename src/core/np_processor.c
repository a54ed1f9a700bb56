/* SPDX-License-Identifier: Apache-2.0
 * Which processor a thread runs on. */
#include "np_processor.h"

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

/* Neighbours begin far from each other (Knuth's multiplicative hash). */
unsigned np_processor_choose(unsigned count)
{
    return (here() * 2654435761U >> 8) % count;
}
