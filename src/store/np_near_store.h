/* SPDX-License-Identifier: Apache-2.0
 * A store that makes the near cache forget what is changed in another store. */
#ifndef NP_NEAR_STORE_H
#define NP_NEAR_STORE_H

#include "np_near.h"
#include "np_store.h"

/**
 * Make a store, in @a p, that asks @a store. Before it says that a key was
 * changed or removed, or that it is missing, @a table has forgotten the key; also
 * where nothing is known. It reads nothing from there.
 */
np_store_t *np_near_store_create(np_store_t *store, np_near_table_t *table,
                                 apr_pool_t *p);

#endif
