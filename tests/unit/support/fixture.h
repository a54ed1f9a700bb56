/* SPDX-License-Identifier: Apache-2.0
 * What most unit tests begin with: a pool, a key ring, bytes. */
#ifndef NP_FIXTURE_H
#define NP_FIXTURE_H

#include "np_crypto.h"

/** The pool of the running test. */
extern apr_pool_t *np_pool;

/** For tcase_add_checked_fixture(). */
void np_pool_set_up(void);
void np_pool_tear_down(void);

/** A ring with one key for each letter of @a letters. */
np_crypto_t *np_ring(const char *letters);

/** The bytes of a text, without its NUL. */
np_bytes_t np_text(const char *text);

#endif
