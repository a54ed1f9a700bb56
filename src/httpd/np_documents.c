/* SPDX-License-Identifier: Apache-2.0
 * The documents that all processes share: opened, kept, exchanged. */
#include "np_documents.h"

#include <string.h>

#include "apr_strings.h"
#include "util_mutex.h"

#include "np_clock.h"
#include "np_log.h"
#include "np_shm.h"
#include "np_state_dir.h"

static const np_document_t *const kinds[NP_DOCUMENTS] = {
    [NP_DOCUMENT_SETTINGS] = &np_overrides_document,
    [NP_DOCUMENT_REVOCATIONS] = &np_revocations_document,
};

/* What is shared besides the documents. */
typedef struct common_t {
    char node[APRMAXHOSTLEN + 16];
} common_t;

/* --- shared ----------------------------------------------------------------- */

static apr_status_t share_mutex(np_documents_t *documents, apr_pool_t *process)
{
    static const char name[] = "session_np documents' mutex";
    void *kept = NULL;

    (void)apr_pool_userdata_get(&kept, name, process);
    documents->mutex = kept;
    if (kept) {
        return APR_SUCCESS;
    }
    apr_status_t status =
        ap_global_mutex_create(&documents->mutex, NULL, NP_DOCUMENTS_MUTEX,
                               NULL, documents->server, process, 0);
    if (status == APR_SUCCESS) {
        apr_pool_userdata_set(documents->mutex, name, NULL, process);
    }
    return status;
}

/* A name that no other has, not even one on the same machine. */
static apr_status_t name_node(char *node, apr_size_t size, apr_pool_t *p)
{
    char host[APRMAXHOSTLEN + 1] = "";
    unsigned number;

    if (*node) {
        return APR_SUCCESS;
    }
    (void)apr_gethostname(host, sizeof host, p);
    apr_status_t status =
        np_crypto_random((unsigned char *)&number, sizeof number);
    if (status == APR_SUCCESS) {
        apr_snprintf(node, size, "%s-%08x", *host ? host : "node", number);
    }
    return status;
}

static apr_status_t share_common(np_documents_t *documents, apr_pool_t *p)
{
    void *rates = NULL;
    void *memory = NULL;

    apr_status_t status =
        np_shm_get(&rates, "session_np rates", np_rates_size(),
                   documents->server);
    if (status == APR_SUCCESS) {
        status = np_shm_get(&memory, "session_np common", sizeof(common_t),
                            documents->server);
    }
    if (status == APR_SUCCESS) {
        common_t *common = memory;
        documents->rates = rates;
        documents->node = common->node;
        status = name_node(common->node, sizeof common->node, p);
    }
    return status;
}

/* --- opening ---------------------------------------------------------------- */

static const char *say(apr_status_t status, const char *what, apr_pool_t *p)
{
    char reason[120];

    apr_strerror(status, reason, sizeof reason);
    return apr_psprintf(p, "%s: %s", what, reason);
}

/* What it takes to read it is not to stay until the next restart. */
static const char *load(const np_documents_t *documents, int which,
                        apr_pool_t *p)
{
    np_shared_t *shared = documents->all[which];
    const char *error = NULL;
    const char *why = "";
    apr_pool_t *scratch;

    apr_pool_create(&scratch, p);
    const apr_status_t status = np_shared_load(shared, &why, scratch);
    if (status != APR_SUCCESS) {
        error = apr_psprintf(
            p,
            "%s/%s: %s. Mend its permissions or bring it back from a backup; "
            "without it what was set while httpd ran is lost: if that may be, "
            "move it away",
            documents->path, kinds[which]->name, say(status, why, scratch));
    }
    apr_pool_destroy(scratch);
    return error;
}

static const char *open_one(np_documents_t *documents, int which, int dir,
                            apr_pool_t *p)
{
    const np_document_t *kind = kinds[which];
    const char *name = apr_psprintf(p, "session_np document %s in %s",
                                    kind->name, documents->path);
    void *memory = NULL;

    apr_status_t status = np_shm_get(&memory, name, np_shared_size(kind),
                                     documents->server);
    if (status != APR_SUCCESS) {
        return say(status, "there is no shared memory for settings", p);
    }
    documents->all[which] =
        np_shared_open(kind, memory, documents->mutex, dir, p);
    return load(documents, which, p);
}

static const char *open_all(np_documents_t *documents, const char *state_dir,
                            apr_pool_t *p)
{
    bool hopeless = false;
    int dir = -1;

    const char *error = np_state_dir_open_shared(state_dir, &dir, &hopeless, p);
    if (error && !hopeless) {
        return error;
    }
    if (error) {
        NP_LOG_SERVER(documents->server, APR_SUCCESS, NP_MSG_NOTHING_KEPT,
                      error);
    }
    apr_status_t status = share_mutex(documents, documents->server->process->pool);
    if (status == APR_SUCCESS) {
        status = share_common(documents, p);
    }
    if (status != APR_SUCCESS) {
        return say(status, "there is no mutex or memory for settings", p);
    }
    for (int i = 0; i < NP_DOCUMENTS; i++) {
        error = open_one(documents, i, dir, p);
        if (error) {
            return error;
        }
    }
    return NULL;
}

/* Adds the names of those that get none to @a left_out. */
static void give_places(np_documents_t *documents, np_site_t *site,
                        apr_hash_t *left_out, apr_pool_t *p)
{
    void *memory = np_shared_memory(documents->all[NP_DOCUMENT_SETTINGS]);

    for (apr_hash_index_t *i = apr_hash_first(p, site->tenants); i;
         i = apr_hash_next(i)) {
        np_tenant_t *tenant = apr_hash_this_val(i);
        tenant->override = np_overrides_place(memory, tenant->name);
        if (!tenant->override) {
            apr_hash_set(left_out, tenant->name, APR_HASH_KEY_STRING, tenant);
        }
    }
}

/* One line, for there may be thousands; and a tenant has a place in every
 * virtual host, or in none. */
static void give_all_places(np_documents_t *documents, apr_pool_t *p)
{
    apr_pool_t *scratch;

    apr_pool_create(&scratch, p);
    apr_hash_t *left_out = apr_hash_make(scratch);
    for (server_rec *s = documents->server; s; s = s->next) {
        np_site_t *site = np_config_server(s)->site;
        site->documents = documents;
        give_places(documents, site, left_out, scratch);
    }
    apr_hash_index_t *one = apr_hash_first(scratch, left_out);
    if (one) {
        NP_LOG_SERVER(documents->server, APR_SUCCESS, NP_MSG_TOO_MANY_TENANTS,
                      apr_hash_count(left_out),
                      (const char *)apr_hash_this_key(one), NP_OVERRIDES_MAX);
    }
    apr_pool_destroy(scratch);
}

static void tell(void *data, np_exchange_event_e event, const char *document,
                 apr_status_t status)
{
    const np_documents_t *documents = data;

    switch (event) {
    case NP_EXCHANGE_NEWS:
        NP_LOG_SERVER(documents->server, status, NP_MSG_TAKEN_OVER, document);
        break;
    case NP_EXCHANGE_REFUSED:
        NP_LOG_SERVER(documents->server, status, NP_MSG_NOT_TAKEN_OVER,
                      document);
        break;
    case NP_EXCHANGE_NOT_WRITTEN:
        NP_LOG_SERVER(documents->server, status, NP_MSG_NOT_KEPT,
                      documents->path, document);
        break;
    case NP_EXCHANGE_TOO_LARGE:
        NP_LOG_SERVER(documents->server, status, NP_MSG_NOT_EXCHANGED,
                      document);
        break;
    }
}

static const server_rec *first_wanted(const server_rec *server)
{
    while (server && !np_config_server(server)->wanted) {
        server = server->next;
    }
    return server;
}

const char *np_documents_open(server_rec *main_server, apr_pool_t *p)
{
    const server_rec *first = first_wanted(main_server);
    np_documents_t *documents = apr_pcalloc(p, sizeof *documents);

    if (!first) {
        return NULL;
    }
    const np_server_conf_t *conf = np_config_server(first);
    const char *dir =
        conf->state_dir ? conf->state_dir : np_state_dir_default(p);
    documents->server = main_server;
    documents->path = apr_pstrcat(p, dir, "/" NP_STATE_DIR_SHARED, NULL);
    documents->site = conf->site;
    const char *error = open_all(documents, dir, p);
    if (error) {
        return error;
    }
    /* An old child may just be adding a tenant. */
    np_shared_t *settings = documents->all[NP_DOCUMENT_SETTINGS];
    if (np_shared_lock(settings) != APR_SUCCESS) {
        return "the settings cannot be locked";
    }
    give_all_places(documents, p);
    np_shared_unlock(settings);
    return NULL;
}

const np_revoked_t *np_documents_revoked(const np_documents_t *documents)
{
    return documents ? np_revocations_table(np_shared_memory(
                           documents->all[NP_DOCUMENT_REVOCATIONS]))
                     : NULL;
}

/* --- in a child ------------------------------------------------------------- */

apr_status_t np_documents_start(np_documents_t *documents, apr_pool_t *p)
{
    apr_status_t status = apr_global_mutex_child_init(
        &documents->mutex, apr_global_mutex_lockfile(documents->mutex), p);
    np_backend_t *backend = documents->site->backend;

    if (status != APR_SUCCESS || !np_backend_store(backend)
        || !np_backend_is_common(backend)) {
        return status;
    }
    documents->exchange = (np_exchange_t){
        .store = np_backend_store(backend),
        .crypto = documents->site->crypto,
        .timeout = documents->site->store_timeout,
        .documents = documents->all,
        .count = NP_DOCUMENTS,
        .tell = tell,
        .data = documents,
    };
    return np_exchange_keep(&documents->exchange, p);
}

void np_documents_push(np_documents_t *documents, np_documents_e which,
                       np_budget_t *budget, apr_pool_t *p)
{
    if (documents->exchange.store) {
        np_exchange_visit(&documents->exchange, documents->all[which],
                          np_clock_now(), budget, p);
    }
}
