/* SPDX-License-Identifier: Apache-2.0
 * Memory that all child processes share, and that outlives their restart. */
#include "np_shm.h"

#include <string.h>

#include "apr_shm.h"
#include "apr_strings.h"

apr_status_t np_shm_get(void **memory, const char *name, apr_size_t size,
                        server_rec *server)
{
    apr_pool_t *process = server->process->pool;
    /* With the size: a newer module may need more, and begins anew. */
    const char *key = apr_psprintf(server->process->pconf, "session_np %s %"
                                   APR_SIZE_T_FMT, name, size);
    apr_shm_t *shared = NULL;

    *memory = NULL;
    (void)apr_pool_userdata_get(memory, key, process);
    if (*memory) {
        return APR_SUCCESS;
    }
    apr_status_t status = apr_shm_create(&shared, size, NULL, process);
    if (status != APR_SUCCESS) {
        return status;
    }
    *memory = apr_shm_baseaddr_get(shared);
    memset(*memory, 0, size);
    return apr_pool_userdata_set(*memory, key, NULL, process);
}
