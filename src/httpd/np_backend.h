/* SPDX-License-Identifier: Apache-2.0
 * The store that a configuration names: checked, opened, given to children. */
#ifndef NP_BACKEND_H
#define NP_BACKEND_H

#include "np_module.h"

#include "apr_time.h"

#include "np_cells.h"
#include "np_near.h"
#include "np_store.h"

/** The store of a server that names none. */
#define NP_BACKEND_DEFAULT "shmcb"
/** The name of our global mutex, for httpd's Mutex directive. */
#define NP_BACKEND_MUTEX "session-np"

typedef struct np_backend_t np_backend_t;

/**
 * Check the argument of SessionNPStore without opening anything.
 * @return NULL, or what is wrong and what to write instead
 */
const char *np_backend_check(const char *spec, apr_pool_t *p);

/** The same for SessionNPStoreReplicas, after the store was found good. */
const char *np_backend_check_copies(const char *spec, int copies,
                                    apr_pool_t *p);

/** What the configuration says of the store. */
typedef struct np_backend_conf_t {
    /** The argument of SessionNPStore. */
    const char *spec;
    /** The longest that a request waits for it. */
    apr_interval_time_t timeout;
    /** How many servers keep each record. */
    int copies;
    /** How long what it said is believed; 0: it is asked each time. */
    apr_interval_time_t near;
    /** The machine's near cache; NULL: no server has one. */
    np_near_table_t *near_table;
} np_backend_conf_t;

/**
 * Open a store, or find it open: what it keeps, and what is known of its
 * servers, outlives a graceful restart.
 * @return APR_SUCCESS, or why not; @a error then says it in words
 */
apr_status_t np_backend_open(np_backend_t **backend,
                             const np_backend_conf_t *conf, server_rec *server,
                             const char **error, apr_pool_t *p);

/** Make the backend usable in this child process, until @a p goes. */
apr_status_t np_backend_start(np_backend_t *backend, server_rec *server,
                              apr_pool_t *p);

/** The store, or NULL in a process where it was not started. */
np_store_t *np_backend_store(const np_backend_t *backend);

/** What of the store may be believed without asking it; NULL: nothing. */
const np_near_t *np_backend_near(const np_backend_t *backend);

/** What is counted of it: NP_STORE_CELLS of np_figures.h. */
np_cells_t *np_backend_figures(const np_backend_t *backend);

/** Do other machines use it, too? */
bool np_backend_is_common(const np_backend_t *backend);

/** The argument of SessionNPStore that named it. */
const char *np_backend_spec(const np_backend_t *backend);

#endif
