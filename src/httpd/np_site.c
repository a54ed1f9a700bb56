/* SPDX-License-Identifier: Apache-2.0
 * What a virtual host runs by: the configuration resolved, keys and store. */
#include "np_site.h"

#include <string.h>

#include "apr_strings.h"

#include "np_digest.h"
#include "np_log.h"
#include "np_overrides.h"
#include "np_run.h"

#define HOURS(n) apr_time_from_sec(APR_INT64_C(3600) * (n))

static const np_limits_t default_limits[NP_MODES] = {
    [NP_MODE_PERSISTENT] = { .idle = HOURS(72), .life = HOURS(168) },
    [NP_MODE_NON_PERSISTENT] = { .idle = HOURS(24), .life = HOURS(72) },
};

static const np_attempts_t default_attempts = {
    .most = 10,
    .window = apr_time_from_sec(15 * 60),
};

/** Also for clients that never bring their cookie back. */
#define DEFAULT_MAX_SESSIONS 100

static const char *const default_names[NP_KINDS] = {
    [NP_KIND_SESSION - 1] = "auth0",
    [NP_KIND_MFA - 1] = "auth0-mf",
    [NP_KIND_DEVICE - 1] = "did",
};

static int number(int value, int otherwise)
{
    return value == NP_UNSET ? otherwise : value;
}

static apr_interval_time_t duration(apr_interval_time_t value,
                                    apr_interval_time_t otherwise)
{
    return value == NP_UNSET ? otherwise : value;
}

/* Logins are not counted unless one of the two directives says so. */
static np_attempts_t resolve_attempts(const np_tenant_conf_t *conf)
{
    if (conf->attempts == NP_UNSET && conf->attempts_window == NP_UNSET) {
        return (np_attempts_t){ .most = 0 };
    }
    return (np_attempts_t){
        .most = number(conf->attempts, default_attempts.most),
        .window = duration(conf->attempts_window, default_attempts.window),
    };
}

static void announce_limit(server_rec *server, const np_tenant_conf_t *conf,
                           const char *directive, apr_interval_time_t asked,
                           apr_interval_time_t limit)
{
    if (asked > limit) {
        NP_LOG_SERVER(server, APR_SUCCESS, NP_MSG_PLAN_SUPERSEDES, directive,
                      conf->name, apr_time_sec(asked) / 60,
                      apr_time_sec(limit) / 60);
    }
}

static np_limits_t resolve_limits(server_rec *server,
                                  const np_tenant_conf_t *conf, int mode,
                                  bool announce)
{
    np_limits_t limits = {
        .idle = duration(conf->idle[mode], default_limits[mode].idle),
        .life = duration(conf->life[mode], default_limits[mode].life),
    };
    np_limits_t plan =
        np_policy_plan_limits((np_plan_e)number(conf->plan,
                                                NP_PLAN_ENTERPRISE));

    if (announce) {
        announce_limit(server, conf, "SessionNPInactivityTimeout", limits.idle,
                       plan.idle);
        announce_limit(server, conf, "SessionNPRequireLoginAfter", limits.life,
                       plan.life);
    }
    return np_policy_smaller(limits, plan);
}

/* ServerName without port, so that both virtual hosts of a site, http and
 * https, and all nodes that serve it, agree. */
static const char *scope_host(const server_rec *server, const char *tenant,
                              apr_pool_t *p)
{
    if (strcmp(tenant, NP_DEFAULT_TENANT) || !server->server_hostname) {
        return "";
    }
    char *host = apr_pstrdup(p, server->server_hostname);
    ap_str_tolower(host);
    return host;
}

static const char *with_slash(const char *path, apr_pool_t *p)
{
    return path[strlen(path) - 1] == '/' ? path
                                         : apr_pstrcat(p, path, "/", NULL);
}

/* Every default of a tenant is in this function and the tables above it. */
static np_tenant_t *resolve_tenant(server_rec *server,
                                   const np_tenant_conf_t *conf, bool announce,
                                   apr_pool_t *p)
{
    np_tenant_t *tenant = apr_pcalloc(p, sizeof *tenant);

    tenant->name = conf->name;
    tenant->rules.mode =
        (np_mode_e)number(conf->mode, NP_MODE_NON_PERSISTENT);
    tenant->plan = np_policy_plan_limits(
        (np_plan_e)number(conf->plan, NP_PLAN_ENTERPRISE));
    for (int mode = 0; mode < NP_MODES; mode++) {
        tenant->rules.limits[mode] =
            resolve_limits(server, conf, mode, announce);
    }
    tenant->rules.mfa_life = duration(conf->mfa_life, HOURS(30 * 24));
    tenant->rules.device_life = duration(conf->device_life, HOURS(365 * 24));
    tenant->rules.attempts = resolve_attempts(conf);
    tenant->rules.quota = (np_quota_t){
        .most = number(conf->max_sessions, DEFAULT_MAX_SESSIONS),
        .deny = number(conf->deny_sessions, false),
    };
    for (int kind = 0; kind < NP_KINDS; kind++) {
        tenant->cookie_name[kind] = conf->cookie_name[kind]
                                        ? conf->cookie_name[kind]
                                        : default_names[kind];
        tenant->twin_name[kind] =
            apr_pstrcat(p, tenant->cookie_name[kind], "_compat", NULL);
    }
    tenant->compat = number(conf->compat, true);
    tenant->cookie_path = conf->cookie_path ? conf->cookie_path : "/";
    tenant->run_path = with_slash(tenant->cookie_path, p);
    tenant->run_realm =
        apr_pstrcat(p, NP_DIGEST_REALM_PREFIX, tenant->run_path + 1, NULL);
    tenant->cookie_domain = conf->cookie_domain;
    tenant->same_site =
        (np_same_site_e)number(conf->same_site, NP_SAME_SITE_NONE);
    tenant->secure_always = number(conf->secure_always, false);
    tenant->scope_host = scope_host(server, conf->name, p);
    return tenant;
}

static void add_tenant(np_site_t *site, np_tenant_t *tenant)
{
    apr_hash_set(site->tenants, tenant->name, APR_HASH_KEY_STRING, tenant);
    for (int kind = 0; kind < NP_KINDS; kind++) {
        const char *name = tenant->cookie_name[kind];
        const char *twin = tenant->twin_name[kind];
        apr_hash_set(site->cookie_names, name, APR_HASH_KEY_STRING, name);
        apr_hash_set(site->cookie_names, twin, APR_HASH_KEY_STRING, twin);
    }
}

static np_tenant_t *find_tenant(const np_site_t *site, const char *name)
{
    return apr_hash_get(site->tenants, name, APR_HASH_KEY_STRING);
}

static void add_hosts(np_site_t *site, const apr_array_header_t *hosts,
                      apr_pool_t *p)
{
    if (!hosts) {
        return;
    }
    site->hosts = apr_hash_make(p);
    site->domains = apr_hash_make(p);
    for (int i = 0; i < hosts->nelts; i++) {
        const np_host_conf_t *host = &APR_ARRAY_IDX(hosts, i, np_host_conf_t);
        const char *name = host->host;
        np_tenant_t *tenant = find_tenant(site, host->tenant);
        if (*name == '*') {
            apr_hash_set(site->domains, name + 1, APR_HASH_KEY_STRING, tenant);
        }
        else {
            apr_hash_set(site->hosts, name, APR_HASH_KEY_STRING, tenant);
        }
    }
}

np_site_t *np_site_create(server_rec *server, bool announce, apr_pool_t *p)
{
    const np_server_conf_t *conf = np_config_server(server);
    np_site_t *site = apr_pcalloc(p, sizeof *site);

    site->store_timeout = conf->store_timeout == NP_UNSET
                              ? apr_time_from_msec(250)
                              : conf->store_timeout;
    site->store_copies =
        conf->store_copies == NP_UNSET ? 1 : conf->store_copies;
    site->near_cache = duration(conf->near_cache, 0);
    site->tenants = apr_hash_make(p);
    site->cookie_names = apr_hash_make(p);
    site->login_pages = conf->login_pages;
    np_run_page_name_script(site, p);
    for (apr_hash_index_t *i =
             conf->tenants ? apr_hash_first(p, conf->tenants) : NULL;
         i; i = apr_hash_next(i)) {
        add_tenant(site,
                   resolve_tenant(server, apr_hash_this_val(i), announce, p));
    }
    if (!find_tenant(site, NP_DEFAULT_TENANT)) {
        add_tenant(site, resolve_tenant(
                             server,
                             np_config_create_tenant(NP_DEFAULT_TENANT, p),
                             false, p));
    }
    site->default_tenant = find_tenant(site, NP_DEFAULT_TENANT);
    add_hosts(site, conf->hosts, p);
    return site;
}

/* "www.example.com", then "*.example.com", then "*.com". */
static const np_tenant_t *tenant_by_host(const np_site_t *site,
                                         const char *hostname)
{
    const np_tenant_t *tenant =
        apr_hash_get(site->hosts, hostname, APR_HASH_KEY_STRING);

    for (const char *rest = strchr(hostname, '.'); !tenant && rest;
         rest = strchr(rest + 1, '.')) {
        tenant = apr_hash_get(site->domains, rest, APR_HASH_KEY_STRING);
    }
    return tenant;
}

const np_tenant_t *np_site_tenant(const np_site_t *site,
                                  const np_place_t *place,
                                  const char *hostname)
{
    if (place->tenant) {
        return find_tenant(site, place->tenant);
    }
    if (!hostname || !site->hosts) {
        return site->default_tenant;
    }
    const np_tenant_t *tenant = tenant_by_host(site, hostname);
    return tenant ? tenant : site->default_tenant;
}

np_rules_t np_site_rules(const np_tenant_t *tenant)
{
    np_settings_view_t view = { .file = tenant->rules, .plan = tenant->plan };

    return tenant->override && np_override_read(tenant->override, &view.settings)
               ? np_settings_apply(&view)
               : tenant->rules;
}

bool np_site_owns_cookie(const char *name, apr_size_t len, const void *site)
{
    const np_site_t *mine = site;
    return apr_hash_get(mine->cookie_names, name, (apr_ssize_t)len) != NULL;
}

bool np_site_is_login_page(const np_site_t *site, const char *path)
{
    return site->login_pages && path
           && apr_hash_get(site->login_pages, path, APR_HASH_KEY_STRING);
}
