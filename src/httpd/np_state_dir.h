/* SPDX-License-Identifier: Apache-2.0
 * The state directory, and the one inside it that children write to. */
#ifndef NP_STATE_DIR_H
#define NP_STATE_DIR_H

#include "np_module.h"

/** The subdirectory of the documents that all processes share. */
#define NP_STATE_DIR_SHARED "shared"

/** The state directory if none is configured, in @a p. */
const char *np_state_dir_default(apr_pool_t *p);

/** "PATH: WHAT: reason", by errno, in @a p. */
const char *np_state_dir_failed(apr_pool_t *p, const char *path,
                                const char *what);

/** Let the file or directory belong to the user that children run as. */
bool np_state_dir_give(int fd);

/**
 * Open the state directory; if it is not there it is made, mode 0700, for the
 * children's user. @a fd is the caller's.
 * @return NULL, or what is wrong and what to do
 */
const char *np_state_dir_open(const char *dir, int *fd, apr_pool_t *p);

/**
 * Open its subdirectory NP_STATE_DIR_SHARED for reading and writing by the
 * children, who inherit @a fd: they need not be able to come that way. It is
 * made, mode 0700, if it is not there, and closed with @a p.
 * @return NULL, or what is wrong and what to do; @a hopeless: there is no such
 *         directory and none can be made, so nothing was ever kept in it
 */
const char *np_state_dir_open_shared(const char *dir, int *fd, bool *hopeless,
                                     apr_pool_t *p);

#endif
