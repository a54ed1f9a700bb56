/* SPDX-License-Identifier: Apache-2.0
 * Checks of how long something took, which a busy machine may spoil. */
#ifndef NP_ATTEMPTS_H
#define NP_ATTEMPTS_H

#include <stdbool.h>

#include "apr_time.h"

/**
 * Repeat what a test does while it is late, at most three times in all:
 *
 *     for (int tries = 0; np_attempt(&tries, begin_anew);) { ... }
 *
 * @a anew clears away what the last attempt has left behind. Fails the test if
 * the third one was late as well.
 */
bool np_attempt(int *tries, void (*anew)(void));

/** Only within such a loop: it is late if @a took is longer than @a limit. */
#define NP_IN_TIME(took, limit) np_in_time(__FILE__, __LINE__, took, limit)

/** The same for what is so unless the machine is too slow for it. */
#define NP_UNLESS_LATE(is_so) np_unless_late(__FILE__, __LINE__, is_so, #is_so)

/** NP_IN_TIME() on behalf of a line. */
void np_in_time(const char *file, int line, apr_interval_time_t took,
                apr_interval_time_t limit);

/** NP_UNLESS_LATE() on behalf of a line, which says @a text. */
void np_unless_late(const char *file, int line, bool is_so, const char *text);

#endif
