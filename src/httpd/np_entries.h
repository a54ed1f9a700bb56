/* SPDX-License-Identifier: Apache-2.0
 * The entries of a mod_session session, among the data of ours. */
#ifndef NP_ENTRIES_H
#define NP_ENTRIES_H

#include "apr_tables.h"

#include "np_data.h"

/** What happened to the entries in a request. */
typedef struct np_entries_change_t {
    /** As the request found them. */
    const apr_table_t *from;
    const apr_table_t *to;
} np_entries_change_t;

/** The entries that are in @a data, in a table in @a p. */
apr_table_t *np_entries_read(np_bytes_t data, apr_pool_t *p);

/** Has nothing happened? */
bool np_entries_are_same(const np_entries_change_t *change);

/**
 * A np_data_edit_t: do the same to @a data as happened by @a how, a
 * np_entries_change_t. Entries that it leaves alone stay as they are by now.
 * @return APR_SUCCESS; APR_EINVAL for a name or a value that cannot be stored;
 *         APR_ENOSPC
 */
apr_status_t np_entries_apply(np_bytes_t data, np_bytes_t *changed,
                              const void *how, apr_pool_t *p);

#endif
