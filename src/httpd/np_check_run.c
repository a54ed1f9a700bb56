/* SPDX-License-Identifier: Apache-2.0
 * What is wrong with SessionNPBrowserRun, before a server runs by it. */
#include "np_check_run.h"

#include <string.h>

#include "apr_strings.h"

#include "np_check_run_place.h"
#include "np_log.h"

/* One look at the places of a server. */
typedef struct np_look_t {
    server_rec *server;
    np_places_t places;
    /** of np_spot_t */
    const apr_array_header_t *spots;
    /** Directives, each with what was said of it: places inherit both. */
    apr_hash_t *told;
    apr_pool_t *p;
    int errors;
} np_look_t;

static const char *key_of(const np_look_t *look, const np_run_ref_t *ref,
                          const char *subject, const char *name)
{
    return apr_psprintf(look->p, "%s:%d %s %s", ref->origin.file,
                        ref->origin.line, subject, name);
}

static bool is_told(const np_look_t *look, const char *key)
{
    return apr_hash_get(look->told, key, APR_HASH_KEY_STRING) != NULL;
}

static void remember(const np_look_t *look, const char *key)
{
    apr_hash_set(look->told, key, APR_HASH_KEY_STRING, key);
}

__attribute__((format(printf, 3, 0)))
static const char *text_of(const np_look_t *look, const np_run_ref_t *ref,
                           const char *format, va_list args)
{
    return apr_psprintf(look->p, "%s (line %d of %s): %s",
                        ref->origin.directive, ref->origin.line,
                        ref->origin.file, apr_pvsprintf(look->p, format, args));
}

__attribute__((format(printf, 3, 4)))
static void complain(np_look_t *look, const np_run_ref_t *ref,
                     const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const char *text = text_of(look, ref, format, args);
    va_end(args);
    NP_LOG_SERVER(look->server, APR_SUCCESS, NP_MSG_CONFIG_ERROR, text);
    look->errors++;
}

__attribute__((format(printf, 3, 4)))
static void warn(const np_look_t *look, const np_run_ref_t *ref,
                 const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const char *text = text_of(look, ref, format, args);
    va_end(args);
    NP_LOG_SERVER(look->server, APR_SUCCESS, NP_MSG_CONFIG_DOUBT, text);
}

static bool has_run(const np_spot_t *spot)
{
    return np_run_conf_mode(spot->conf->run) != NP_RUN_MODE_OFF;
}

/* Sessions may be bound there. */
static bool binds(const np_spot_t *spot)
{
    return has_run(spot) && spot->may_be_on && spot->run;
}

bool np_check_run_covers(const char *location, const char *path)
{
    apr_size_t len = strlen(location);

    return !strncmp(location, path, len)
           && (!len || location[len - 1] == '/' || !path[len]
               || path[len] == '/');
}

/* In a challenge it stands between quotes, and browsers differ about others. */
static bool is_plain_path(const char *path)
{
    return path[strspn(path, "abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789-._~/!$&'()*+,=:@")]
           == '\0';
}

/* What those who ask for these addresses will miss; NULL: nothing. An <If> may
 * put it on there. */
static const char *missing_at(const np_look_t *look, const np_spot_t *script,
                              const np_spot_t *key)
{
    const bool on =
        look->places.on_in_if
        || (script->conf->place.on && (!key || key->conf->place.on));
    const bool set = key ? has_run(script) && has_run(key)
                         : script->conf->place.run != NULL;
    const char *directive =
        key ? "SessionNPBrowserRun" : "SessionNPStillThere";

    if (on) {
        return set ? NULL : directive;
    }
    return set ? "SessionNP On"
               : apr_pstrcat(look->p, "SessionNP On and ", directive, NULL);
}

/* Files are not known yet when these addresses are answered: so only what
 * <Location>s say counts there. */
static void check_addresses(np_look_t *look, const np_spot_t *spot,
                            const np_run_ref_t *ref)
{
    const np_places_t *places = &look->places;
    const char *tenant = spot->tenant->name;
    const char *path = spot->tenant->run_path;
    const bool run = ref == spot->run;
    const np_spot_t script = np_places_at(
        places, apr_pstrcat(look->p, path, ".np/", places->site->script_name,
                            NULL));
    const np_spot_t key =
        np_places_at(places, apr_pstrcat(look->p, path, ".np-seed", NULL));
    const char *missing = missing_at(look, &script, run ? &key : NULL);
    const char *what = apr_psprintf(
        look->p, run ? "the script and the key of tenant \"%s\" lie"
                     : "the script of tenant \"%s\" lies", tenant);

    if (missing) {
        complain(look, ref,
                 "%s at \"%s\", where %s is missing: write it in <Location "
                 "\"%s\">, or give the tenant the SessionNPCookiePath of "
                 "\"%s\"",
                 what, path, missing, path, spot->path);
    }
    else if (script.tenant && strcmp(script.tenant->run_path, path)) {
        complain(look, ref,
                 "%s at \"%s\", which is a place of tenant \"%s\": write "
                 "SessionNPTenant %s in <Location \"%s\">, or give the tenant "
                 "the SessionNPCookiePath of \"%s\"",
                 what, path, script.tenant->name, tenant, path, spot->path);
    }
}

static void check_cookie(np_look_t *look, const np_spot_t *spot)
{
    const np_tenant_t *tenant = spot->tenant;

    if (tenant->cookie_domain) {
        complain(look, spot->run,
                 "tenant \"%s\" has SessionNPCookieDomain %s, but a browser "
                 "keeps the key of its run for one host only: remove one of "
                 "the two",
                 tenant->name, tenant->cookie_domain);
    }
    if (!is_plain_path(tenant->cookie_path)) {
        complain(look, spot->run,
                 "SessionNPCookiePath \"%s\" of tenant \"%s\" cannot be part "
                 "of a realm: use letters, digits and '-', '_', '.', '~'",
                 tenant->cookie_path, tenant->name);
    }
    else if (strcmp(tenant->cookie_path, tenant->run_path)) {
        complain(look, spot->run,
                 "browsers send the cookie of tenant \"%s\" to \"%s\" too, but "
                 "the key of their run only below it: write "
                 "SessionNPCookiePath %s",
                 tenant->name, tenant->cookie_path, tenant->run_path);
    }
    else {
        check_addresses(look, spot, spot->run);
    }
}

/* A page that speaks in time has to be there until it does. */
static void check_lease(np_look_t *look, const np_spot_t *spot,
                        const char *name, np_run_timer_e timer)
{
    const apr_interval_time_t beat =
        np_run_conf_timer(spot->conf->run, NP_RUN_BEAT, 0);
    const apr_interval_time_t lease =
        np_run_conf_timer(spot->conf->run, timer, 0);
    const char *page = timer == NP_RUN_HIDDEN ? "hidden page" : "page";

    const char *told = key_of(look, spot->run, "timer", name);

    if (!lease || lease >= 2 * beat || is_told(look, told)) {
        return;
    }
    remember(look, told);
    if (lease <= beat) {
        complain(look, spot->run,
                 "the lease of a %s is not longer than its beat, so that it "
                 "would end between two of them: write "
                 "SessionNPBrowserRunTimer %s with twice the beat or more",
                 page, name);
        return;
    }
    warn(look, spot->run,
         "the lease of a %s is less than twice its beat, so that it ends when "
         "one of them is lost: write SessionNPBrowserRunTimer %s with twice "
         "the beat or more",
         page, name);
}

static void complain_of_realm(np_look_t *look, const np_spot_t *spot,
                              const np_tenant_t *other)
{
    const char *told = key_of(look, spot->run, "realm", spot->tenant->name);

    if (!is_told(look, told)) {
        remember(look, told);
        complain(look, spot->run,
                 "tenants \"%s\" and \"%s\" both have the path \"%s\", "
                 "and a browser keeps one key for it: give each a "
                 "SessionNPCookiePath of its own",
                 other->name, spot->tenant->name, other->run_path);
    }
}

/* One name of a realm, one key: the later one overwrites the other. */
static void check_realms(np_look_t *look)
{
    const np_spot_t *spots = (const np_spot_t *)look->spots->elts;

    for (int i = 1; i < look->spots->nelts; i++) {
        const np_tenant_t *tenant =
            binds(&spots[i]) ? spots[i].tenant : NULL;
        for (int j = 0; tenant && j < i; j++) {
            const np_tenant_t *other =
                binds(&spots[j]) ? spots[j].tenant : NULL;
            if (other && other != tenant
                && !strcmp(other->run_path, tenant->run_path)) {
                complain_of_realm(look, &spots[i], other);
                return;
            }
        }
    }
}

static void check_tenant(np_look_t *look, const np_spot_t *spot,
                         const np_run_ref_t *ref)
{
    const char *told = key_of(look, ref, "tenant", spot->tenant->name);
    const int errors = look->errors;

    if (is_told(look, told)) {
        return;
    }
    if (ref == spot->run) {
        check_cookie(look, spot);
    }
    else {
        check_addresses(look, spot, ref);
    }
    if (look->errors != errors) {
        remember(look, told);
    }
}

static void check_spot(np_look_t *look, const np_spot_t *spot)
{
    const np_run_ref_t *ref = binds(spot) ? spot->run : spot->still;

    if (!spot->conf->place.run || !spot->may_be_on || !ref) {
        return;
    }
    if (ref == spot->run) {
        check_lease(look, spot, "lease", NP_RUN_LEASE);
        check_lease(look, spot, "hidden", NP_RUN_HIDDEN);
    }
    if (spot->tenant) {
        check_tenant(look, spot, ref);
    }
}

int np_check_run(server_rec *server, const np_server_conf_t *outer,
                 const np_site_t *site, apr_hash_t *told, apr_pool_t *scratch)
{
    np_look_t look = { .server = server, .told = told, .p = scratch };

    if (!np_config_server(server)->run_refs) {
        return 0;
    }
    look.places = np_places_of(server, outer, site, scratch);
    look.spots = np_places_all(&look.places);
    for (int i = 0; i < look.spots->nelts; i++) {
        check_spot(&look, &APR_ARRAY_IDX(look.spots, i, np_spot_t));
    }
    check_realms(&look);
    return look.errors;
}
