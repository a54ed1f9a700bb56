/* SPDX-License-Identifier: Apache-2.0
 * What the sections of a server say of the browser's run at a path, before a
 * request tells. */
#include "np_check_run_place.h"

#include <string.h>

#include "apr_fnmatch.h"
#include "http_core.h"

#include "np_check_run.h"

/* --- what stands in sections that are no <Location> ----------------------- */

typedef bool is_section_t(const char *name);

static bool is_if(const char *name)
{
    return !strcasecmp(name, "<If") || !strcasecmp(name, "<ElseIf")
           || !strcasecmp(name, "<Else");
}

static bool is_elsewhere(const char *name)
{
    return strcasecmp(name, "<VirtualHost") && strcasecmp(name, "<Location")
           && strcasecmp(name, "<LocationMatch");
}

/* Does the directive stand in such a section, or in one within it? NULL: with
 * any argument. */
static bool stands_in(is_section_t *is_section, const ap_directive_t *first,
                      bool inside, const char *directive, const char *argument)
{
    for (const ap_directive_t *d = first; d; d = d->next) {
        if (inside && !strcasecmp(d->directive, directive)
            && (!argument || !strcasecmp(d->args, argument))) {
            return true;
        }
        if (d->first_child
            && stands_in(is_section, d->first_child,
                         inside || is_section(d->directive), directive,
                         argument)) {
            return true;
        }
    }
    return false;
}

static bool stands(is_section_t *is_section, const char *directive,
                   const char *argument)
{
    return stands_in(is_section, ap_conftree, false, directive, argument);
}

np_places_t np_places_of(server_rec *server, const np_server_conf_t *outer,
                         const np_site_t *site, apr_pool_t *p)
{
    const core_server_config *core =
        ap_get_core_module_config(server->module_config);
    const np_server_conf_t *conf = np_config_server(server);

    return (np_places_t){
        .conf = conf,
        .site = site,
        .around = ap_get_module_config(server->lookup_defaults,
                                       &session_np_module),
        .sections = core->sec_url,
        .tenants_named = conf->tenant_refs || outer->tenant_refs,
        .tenants_named_elsewhere =
            stands(is_elsewhere, "SessionNPTenant", NULL),
        .on_elsewhere = stands(is_elsewhere, "SessionNP", "On"),
        .on_in_if = stands(is_if, "SessionNP", "On"),
        .p = p,
    };
}

/* --- a place -------------------------------------------------------------- */

static const ap_conf_vector_t *section_at(const np_places_t *places, int i)
{
    return APR_ARRAY_IDX(places->sections, i, ap_conf_vector_t *);
}

/* As ap_location_walk() does it. */
static bool holds_at(const core_dir_config *section, const char *path)
{
    if (section->r) {
        return !ap_regexec(section->r, path, 0, NULL, 0);
    }
    return section->d_is_fnmatch
               ? apr_fnmatch(section->d, path, APR_FNM_PATHNAME) == APR_SUCCESS
               : np_check_run_covers(section->d, path);
}

/* The directives that stand in @a conf; NULL: outside of sections. */
static void note_refs(np_spot_t *spot, const np_places_t *places,
                      const np_dir_conf_t *conf)
{
    const apr_array_header_t *refs = places->conf->run_refs;

    for (int i = 0; refs && i < refs->nelts; i++) {
        const np_run_ref_t *ref = &APR_ARRAY_IDX(refs, i, np_run_ref_t);
        if (conf ? ref->conf != conf : ref->path != NULL) {
            continue;
        }
        if (!strcasecmp(ref->origin.directive, "SessionNPStillThere")) {
            spot->still = ref;
        }
        else {
            spot->run = ref;
        }
    }
}

static const np_tenant_t *find_tenant(const np_places_t *places,
                                      const char *name)
{
    return apr_hash_get(places->site->tenants, name, APR_HASH_KEY_STRING);
}

/* A host may be anything, and what is no <Location> anywhere. */
static const np_tenant_t *tenant_of(const np_places_t *places,
                                    const np_dir_conf_t *conf)
{
    if (conf->place.tenant) {
        return find_tenant(places, conf->place.tenant);
    }
    return places->site->hosts || places->tenants_named_elsewhere
               ? NULL
               : find_tenant(places, NP_DEFAULT_TENANT);
}

static void apply(np_spot_t *spot, const np_places_t *places,
                  const ap_conf_vector_t *section)
{
    np_dir_conf_t *conf = ap_get_module_config(section, &session_np_module);

    if (conf) {
        spot->conf = np_config_merge_dir(places->p, (void *)spot->conf, conf);
        note_refs(spot, places, conf);
    }
}

np_spot_t np_places_at(const np_places_t *places, const char *path)
{
    np_spot_t spot = { .path = path, .conf = places->around };

    note_refs(&spot, places, NULL);
    for (int i = 0; i < places->sections->nelts; i++) {
        const ap_conf_vector_t *section = section_at(places, i);
        if (holds_at(ap_get_core_module_config(section), path)) {
            apply(&spot, places, section);
        }
    }
    spot.tenant = tenant_of(places, spot.conf);
    spot.may_be_on = spot.conf->place.on || places->on_elsewhere;
    return spot;
}

/* Of the other sections that hold there nothing is known. */
static np_spot_t pattern_of(const np_places_t *places,
                            const ap_conf_vector_t *section, const char *path)
{
    const np_dir_conf_t *own =
        ap_get_module_config(section, &session_np_module);
    np_spot_t spot = {
        .path = path,
        .is_pattern = true,
        .conf = places->around,
    };

    apply(&spot, places, section);
    if (!places->tenants_named || (own && own->set & NP_SET_TENANT)) {
        spot.tenant = tenant_of(places, spot.conf);
    }
    spot.may_be_on = places->conf->wanted;
    return spot;
}

apr_array_header_t *np_places_all(const np_places_t *places)
{
    apr_array_header_t *spots = apr_array_make(
        places->p, places->sections->nelts + 1, sizeof(np_spot_t));

    APR_ARRAY_PUSH(spots, np_spot_t) = np_places_at(places, "/");
    for (int i = 0; i < places->sections->nelts; i++) {
        const ap_conf_vector_t *section = section_at(places, i);
        const core_dir_config *core = ap_get_core_module_config(section);
        if (core->r || core->d_is_fnmatch) {
            APR_ARRAY_PUSH(spots, np_spot_t) =
                pattern_of(places, section, core->d);
        }
        else if (*core->d == '/') {
            APR_ARRAY_PUSH(spots, np_spot_t) = np_places_at(places, core->d);
        }
    }
    return spots;
}
