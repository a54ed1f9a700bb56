/* SPDX-License-Identifier: Apache-2.0
 * What fuzz targets share. A target is linked with libFuzzer, or with
 * replay_main.c to run its corpus once more. */
#ifndef NP_FUZZ_H
#define NP_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "apr_general.h"
#include "apr_pools.h"

/** libFuzzer's entry: one input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** A pool that is empty at each input. */
static inline apr_pool_t *np_fuzz_pool(void)
{
    static apr_pool_t *pool;

    if (!pool) {
        apr_initialize();
        apr_pool_create(&pool, NULL);
    }
    apr_pool_clear(pool);
    return pool;
}

/** Stop at what must never be, also where assert() is compiled out. */
#define NP_FUZZ_CHECK(condition) \
    do {                         \
        if (!(condition)) {      \
            abort();             \
        }                        \
    } while (0)

#endif
