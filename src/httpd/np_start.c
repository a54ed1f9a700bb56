/* SPDX-License-Identifier: Apache-2.0
 * Starting: keys, stores and sites, in the parent and in each child. */
#include "np_start.h"

#include <string.h>

#include "apr_strings.h"
#include "http_core.h"
#include "util_mutex.h"

#include "np_bridge.h"
#include "np_check.h"
#include "np_documents.h"
#include "np_keys.h"
#include "np_log.h"
#include "np_metrics.h"
#include "np_shm.h"
#include "np_site.h"
#include "np_state_dir.h"

int np_start_pre_config(apr_pool_t *p, apr_pool_t *log, apr_pool_t *scratch)
{
    np_check_complete_sections(p);
    np_bridge_register();
    return ap_mutex_register(p, NP_BACKEND_MUTEX, NULL, APR_LOCK_DEFAULT, 0)
                       == APR_SUCCESS
                   && ap_mutex_register(p, NP_DOCUMENTS_MUTEX, NULL,
                                        APR_LOCK_DEFAULT, 0)
                          == APR_SUCCESS
               ? OK
               : HTTP_INTERNAL_SERVER_ERROR;
}

/* Servers with the same keys share a ring, and those with the same store and
 * timeout share a backend: look for it among the servers before this one. */
static const np_site_t *find_site(const server_rec *main_server,
                                  const server_rec *server, bool (*same)(
                                      const np_server_conf_t *,
                                      const np_server_conf_t *))
{
    const np_server_conf_t *conf = np_config_server(server);

    for (const server_rec *s = main_server; s != server; s = s->next) {
        const np_server_conf_t *other = np_config_server(s);
        if (other->site->backend && same(conf, other)) {
            return other->site;
        }
    }
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static bool same_keys(const np_server_conf_t *a, const np_server_conf_t *b)
{
    return a->key_files == b->key_files
           && (a->key_files || same_text(a->state_dir, b->state_dir));
}

static bool same_store(const np_server_conf_t *a, const np_server_conf_t *b)
{
    return same_text(a->store, b->store)
           && a->store_timeout == b->store_timeout
           && a->store_copies == b->store_copies
           && a->site->near_cache == b->site->near_cache;
}

static const char *open_keys(np_site_t *site, const np_server_conf_t *conf,
                             server_rec *server, apr_pool_t *p)
{
    np_crypto_t *crypto = NULL;
    const char *error;

    if (conf->key_files) {
        error = np_keys_read(conf->key_files, &crypto, p);
    }
    else {
        const char *dir = conf->state_dir
                              ? conf->state_dir
                              : np_state_dir_default(p);
        error = np_keys_keep(dir, server, &crypto, p);
    }
    site->crypto = crypto;
    return error;
}

static bool has_near_cache(const server_rec *main_server)
{
    for (const server_rec *s = main_server; s; s = s->next) {
        const np_server_conf_t *conf = np_config_server(s);
        if (conf->wanted && conf->near_cache > 0) {
            return true;
        }
    }
    return false;
}

/* One for all stores, if any server has one. What was in it before a restart is
 * forgotten: who changed it meanwhile may not have known of it. */
static apr_status_t open_near(np_near_table_t **table, server_rec *main_server)
{
    void *memory;

    if (!has_near_cache(main_server)) {
        return APR_SUCCESS;
    }
    apr_status_t status =
        np_shm_get(&memory, "near cache", np_near_size(), main_server);
    if (status == APR_SUCCESS) {
        *table = memory;
        np_near_clear(*table);
    }
    return status;
}

static bool open_store(np_site_t *site, server_rec *server,
                       np_near_table_t *near, apr_pool_t *p)
{
    const np_server_conf_t *conf = np_config_server(server);
    const np_backend_conf_t wanted = {
        .spec = conf->store ? conf->store : NP_BACKEND_DEFAULT,
        .timeout = site->store_timeout,
        .copies = site->store_copies,
        .near = site->near_cache,
        .near_table = near,
    };
    np_backend_t *backend = NULL;
    const char *error = NULL;

    apr_status_t status =
        np_backend_open(&backend, &wanted, server, &error, p);
    if (status != APR_SUCCESS) {
        NP_LOG_SERVER(server, status, NP_MSG_STORE_NOT_OPENED, wanted.spec,
                      error);
        return false;
    }
    site->backend = backend;
    return true;
}

static bool open_site(np_site_t *site, server_rec *main_server,
                      server_rec *server, np_near_table_t *near,
                      apr_pool_t *p)
{
    const np_server_conf_t *conf = np_config_server(server);
    const np_site_t *same = find_site(main_server, server, same_keys);

    if (same) {
        site->crypto = same->crypto;
    }
    else {
        const char *error = open_keys(site, conf, server, p);
        if (error) {
            NP_LOG_SERVER(server, APR_SUCCESS, NP_MSG_CONFIG_ERROR, error);
            return false;
        }
    }
    same = find_site(main_server, server, same_store);
    if (same) {
        site->backend = same->backend;
        return true;
    }
    return open_store(site, server, near, p);
}

static bool start_site(np_site_t *site, server_rec *main_server,
                       server_rec *server, np_near_table_t *near,
                       apr_pool_t *p)
{
    if (!open_site(site, main_server, server, near, p)) {
        return false;
    }
    apr_status_t status = np_metrics_open(site, server);
    if (status != APR_SUCCESS) {
        NP_LOG_SERVER(server, status, NP_MSG_CONFIG_ERROR,
                      "there is no shared memory for the figures");
    }
    return status == APR_SUCCESS;
}

/* httpd lets a virtual host without directives of ours share the server's
 * configuration; but each has a site, with a host of its own. */
static np_server_conf_t *own_config(server_rec *main_server,
                                    server_rec *server, apr_pool_t *p)
{
    np_server_conf_t *conf = np_config_server(server);

    if (server != main_server && conf == np_config_server(main_server)) {
        conf = apr_pmemdup(p, conf, sizeof *conf);
        ap_set_module_config(server->module_config, &session_np_module, conf);
    }
    return conf;
}

int np_start_post_config(apr_pool_t *p, apr_pool_t *log, apr_pool_t *scratch,
                         server_rec *main_server)
{
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;                    /* httpd's rehearsal before it detaches */
    }
    np_near_table_t *near = NULL;
    apr_status_t status = open_near(&near, main_server);
    if (status != APR_SUCCESS) {
        NP_LOG_SERVER(main_server, status, NP_MSG_CONFIG_ERROR,
                      "there is no shared memory for the near cache");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    for (server_rec *server = main_server; server; server = server->next) {
        np_server_conf_t *conf = own_config(main_server, server, p);
        bool announce =
            server == main_server
            || conf->tenants != np_config_server(main_server)->tenants;

        conf->site = np_site_create(server, announce, p);
        if (conf->wanted
            && !start_site(conf->site, main_server, server, near, p)) {
            return HTTP_INTERNAL_SERVER_ERROR;
        }
    }
    const char *error = np_documents_open(main_server, p);
    if (error) {
        NP_LOG_SERVER(main_server, APR_SUCCESS, NP_MSG_CONFIG_ERROR, error);
    }
    return error ? HTTP_INTERNAL_SERVER_ERROR : OK;
}

static void start_documents(server_rec *main_server, apr_pool_t *p)
{
    np_documents_t *documents = np_config_server(main_server)->site->documents;
    apr_status_t status =
        documents ? np_documents_start(documents, p) : APR_SUCCESS;

    if (status != APR_SUCCESS) {
        NP_LOG_SERVER(main_server, status, NP_MSG_NO_EXCHANGE);
    }
}

void np_start_child(apr_pool_t *p, server_rec *main_server)
{
    for (server_rec *server = main_server; server; server = server->next) {
        np_backend_t *backend = np_config_server(server)->site->backend;
        if (!backend || np_backend_store(backend)) {
            continue;
        }
        apr_status_t status = np_backend_start(backend, server, p);
        if (status != APR_SUCCESS) {
            NP_LOG_SERVER(server, status, NP_MSG_CHILD_NOT_READY);
        }
    }
    start_documents(main_server, p);
}
