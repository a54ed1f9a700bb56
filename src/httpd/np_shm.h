/* SPDX-License-Identifier: Apache-2.0
 * Memory that all child processes share, and that outlives their restart. */
#ifndef NP_SHM_H
#define NP_SHM_H

#include "np_module.h"

/**
 * Memory that the children share, those before a graceful restart and those
 * after it: zeroed when it is asked for under this name and size for the first
 * time, and the same from then on. For the parent process only.
 * @return APR_SUCCESS, or why there is none
 */
apr_status_t np_shm_get(void **memory, const char *name, apr_size_t size,
                        server_rec *server);

#endif
