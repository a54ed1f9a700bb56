/* SPDX-License-Identifier: Apache-2.0
 * The file with the tokens of programs: read, and who may read it. */
#ifndef NP_TOKENS_H
#define NP_TOKENS_H

#include "np_module.h"

#include "np_token.h"

/**
 * Read the file of tokens @a path: nobody may but its owner, or httpd's own
 * group too, and httpd's children must be able to.
 * @return NULL with @a tokens, in @a p, or what is wrong and what to do
 */
const char *np_tokens_read(const char *path, np_tokens_t *tokens,
                           apr_pool_t *p);

#endif
