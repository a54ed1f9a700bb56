/* SPDX-License-Identifier: Apache-2.0
 * What the sources of tokens and of their file share, and nobody else needs. */
#ifndef NP_TOKEN_NAME_H
#define NP_TOKEN_NAME_H

#include <stdbool.h>

#include "np_bytes.h"

/** The expiry of a token that has none. */
#define NP_TOKEN_NEVER_TEXT "never"

#define NP_TOKEN_NAME_RULE \
    "a token's name has 1 to 64 characters out of A-Z a-z 0-9 . _ -"

/** Does a name keep that rule? */
bool np_token_is_name(np_bytes_t name);

#endif
