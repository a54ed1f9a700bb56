/* SPDX-License-Identifier: Apache-2.0
 * Checks of how long something took, which a busy machine may spoil. */
#include "attempts.h"

#include <check.h>
#include <stdio.h>

#define ATTEMPTS 3

/* What was late first in the attempt under way. */
static char late[200];

bool np_attempt(int *tries, void (*anew)(void))
{
    if (*tries > 0) {
        if (!late[0]) {
            return false;
        }
        ck_assert_msg(*tries < ATTEMPTS, "%d times in a row, at last %s",
                      ATTEMPTS, late);
        anew();
    }
    late[0] = '\0';
    (*tries)++;
    return true;
}

void np_in_time(const char *file, int line, apr_interval_time_t took,
                apr_interval_time_t limit)
{
    if (took > limit && !late[0]) {
        (void)snprintf(late, sizeof(late),
                       "%s:%d: it took %" APR_TIME_T_FMT
                       " us, and may take %" APR_TIME_T_FMT,
                       file, line, took, limit);
    }
}

void np_unless_late(const char *file, int line, bool is_so, const char *text)
{
    if (!is_so && !late[0]) {
        (void)snprintf(late, sizeof(late), "%s:%d: not %s", file, line, text);
    }
}
