/* SPDX-License-Identifier: Apache-2.0
 * The configuration as the administrator wrote it: unset until it is set. */
#include "np_config.h"

#include "apr_strings.h"

/* create() leaves all unset, so merging is one line for each field:
 * merge(x, empty) = x, merge(empty, x) = x, and it is associative. */
#define MERGE(merged, outer, inner, field)                                     \
    ((merged)->field =                                                         \
         (inner)->field != NP_UNSET ? (inner)->field : (outer)->field)
#define MERGE_POINTER(merged, outer, inner, field)                             \
    ((merged)->field = (inner)->field ? (inner)->field : (outer)->field)
/* A place begins as the outer one. */
#define MERGE_SET(merged, inner, field, bit)                                   \
    ((merged)->place.field = (inner)->set & (bit) ? (inner)->place.field       \
                                                  : (merged)->place.field)

void *np_config_create_server(apr_pool_t *p, server_rec *server)
{
    np_server_conf_t *conf = apr_pcalloc(p, sizeof *conf);
    conf->store_timeout = NP_UNSET;
    conf->store_copies = NP_UNSET;
    conf->near_cache = NP_UNSET;
    return conf;
}

np_tenant_conf_t *np_config_create_tenant(const char *name, apr_pool_t *p)
{
    np_tenant_conf_t *tenant = apr_pcalloc(p, sizeof *tenant);
    tenant->name = name;
    tenant->mode = NP_UNSET;
    tenant->plan = NP_UNSET;
    tenant->profile = NP_UNSET;
    for (int mode = 0; mode < NP_MODES; mode++) {
        tenant->idle[mode] = NP_UNSET;
        tenant->life[mode] = NP_UNSET;
    }
    tenant->mfa_life = NP_UNSET;
    tenant->device_life = NP_UNSET;
    tenant->attempts = NP_UNSET;
    tenant->attempts_window = NP_UNSET;
    tenant->max_sessions = NP_UNSET;
    tenant->deny_sessions = NP_UNSET;
    tenant->compat = NP_UNSET;
    tenant->same_site = NP_UNSET;
    tenant->secure_always = NP_UNSET;
    return tenant;
}

/* One directive sets all three. */
static void merge_profile(np_tenant_conf_t *merged,
                          const np_tenant_conf_t *outer,
                          const np_tenant_conf_t *inner)
{
    const np_tenant_conf_t *from = inner->profile != NP_UNSET ? inner : outer;

    merged->profile = from->profile;
    merged->strictness = from->strictness;
    merged->profile_origin = from->profile_origin;
}

static np_tenant_conf_t *merge_tenant(apr_pool_t *p,
                                      const np_tenant_conf_t *outer,
                                      const np_tenant_conf_t *inner)
{
    np_tenant_conf_t *merged = np_config_create_tenant(inner->name, p);
    merged->origin = inner->origin;
    MERGE(merged, outer, inner, mode);
    MERGE(merged, outer, inner, plan);
    merge_profile(merged, outer, inner);
    for (int mode = 0; mode < NP_MODES; mode++) {
        MERGE(merged, outer, inner, idle[mode]);
        MERGE(merged, outer, inner, life[mode]);
    }
    MERGE(merged, outer, inner, mfa_life);
    MERGE(merged, outer, inner, device_life);
    MERGE(merged, outer, inner, attempts);
    MERGE(merged, outer, inner, attempts_window);
    MERGE(merged, outer, inner, max_sessions);
    MERGE(merged, outer, inner, deny_sessions);
    for (int kind = 0; kind < NP_KINDS; kind++) {
        MERGE_POINTER(merged, outer, inner, cookie_name[kind]);
    }
    MERGE(merged, outer, inner, compat);
    MERGE_POINTER(merged, outer, inner, cookie_path);
    MERGE_POINTER(merged, outer, inner, cookie_domain);
    MERGE(merged, outer, inner, same_site);
    MERGE(merged, outer, inner, secure_always);
    return merged;
}

static void *merge_tenant_entry(apr_pool_t *p, const void *key,
                                apr_ssize_t len, const void *inner,
                                const void *outer, const void *data)
{
    return merge_tenant(p, outer, inner);
}

static apr_hash_t *merge_tenants(apr_pool_t *p, apr_hash_t *outer,
                                 apr_hash_t *inner)
{
    if (!outer || !inner) {
        return inner ? inner : outer;
    }
    return apr_hash_merge(p, inner, outer, merge_tenant_entry, NULL);
}

static apr_array_header_t *append(apr_pool_t *p, apr_array_header_t *outer,
                                  apr_array_header_t *inner)
{
    if (!outer || !inner) {
        return inner ? inner : outer;
    }
    return apr_array_append(p, outer, inner);
}

void *np_config_merge_server(apr_pool_t *p, void *outer_conf, void *inner_conf)
{
    const np_server_conf_t *outer = outer_conf;
    const np_server_conf_t *inner = inner_conf;
    np_server_conf_t *merged = apr_pcalloc(p, sizeof *merged);

    MERGE_POINTER(merged, outer, inner, store);
    merged->store_origin =
        inner->store ? inner->store_origin : outer->store_origin;
    MERGE(merged, outer, inner, store_timeout);
    MERGE(merged, outer, inner, store_copies);
    merged->store_copies_origin = inner->store_copies != NP_UNSET
                                      ? inner->store_copies_origin
                                      : outer->store_copies_origin;
    MERGE(merged, outer, inner, near_cache);
    MERGE_POINTER(merged, outer, inner, state_dir);
    MERGE_POINTER(merged, outer, inner, key_files);
    merged->key_files_origin =
        inner->key_files ? inner->key_files_origin : outer->key_files_origin;
    merged->tenants = merge_tenants(p, outer->tenants, inner->tenants);
    merged->hosts = append(p, outer->hosts, inner->hosts);
    merged->tenant_refs = inner->tenant_refs;
    merged->token_refs = inner->token_refs;
    merged->run_refs = append(p, outer->run_refs, inner->run_refs);
    merged->login_pages =
        outer->login_pages && inner->login_pages
            ? apr_hash_overlay(p, inner->login_pages, outer->login_pages)
            : (inner->login_pages ? inner->login_pages : outer->login_pages);
    merged->wanted = outer->wanted || inner->wanted;
    return merged;
}

/* The defaults of a place, but for its run: np_run_conf.c has those. */
void *np_config_create_dir(apr_pool_t *p, char *dir)
{
    np_dir_conf_t *conf = apr_pcalloc(p, sizeof *conf);

    conf->place = (np_place_t){
        .strip_cookies = true,
        .app_cookies = NP_APP_COOKIES_PASS,
        .cache_control = NP_CACHE_CONTROL_DOCUMENTS,
        .clear_site_data = "\"cache\", \"storage\"",
    };
    return conf;
}

void *np_config_merge_dir(apr_pool_t *p, void *outer_conf, void *inner_conf)
{
    const np_dir_conf_t *inner = inner_conf;
    np_dir_conf_t *merged = apr_pmemdup(p, outer_conf, sizeof *merged);

    merged->set |= inner->set;
    MERGE_SET(merged, inner, on, NP_SET_ON);
    MERGE_SET(merged, inner, tenant, NP_SET_TENANT);
    MERGE_SET(merged, inner, login_url, NP_SET_LOGIN_URL);
    MERGE_SET(merged, inner, trust, NP_SET_TRUST);
    MERGE_SET(merged, inner, headers, NP_SET_HEADERS);
    MERGE_SET(merged, inner, strip_cookies, NP_SET_STRIP_COOKIES);
    MERGE_SET(merged, inner, app_cookies, NP_SET_APP_COOKIES);
    MERGE_SET(merged, inner, app_cookie_names, NP_SET_APP_COOKIES);
    MERGE_SET(merged, inner, pass_without_store, NP_SET_PASS_WITHOUT_STORE);
    MERGE_SET(merged, inner, passive, NP_SET_PASSIVE);
    MERGE_SET(merged, inner, cache_control, NP_SET_CACHE_CONTROL);
    MERGE_SET(merged, inner, clear_site_data, NP_SET_CLEAR_SITE_DATA);
    MERGE_SET(merged, inner, token_file, NP_SET_TOKEN_FILE);
    merged->run = np_run_conf_merge(merged->run, inner->run, p);
    np_config_settle_run(merged);
    return merged;
}

np_server_conf_t *np_config_server(const server_rec *server)
{
    return ap_get_module_config(server->module_config, &session_np_module);
}

void np_config_settle_run(np_dir_conf_t *conf)
{
    conf->place.run = np_run_conf_is_active(conf->run) ? conf->run : NULL;
}

const np_place_t *np_config_place(const request_rec *r)
{
    const np_dir_conf_t *conf =
        ap_get_module_config(r->per_dir_config, &session_np_module);
    return &conf->place;
}
