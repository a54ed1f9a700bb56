/* SPDX-License-Identifier: Apache-2.0
 * What a WWW-Authenticate header asks of a browser. */
#ifndef NP_CHALLENGE_H
#define NP_CHALLENGE_H

#include <stdbool.h>

/**
 * Is one of the challenges in this value of WWW-Authenticate one that browsers
 * answer by themselves, or by asking for a password: Basic, Digest, Negotiate
 * or NTLM?
 */
bool np_challenge_asks_browser(const char *header);

#endif
