/* SPDX-License-Identifier: Apache-2.0
 * Finding what is wrong with a configuration before a server runs by it. */
#include "np_check.h"

#include <string.h>

#include "apr_strings.h"
#include "http_core.h"

#include "np_backend.h"
#include "np_check_profile.h"
#include "np_check_run.h"
#include "np_keys.h"
#include "np_log.h"
#include "np_site.h"
#include "np_tokens.h"

/* One look at the configuration: errors are logged and counted. */
typedef struct np_check_t {
    server_rec *server;
    apr_pool_t *p;
    int errors;
} np_check_t;

__attribute__((format(printf, 3, 4)))
static void complain(np_check_t *check, const np_origin_t *origin,
                     const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const char *text = apr_pvsprintf(check->p, format, args);
    va_end(args);
    if (origin && origin->file) {
        text = apr_psprintf(check->p, "%s (line %d of %s): %s",
                            origin->directive, origin->line, origin->file,
                            text);
    }
    NP_LOG_SERVER(check->server, APR_SUCCESS, NP_MSG_CONFIG_ERROR, text);
    check->errors++;
}

static void check_store(np_check_t *check, const np_server_conf_t *conf,
                        const np_site_t *site)
{
    const char *spec = conf->store ? conf->store : NP_BACKEND_DEFAULT;

    if (!conf->store && !conf->wanted) {
        return;
    }
    const char *error = np_backend_check(spec, check->p);
    if (error) {
        complain(check, &conf->store_origin, "SessionNPStore \"%s\" %s", spec,
                 error);
        return;
    }
    error = np_backend_check_copies(spec, site->store_copies, check->p);
    if (error) {
        complain(check, &conf->store_copies_origin,
                 "SessionNPStore \"%s\" %s, or SessionNPStoreReplicas 1", spec,
                 error);
    }
}

/* What comes after a request's body would become headers that nobody looked at:
 * cookies, and words in our name. */
static void check_trailers(np_check_t *check, const np_server_conf_t *conf)
{
    const core_server_config *core =
        ap_get_core_module_config(check->server->module_config);

    if (conf->wanted && core->merge_trailers == AP_MERGE_TRAILERS_ENABLE) {
        complain(check, NULL,
                 "\"MergeTrailers On\" lets clients add headers behind a "
                 "request's body, which the application would take for those "
                 "of this module: remove it from server %s",
                 check->server->server_hostname);
    }
}

static void check_keys(np_check_t *check, const np_server_conf_t *conf)
{
    np_crypto_t *crypto;

    if (conf->key_files) {
        const char *error = np_keys_read(conf->key_files, &crypto, check->p);
        if (error) {
            complain(check, &conf->key_files_origin, "%s", error);
        }
    }
}

static void check_tokens(np_check_t *check, const np_server_conf_t *conf)
{
    const apr_array_header_t *refs = conf->token_refs;
    np_tokens_t tokens;

    for (int i = 0; refs && i < refs->nelts; i++) {
        const np_token_ref_t *ref = &APR_ARRAY_IDX(refs, i, np_token_ref_t);
        const char *error = np_tokens_read(ref->path, &tokens, check->p);
        if (error) {
            complain(check, &ref->origin, "%s", error);
        }
    }
}

static void check_refs(np_check_t *check, const np_server_conf_t *conf,
                       const np_site_t *site)
{
    const apr_array_header_t *refs = conf->tenant_refs;

    for (int i = 0; refs && i < refs->nelts; i++) {
        const np_tenant_ref_t *ref = &APR_ARRAY_IDX(refs, i, np_tenant_ref_t);
        if (!apr_hash_get(site->tenants, ref->tenant, APR_HASH_KEY_STRING)) {
            complain(check, &ref->origin,
                     "there is no tenant \"%s\": define it with "
                     "<SessionNPTenant %s>, or correct the name",
                     ref->tenant, ref->tenant);
        }
    }
}

static void check_hosts(np_check_t *check, const np_server_conf_t *conf)
{
    apr_hash_t *owners = apr_hash_make(check->p);

    for (int i = 0; conf->hosts && i < conf->hosts->nelts; i++) {
        const np_host_conf_t *host =
            &APR_ARRAY_IDX(conf->hosts, i, np_host_conf_t);
        const char *owner =
            apr_hash_get(owners, host->host, APR_HASH_KEY_STRING);
        if (owner && strcmp(owner, host->tenant)) {
            complain(check, &host->origin,
                     "host \"%s\" belongs to tenant \"%s\" already: name it "
                     "in one of them only",
                     host->host, owner);
        }
        apr_hash_set(owners, host->host, APR_HASH_KEY_STRING, host->tenant);
    }
}

/* Six names, all different, or one kind would be read as another. */
static void check_names_differ(np_check_t *check, const np_origin_t *origin,
                               const np_tenant_t *tenant)
{
    const char *names[2 * NP_KINDS];

    for (int kind = 0; kind < NP_KINDS; kind++) {
        names[2 * kind] = tenant->cookie_name[kind];
        names[2 * kind + 1] = tenant->twin_name[kind];
    }
    for (int i = 0; i < 2 * NP_KINDS; i++) {
        for (int j = i + 1; j < 2 * NP_KINDS; j++) {
            if (!strcmp(names[i], names[j])) {
                complain(check, origin,
                         "two cookies of tenant \"%s\" are called \"%s\": "
                         "give each kind a SessionNPCookieName of its own, "
                         "that is not another's with _compat",
                         tenant->name, names[i]);
            }
        }
    }
}

/* RFC 6265bis section 4.1.3.2: __Host- promises host-only and Path=/. */
static void check_prefixes(np_check_t *check, const np_origin_t *origin,
                           const np_tenant_t *tenant)
{
    for (int kind = 0; kind < NP_KINDS; kind++) {
        const char *name = tenant->cookie_name[kind];
        if (!strncasecmp(name, "__Host-", strlen("__Host-"))
            && (tenant->cookie_domain || strcmp(tenant->cookie_path, "/"))) {
            complain(check, origin,
                     "browsers refuse cookie \"%s\" of tenant \"%s\" with a "
                     "Domain or another Path than \"/\": remove "
                     "SessionNPCookieDomain and SessionNPCookiePath, or the "
                     "prefix",
                     name, tenant->name);
        }
    }
}

static bool paths_overlap(const char *a, const char *b)
{
    apr_size_t len = strlen(a) < strlen(b) ? strlen(a) : strlen(b);
    return !strncmp(a, b, len);
}

/* Two tenants that places of one host name, under one cookie name. */
static void check_meeting(np_check_t *check, const np_server_conf_t *conf,
                          const np_site_t *site)
{
    const apr_array_header_t *refs = conf->tenant_refs;
    const np_tenant_t *first = NULL;

    for (int i = 0; refs && i < refs->nelts; i++) {
        const np_tenant_t *tenant = apr_hash_get(
            site->tenants, APR_ARRAY_IDX(refs, i, np_tenant_ref_t).tenant,
            APR_HASH_KEY_STRING);
        if (!first || !tenant) {
            first = first ? first : tenant;
            continue;
        }
        const char *name = tenant->cookie_name[NP_KIND_SESSION - 1];
        if (tenant != first
            && !strcmp(name, first->cookie_name[NP_KIND_SESSION - 1])
            && paths_overlap(tenant->cookie_path, first->cookie_path)) {
            NP_LOG_SERVER(check->server, APR_SUCCESS, NP_MSG_COOKIES_MEET,
                          first->name, tenant->name, name);
            return;
        }
    }
}

/* A tenant that a virtual host does not refine was looked at in the server. */
static void check_tenants(np_check_t *check, const np_server_conf_t *conf,
                          const np_site_t *site, apr_hash_t *looked_at)
{
    for (apr_hash_index_t *i = conf->tenants
                                   ? apr_hash_first(check->p, conf->tenants)
                                   : NULL;
         i; i = apr_hash_next(i)) {
        const np_tenant_conf_t *tenant_conf = apr_hash_this_val(i);
        const np_tenant_t *tenant = apr_hash_get(
            site->tenants, tenant_conf->name, APR_HASH_KEY_STRING);
        check_names_differ(check, &tenant_conf->origin, tenant);
        check_prefixes(check, &tenant_conf->origin, tenant);
        if (!looked_at
            || apr_hash_get(looked_at, tenant_conf->name,
                            APR_HASH_KEY_STRING) != tenant_conf) {
            check->errors += np_check_profile(check->server, tenant_conf,
                                              tenant, check->p);
        }
    }
}

int np_check_config(apr_pool_t *p, apr_pool_t *log, apr_pool_t *scratch,
                    server_rec *main_server)
{
    np_check_t check = { .p = scratch };
    const np_server_conf_t *outer = np_config_server(main_server);
    apr_hash_t *told = apr_hash_make(scratch);

    for (server_rec *server = main_server; server; server = server->next) {
        const np_server_conf_t *conf = np_config_server(server);
        const np_site_t *site = np_site_create(server, false, scratch);
        bool own = server == main_server;

        check.server = server;
        if (own || conf->store != outer->store || !outer->wanted
            || conf->store_copies != outer->store_copies) {
            check_store(&check, conf, site);
        }
        if (own || conf->key_files != outer->key_files) {
            check_keys(&check, conf);
        }
        if (own || conf->hosts != outer->hosts) {
            check_hosts(&check, conf);
        }
        if (own || conf->tenants != outer->tenants) {
            check_tenants(&check, conf, site, own ? NULL : outer->tenants);
        }
        check_trailers(&check, conf);
        check_tokens(&check, conf);
        check_refs(&check, conf, site);
        check_meeting(&check, conf, site);
        check.errors += np_check_run(server, outer, site, told, scratch);
    }
    check.errors += np_check_run_auth(main_server, scratch);
    return check.errors ? HTTP_INTERNAL_SERVER_ERROR : OK;
}
