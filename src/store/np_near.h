/* SPDX-License-Identifier: Apache-2.0
 * The near cache: what stores said a moment ago, in memory of the machine. */
#ifndef NP_NEAR_H
#define NP_NEAR_H

#include <stdbool.h>

#include "apr_pools.h"
#include "apr_time.h"

#include "np_bytes.h"
#include "np_cells.h"

/** The largest value that is kept, in octets; larger ones never are. */
#define NP_NEAR_ROOM 952
/** How many values there is room for; the oldest ones go. */
#define NP_NEAR_SLOTS 16384

/**
 * The memory. All processes of a machine share one, for all their stores, so
 * that whoever changes a value makes all of them forget it. It is all zero at
 * first.
 *
 * Nothing in it is ever locked, and nobody waits. A value is believed if a sum
 * over it and all that is said of it is right: so a half of one, or two mixed
 * up, are nothing, be their writers late or dead. And each says which
 * generation of its key it is of: a change is one addition to a counter, and
 * whatever was read before it is over, also if it is put down afterwards.
 */
typedef struct np_near_table_t np_near_table_t;

/** The octets that it takes. */
apr_size_t np_near_size(void);

/** Forget everything. */
void np_near_clear(np_near_table_t *table);

/** Forget what is known under @a key, of NP_STORAGE_KEY_LEN characters, in
 *  every store; also what is being read at this moment. */
void np_near_forget(np_near_table_t *table, const char *key);

/** How one store uses it. */
typedef struct np_near_t {
    np_near_table_t *table;
    /** Which store: the same for all processes, another one for others. */
    apr_uint64_t store;
    /** How old a value is that is not believed any more. */
    apr_interval_time_t longest;
    /** NP_STORE_CELLS of np_figures.h; NULL: nothing is counted. */
    np_cells_t *figures;
} np_near_t;

/** Taken before the store is asked. */
typedef struct np_near_mark_t {
    apr_uint64_t generation;
    apr_time_t moment;
} np_near_mark_t;

np_near_mark_t np_near_mark(const np_near_t *near, const char *key,
                            apr_time_t now);

/** Keep what the store said after @a mark was taken, unless it may have been
 *  changed since then by way of this machine, or is too large. */
void np_near_keep(const np_near_t *near, const char *key, np_near_mark_t mark,
                  np_bytes_t value);

/**
 * What did the store say less than near->longest before @a now? Times are wall
 * clock; a clock that is put back by less than that makes it older by so much.
 * @param ask becomes true if it is half so old and nobody has asked the store
 *            again lately, so that this one should
 * @return true, and @a value, in @a p; false: nothing that is known here
 */
bool np_near_find(const np_near_t *near, const char *key, apr_time_t now,
                  np_bytes_t *value, bool *ask, apr_pool_t *p);

/** Count one that was believed, or one for which the store was asked. */
void np_near_count(const np_near_t *near, bool believed);

#endif
