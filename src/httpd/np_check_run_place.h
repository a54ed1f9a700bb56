/* SPDX-License-Identifier: Apache-2.0
 * What the sections of a server say of the browser's run at a path, before a
 * request tells. */
#ifndef NP_CHECK_RUN_PLACE_H
#define NP_CHECK_RUN_PLACE_H

#include "np_config.h"
#include "np_site.h"

/** The places of a server. */
typedef struct np_places_t {
    const np_server_conf_t *conf;
    const np_site_t *site;
    /** What holds outside of sections. */
    np_dir_conf_t *around;
    /** of ap_conf_vector_t *: all <Location>s, in the order in which they
     *  are applied */
    const apr_array_header_t *sections;
    /** Some place names its tenant; one that is no <Location> does. */
    bool tenants_named;
    bool tenants_named_elsewhere;
    /** "SessionNP On" stands in a section that is no <Location>; in an
     *  <If>. */
    bool on_elsewhere;
    bool on_in_if;
    apr_pool_t *p;
} np_places_t;

/** What holds at one of them. */
typedef struct np_spot_t {
    /** A path, or the pattern of a <LocationMatch>, which may be any. */
    const char *path;
    bool is_pattern;
    const np_dir_conf_t *conf;
    /** Its SessionNPBrowserRun, its SessionNPStillThere; NULL: none. */
    const np_run_ref_t *run;
    const np_run_ref_t *still;
    /** NULL where only a request would tell. */
    const np_tenant_t *tenant;
    /** Only where nothing says so it is not on. */
    bool may_be_on;
} np_spot_t;

/** The places of @a server, within that of which @a outer is. In @a p. */
np_places_t np_places_of(server_rec *server, const np_server_conf_t *outer,
                         const np_site_t *site, apr_pool_t *p);

/** What holds at @a path before files are known. */
np_spot_t np_places_at(const np_places_t *places, const char *path);

/** All places that the configuration knows by name: "/", and each <Location>.
 *  @return an array of np_spot_t */
apr_array_header_t *np_places_all(const np_places_t *places);

#endif
