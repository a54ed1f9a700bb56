/* SPDX-License-Identifier: Apache-2.0
 * How machines with one store get each other's documents. */
#ifndef NP_EXCHANGE_H
#define NP_EXCHANGE_H

#include "np_crypto.h"
#include "np_shared.h"
#include "np_store.h"

/** What is worth a line in the log. */
typedef enum np_exchange_event_e {
    /** Something of another machine is in force here now. */
    NP_EXCHANGE_NEWS,
    /** The store has one that was not sealed by these keys, or says nothing;
     *  told once. */
    NP_EXCHANGE_REFUSED,
    /** What is in force could not be written into its file. */
    NP_EXCHANGE_NOT_WRITTEN,
    /** It is too large for the store; told once. */
    NP_EXCHANGE_TOO_LARGE,
} np_exchange_event_e;

/** Where documents are exchanged. */
typedef struct np_exchange_t {
    np_store_t *store;
    const np_crypto_t *crypto;
    /** How long to wait for the store each time. */
    apr_interval_time_t timeout;
    np_shared_t *const *documents;
    int count;
    /** Called by any thread. */
    void (*tell)(void *data, np_exchange_event_e event, const char *document,
                 apr_status_t status);
    void *data;
} np_exchange_t;

/** Take over what is newer in the store, then put into it what it lacks. Without
 *  an answer in time nothing happens. */
void np_exchange_visit(const np_exchange_t *exchange, np_shared_t *shared,
                       apr_time_t now, np_budget_t *budget, apr_pool_t *p);

/** Start the thread that does it once a second, in one of all processes. It
 *  ends with @a p, in which @a exchange has to live. */
apr_status_t np_exchange_keep(const np_exchange_t *exchange, apr_pool_t *p);

#endif
