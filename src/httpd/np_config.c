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

void *np_config_create_server(apr_pool_t *p, server_rec *server)
{
    np_server_conf_t *conf = apr_pcalloc(p, sizeof *conf);
    conf->store_timeout = NP_UNSET;
    conf->store_copies = NP_UNSET;
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
    MERGE_POINTER(merged, outer, inner, state_dir);
    MERGE_POINTER(merged, outer, inner, key_files);
    merged->key_files_origin =
        inner->key_files ? inner->key_files_origin : outer->key_files_origin;
    merged->tenants = merge_tenants(p, outer->tenants, inner->tenants);
    merged->hosts = append(p, outer->hosts, inner->hosts);
    merged->tenant_refs = inner->tenant_refs;
    merged->token_refs = inner->token_refs;
    merged->login_pages =
        outer->login_pages && inner->login_pages
            ? apr_hash_overlay(p, inner->login_pages, outer->login_pages)
            : (inner->login_pages ? inner->login_pages : outer->login_pages);
    merged->wanted = outer->wanted || inner->wanted;
    return merged;
}

void *np_config_create_dir(apr_pool_t *p, char *dir)
{
    np_dir_conf_t *conf = apr_pcalloc(p, sizeof *conf);
    conf->on = NP_UNSET;
    conf->trust = NP_UNSET;
    conf->headers = NP_UNSET;
    conf->strip_cookies = NP_UNSET;
    conf->app_cookies = NP_UNSET;
    conf->pass_without_store = NP_UNSET;
    conf->cache_control = NP_UNSET;
    return conf;
}

void *np_config_merge_dir(apr_pool_t *p, void *outer_conf, void *inner_conf)
{
    const np_dir_conf_t *outer = outer_conf;
    const np_dir_conf_t *inner = inner_conf;
    np_dir_conf_t *merged = apr_pcalloc(p, sizeof *merged);

    MERGE(merged, outer, inner, on);
    MERGE_POINTER(merged, outer, inner, tenant);
    MERGE_POINTER(merged, outer, inner, login_url);
    MERGE(merged, outer, inner, trust);
    MERGE(merged, outer, inner, headers);
    MERGE(merged, outer, inner, strip_cookies);
    MERGE(merged, outer, inner, app_cookies);
    merged->app_cookie_names = inner->app_cookies != NP_UNSET
                                   ? inner->app_cookie_names
                                   : outer->app_cookie_names;
    MERGE(merged, outer, inner, pass_without_store);
    MERGE_POINTER(merged, outer, inner, passive);
    MERGE(merged, outer, inner, cache_control);
    MERGE_POINTER(merged, outer, inner, clear_site_data);
    MERGE_POINTER(merged, outer, inner, token_file);
    return merged;
}

np_server_conf_t *np_config_server(const server_rec *server)
{
    return ap_get_module_config(server->module_config, &session_np_module);
}

static bool is_set_to(int value, bool otherwise)
{
    return value == NP_UNSET ? otherwise : value != 0;
}

np_place_t np_config_place(const request_rec *r)
{
    const np_dir_conf_t *conf =
        ap_get_module_config(r->per_dir_config, &session_np_module);
    const char *clear = conf->clear_site_data;
    const char *tokens = conf->token_file;

    return (np_place_t){
        .on = is_set_to(conf->on, false),
        .tenant = conf->tenant,
        .login_url = conf->login_url && *conf->login_url ? conf->login_url
                                                         : NULL,
        .trust = is_set_to(conf->trust, false),
        .headers = is_set_to(conf->headers, false),
        .strip_cookies = is_set_to(conf->strip_cookies, true),
        .app_cookies = conf->app_cookies == NP_UNSET
                           ? NP_APP_COOKIES_PASS
                           : (np_app_cookies_e)conf->app_cookies,
        .app_cookie_names = conf->app_cookie_names,
        .pass_without_store = is_set_to(conf->pass_without_store, false),
        .passive = conf->passive,
        .cache_control = conf->cache_control == NP_UNSET
                             ? NP_CACHE_CONTROL_DOCUMENTS
                             : (np_cache_control_e)conf->cache_control,
        .clear_site_data = clear ? clear : "\"cache\", \"storage\"",
        .token_file = tokens && *tokens ? tokens : NULL,
    };
}
