/* SPDX-License-Identifier: Apache-2.0
 * Guesses of a password, in a line each. */
#ifndef NP_GUESSES_H
#define NP_GUESSES_H

#include "browsers.h"
#include "np_guard.h"

/** The rules of browsers.h. */
#define MOST   3
#define WINDOW (10 * MINUTE)

/** Until when this one is locked out; 0: he is not. */
apr_time_t np_guesses_look(const np_attempt_t *attempt, apr_time_t now);

/** A failed attempt; returns whether it was one too many. */
bool np_guesses_miss(const np_attempt_t *attempt, apr_time_t now);

/** As many failures as lock out, at one moment. */
void np_guesses_lock_out(const np_attempt_t *attempt, apr_time_t now);

#endif
