/* SPDX-License-Identifier: Apache-2.0
 * A store that counts what another store is asked for, and answers. */
#ifndef NP_COUNTED_H
#define NP_COUNTED_H

#include "np_cells.h"
#include "np_store.h"

/** Make a store, in @a p, that asks @a store and counts into @a cells, which
 *  are NP_STORE_CELLS of np_figures.h. */
np_store_t *np_counted_create(np_store_t *store, np_cells_t *cells,
                              apr_pool_t *p);

#endif
