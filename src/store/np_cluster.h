/* SPDX-License-Identifier: Apache-2.0
 * Several servers that together keep the copies of each value. */
#ifndef NP_CLUSTER_H
#define NP_CLUSTER_H

#include "np_store.h"
#include "np_trust.h"

/** The most copies that a value may have. */
#define NP_CLUSTER_MAX_COPIES 4

/** What the thread that goes round the servers knows. */
typedef struct np_keeper_t np_keeper_t;

/** The servers, each a store of its own. */
typedef struct np_cluster_t {
    np_store_t *const *servers;
    /** Their names' seeds, how many there are, and how many copies to keep. */
    np_trust_list_t list;
    np_trust_t *trust;
    /** Who makes up for what a server missed; NULL: nobody does. */
    np_keeper_t *keeper;
    /** Would this server be asked now, or is it known to be away? */
    bool (*answers)(const np_store_t *server);
    /** Wait until this server, which has just failed, answers again; false if it
     *  does not, at once where that is known. NULL: none ever does. */
    bool (*await)(np_store_t *server, np_budget_t *budget);
    /** For so long a server that has just failed is waited for once more. */
    apr_interval_time_t patience;
    /** Calls that are under way; all this must not go before them. */
    atomic_int *calls;
    /** np_clock_now(), or what a test has instead. */
    apr_time_t (*clock)(void);
} np_cluster_t;

#endif
