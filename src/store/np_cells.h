/* SPDX-License-Identifier: Apache-2.0
 * Counters that threads and processes share, and that nobody waits for. */
#ifndef NP_CELLS_H
#define NP_CELLS_H

#include "apr.h"

/**
 * A row of counters, once for each slot. Who counts takes the slot of the
 * processor that he runs on; who reads adds the slots up. So two processors
 * rarely write to the same cache line. Each count is one relaxed atomic
 * addition, right also when the thread moves on in between.
 */
typedef struct np_cells_t np_cells_t;

/** The octets that @a count counters need. */
apr_size_t np_cells_size(int count);

/** Lay @a count counters out in memory of np_cells_size(), which was zeroed or
 *  laid out like this before: then they keep what they have counted. */
np_cells_t *np_cells_place(void *memory, int count);

/** Add to a counter. Does nothing where @a cells is NULL. */
void np_cells_add(np_cells_t *cells, int cell, apr_uint64_t n);

/** What was counted in all slots. */
apr_uint64_t np_cells_sum(np_cells_t *cells, int cell);

#endif
