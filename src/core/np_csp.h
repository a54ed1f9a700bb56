/* SPDX-License-Identifier: Apache-2.0
 * Content-Security-Policy headers of applications, and our script under them. */
#ifndef NP_CSP_H
#define NP_CSP_H

#include <stdbool.h>

#include "apr_pools.h"

/** Who wants to run, and to speak with whom. Each is a source expression. */
typedef struct np_csp_ask_t {
    /** The script's own address; NULL where that cannot be written. */
    const char *script;
    /** What it speaks with, separated by blanks. */
    const char *connect;
    /** The hash of the script, whose element has it as its integrity. */
    const char *hash;
    /** The nonce of that element; NULL: none. */
    const char *nonce;
} np_csp_ask_t;

/** The nonce by which a script may run under the first policy in the value of a
 *  header that has one; NULL: none has. In @a p. */
const char *np_csp_nonce(const char *header, apr_pool_t *p);

/**
 * Let the script run, and speak, under all policies in the value of a header.
 * Nothing is added but what was asked for, and nothing where it is allowed
 * already.
 * @return the value, changed in @a p or as it was; NULL if a policy has a
 *         sandbox in which it could not
 */
const char *np_csp_admit(const char *header, const np_csp_ask_t *ask,
                         apr_pool_t *p);

#endif
