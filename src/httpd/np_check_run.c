/* SPDX-License-Identifier: Apache-2.0
 * What is wrong with SessionNPBrowserRun, before a server runs by it. */
#include "np_check_run.h"

#include <string.h>

#include "apr_strings.h"

#include "np_log.h"

/* One look at the places of a server. */
typedef struct np_look_t {
    server_rec *server;
    const np_server_conf_t *conf;
    const np_site_t *site;
    /** Some place names its tenant, so that others are not sure of theirs. */
    bool tenants_by_place;
    apr_pool_t *p;
    int errors;
} np_look_t;

static const np_run_ref_t *ref_at(const np_look_t *look, int i)
{
    return &APR_ARRAY_IDX(look->conf->run_refs, i, np_run_ref_t);
}

__attribute__((format(printf, 3, 4)))
static void complain(np_look_t *look, const np_run_ref_t *ref,
                     const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const char *text = apr_pvsprintf(look->p, format, args);
    va_end(args);
    text = apr_psprintf(look->p, "%s (line %d of %s): %s",
                        ref->origin.directive, ref->origin.line,
                        ref->origin.file, text);
    NP_LOG_SERVER(look->server, APR_SUCCESS, NP_MSG_CONFIG_ERROR, text);
    look->errors++;
}

/* What holds outside of sections. */
static np_dir_conf_t *outer_conf(const np_look_t *look)
{
    return ap_get_module_config(look->server->lookup_defaults,
                                &session_np_module);
}

/* What the place says, and the server around it. */
static const np_dir_conf_t *conf_of(const np_look_t *look,
                                    const np_run_ref_t *ref)
{
    return ref->path ? np_config_merge_dir(look->p, outer_conf(look), ref->conf)
                     : outer_conf(look);
}

static bool is_on(const np_dir_conf_t *conf)
{
    return np_run_conf_mode(conf->run) != NP_RUN_MODE_OFF;
}

/* NULL where only a request would tell. */
static const np_tenant_t *tenant_of(const np_look_t *look,
                                    const np_run_ref_t *ref)
{
    const char *name = conf_of(look, ref)->place.tenant;

    if (name) {
        return apr_hash_get(look->site->tenants, name, APR_HASH_KEY_STRING);
    }
    return look->tenants_by_place || look->site->hosts
               ? NULL
               : apr_hash_get(look->site->tenants, NP_DEFAULT_TENANT,
                              APR_HASH_KEY_STRING);
}

bool np_check_run_covers(const char *location, const char *path)
{
    apr_size_t len = strlen(location);

    return !strncmp(location, path, len)
           && (!len || location[len - 1] == '/' || !path[len]
               || path[len] == '/');
}

/* A pattern may cover anything, for all that can be told here. */
static bool is_covered(const np_look_t *look, const char *path)
{
    bool covered = is_on(outer_conf(look));

    for (int i = 0; i < look->conf->run_refs->nelts; i++) {
        const np_run_ref_t *ref = ref_at(look, i);
        if (ref->is_pattern && is_on(ref->conf)) {
            return true;
        }
        if (ref->path && !ref->is_pattern
            && np_check_run_covers(ref->path, path)) {
            covered = is_on(ref->conf);
        }
    }
    return covered;
}

/* A virtual host may take back what holds around it. */
static bool is_active(const np_look_t *look, int i)
{
    const np_run_ref_t *ref = ref_at(look, i);

    for (int j = i + 1; ref->path && j < look->conf->run_refs->nelts; j++) {
        const np_run_ref_t *later = ref_at(look, j);
        if (later->path && !later->is_pattern && !is_on(later->conf)
            && np_check_run_covers(later->path, ref->path)) {
            return false;
        }
    }
    return is_on(conf_of(look, ref));
}

/* In a challenge it stands between quotes, and browsers differ about others. */
static bool is_plain_path(const char *path)
{
    return path[strspn(path, "abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789-._~/!$&'()*+,=:@")]
           == '\0';
}

static void check_cookie(np_look_t *look, const np_run_ref_t *ref,
                         const np_tenant_t *tenant)
{
    if (tenant->cookie_domain) {
        complain(look, ref,
                 "tenant \"%s\" has SessionNPCookieDomain %s, but a browser "
                 "keeps the key of its run for one host only: remove one of "
                 "the two",
                 tenant->name, tenant->cookie_domain);
    }
    if (!is_plain_path(tenant->cookie_path)) {
        complain(look, ref,
                 "SessionNPCookiePath \"%s\" of tenant \"%s\" cannot be part "
                 "of a realm: use letters, digits and '-', '_', '.', '~'",
                 tenant->cookie_path, tenant->name);
    }
    else if (strcmp(tenant->cookie_path, tenant->run_path)) {
        complain(look, ref,
                 "browsers send the cookie of tenant \"%s\" to \"%s\" too, but "
                 "the key of their run only below it: write "
                 "SessionNPCookiePath %s",
                 tenant->name, tenant->cookie_path, tenant->run_path);
    }
    else if (!is_covered(look, tenant->run_path)) {
        complain(look, ref,
                 "the script and the key of tenant \"%s\" lie at \"%s\", where "
                 "no SessionNPBrowserRun holds: write it in <Location \"%s\">, "
                 "or give the tenant the SessionNPCookiePath of this place",
                 tenant->name, tenant->run_path, tenant->run_path);
    }
}

static void check_timers(np_look_t *look, const np_run_ref_t *ref)
{
    const np_run_conf_t *run = conf_of(look, ref)->run;

    if (np_run_conf_timer(run, NP_RUN_LEASE, 0)
        <= np_run_conf_timer(run, NP_RUN_BEAT, 0)) {
        complain(look, ref,
                 "the lease of a page is not longer than its beat, so that it "
                 "would end between two of them: write "
                 "SessionNPBrowserRunTimer lease with more than twice the "
                 "beat");
    }
}

/* One name of a realm, one key: the later one overwrites the other. */
static void check_realms(np_look_t *look)
{
    for (int i = 1; i < look->conf->run_refs->nelts; i++) {
        const np_tenant_t *tenant =
            is_active(look, i) ? tenant_of(look, ref_at(look, i)) : NULL;
        for (int j = 0; tenant && j < i; j++) {
            const np_tenant_t *other =
                is_active(look, j) ? tenant_of(look, ref_at(look, j)) : NULL;
            if (other && other != tenant
                && !strcmp(other->run_path, tenant->run_path)) {
                complain(look, ref_at(look, i),
                         "tenants \"%s\" and \"%s\" both have the path \"%s\", "
                         "and a browser keeps one key for it: give each a "
                         "SessionNPCookiePath of its own",
                         other->name, tenant->name, tenant->run_path);
                return;
            }
        }
    }
}

int np_check_run(server_rec *server, const np_server_conf_t *outer,
                 const np_site_t *site, apr_pool_t *scratch)
{
    const np_server_conf_t *conf = np_config_server(server);
    np_look_t look = {
        .server = server,
        .conf = conf,
        .site = site,
        .tenants_by_place = conf->tenant_refs || outer->tenant_refs,
        .p = scratch,
    };

    if (!conf->run_refs) {
        return 0;
    }
    for (int i = 0; i < conf->run_refs->nelts; i++) {
        const np_run_ref_t *ref = ref_at(&look, i);
        if (!is_active(&look, i)) {
            continue;
        }
        const np_tenant_t *tenant = tenant_of(&look, ref);
        check_timers(&look, ref);
        if (tenant) {
            check_cookie(&look, ref, tenant);
        }
    }
    check_realms(&look);
    return look.errors;
}
