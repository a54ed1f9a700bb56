/* SPDX-License-Identifier: Apache-2.0
 * Counters that threads and processes share, and that nobody waits for. */
#include "np_cells.h"

#include <stdatomic.h>
#include <stdint.h>

#include "np_processor.h"

/* Also that of the pairs of lines which processors fetch together. */
#define LINE 128
#define SLOTS 16

struct np_cells_t {
    /* How far one slot is from the next, in counters. */
    apr_size_t stride;
    char unused[LINE - sizeof(apr_size_t)];
    _Atomic apr_uint64_t cell[];
};

static apr_size_t stride(int count)
{
    const apr_size_t size = (apr_size_t)count * sizeof(apr_uint64_t);
    return (size + LINE - 1) / LINE * LINE / sizeof(apr_uint64_t);
}

/* One line more, for memory that does not begin with a line. */
apr_size_t np_cells_size(int count)
{
    return sizeof(np_cells_t) + SLOTS * stride(count) * sizeof(apr_uint64_t)
           + LINE;
}

np_cells_t *np_cells_place(void *memory, int count)
{
    const uintptr_t begin = ((uintptr_t)memory + LINE - 1) / LINE * LINE;
    np_cells_t *cells = (np_cells_t *)begin;

    cells->stride = stride(count);
    return cells;
}

void np_cells_add(np_cells_t *cells, int cell, apr_uint64_t n)
{
    if (cells) {
        const apr_size_t slot = np_processor_choose(SLOTS);
        atomic_fetch_add_explicit(
            &cells->cell[slot * cells->stride + (apr_size_t)cell], n,
            memory_order_relaxed);
    }
}

apr_uint64_t np_cells_sum(np_cells_t *cells, int cell)
{
    apr_uint64_t sum = 0;

    for (apr_size_t i = 0; i < SLOTS; i++) {
        sum += atomic_load_explicit(
            &cells->cell[i * cells->stride + (apr_size_t)cell],
            memory_order_relaxed);
    }
    return sum;
}
