/* SPDX-License-Identifier: Apache-2.0
 * The documents that all processes share: opened, kept, exchanged. */
#ifndef NP_DOCUMENTS_H
#define NP_DOCUMENTS_H

#include "np_site.h"

#include "np_exchange.h"
#include "np_overrides.h"
#include "np_rates.h"
#include "np_revocations.h"

/** The name of their mutex, for httpd's Mutex directive. */
#define NP_DOCUMENTS_MUTEX "session-np-documents"

/** Which documents there are. */
typedef enum np_documents_e {
    NP_DOCUMENT_SETTINGS,
    NP_DOCUMENT_REVOCATIONS,
} np_documents_e;
#define NP_DOCUMENTS 2

/** One for the whole of httpd; every site has it, or none. */
typedef struct np_documents_t {
    server_rec *server;
    /** The file's directory, for messages. */
    const char *path;
    /** By np_documents_e. */
    np_shared_t *all[NP_DOCUMENTS];
    np_rates_t *rates;
    /** What this httpd is called among those that share the store. */
    const char *node;
    apr_global_mutex_t *mutex;
    /** Whose store and keys they are exchanged by. */
    const np_site_t *site;
    np_exchange_t exchange;
} np_documents_t;

/**
 * Open the documents and read their files, in the parent: what is in memory
 * outlives a graceful restart. Then give every site its tenants' places. Nothing
 * is done where no place has sessions.
 * @return NULL, or what is wrong and what to do
 */
const char *np_documents_open(server_rec *main_server, apr_pool_t *p);

/** Use them in this child process, until @a p goes. */
apr_status_t np_documents_start(np_documents_t *documents, apr_pool_t *p);

/** Users all of whose sessions were ended; NULL without documents. */
const np_revoked_t *np_documents_revoked(const np_documents_t *documents);

/** Show other machines what has just changed; they would ask by themselves
 *  within a second or two. */
void np_documents_push(np_documents_t *documents, np_documents_e which,
                       np_budget_t *budget, apr_pool_t *p);

#endif
