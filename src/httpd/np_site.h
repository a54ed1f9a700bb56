/* SPDX-License-Identifier: Apache-2.0
 * What a virtual host runs by: the configuration resolved, keys and store. */
#ifndef NP_SITE_H
#define NP_SITE_H

#include "np_backend.h"
#include "np_config.h"
#include "np_cookie.h"
#include "np_crypto.h"

/** The tenant of requests that no directive gives to another. */
#define NP_DEFAULT_TENANT "default"

/** A tenant, resolved: plain values, nothing unset. Lives in pconf. */
typedef struct np_tenant_t {
    const char *name;
    /** By the configuration; those in force are np_site_rules(). */
    np_rules_t rules;
    /** The system limits of its plan. */
    np_limits_t plan;
    /** Where what was set while the server runs is found; NULL: nowhere. */
    struct np_override_t *override;
    /** By np_kind_e - 1. */
    const char *cookie_name[NP_KINDS];
    const char *twin_name[NP_KINDS];
    bool compat;
    const char *cookie_path;
    /** NULL: host-only cookies. */
    const char *cookie_domain;
    np_same_site_e same_site;
    bool secure_always;
    /** Where the pages of its sessions speak to the server: the path of the
     *  cookies, with a slash at the end; and the realm of their keys. */
    const char *run_path;
    const char *run_realm;
    /** What binds sessions to this tenant: its host, see np_scope_t. */
    const char *scope_host;
    /** What is counted of it; NULL: nothing. */
    np_cells_t *figures;
} np_tenant_t;

typedef struct np_site_t {
    /** NULL where no place has sessions. */
    struct np_documents_t *documents;
    const np_crypto_t *crypto;
    /** NULL where no place has sessions. */
    np_backend_t *backend;
    apr_interval_time_t store_timeout;
    /** How many servers keep each record. */
    int store_copies;
    /** How long what the store said is believed; 0: it is asked each time. */
    apr_interval_time_t near_cache;
    /** Set where there is a backend. */
    apr_time_t *counting_since;
    /** name -> np_tenant_t * */
    apr_hash_t *tenants;
    /** That of NP_DEFAULT_TENANT. */
    const np_tenant_t *default_tenant;
    /** host -> np_tenant_t *, and ".domain", of which any host is, -> the same;
     *  NULL: none. */
    apr_hash_t *hosts;
    apr_hash_t *domains;
    /** Every cookie name that is ours, of any tenant and kind. */
    apr_hash_t *cookie_names;
    /** Paths of login pages; NULL: none. */
    apr_hash_t *login_pages;
    /** The name of the pages' script, and "sha256-" with its hash. */
    const char *script_name;
    const char *script_hash;
    /** What this child has said of pages that get no script: NP_INJECT_TOLD_... */
    apr_uint32_t pages_told;
} np_site_t;

/**
 * Resolve the tenants of @a server into a new site, in @a p. Logs each limit
 * that a plan supersedes if @a announce. Keys and store are not touched.
 */
np_site_t *np_site_create(server_rec *server, bool announce, apr_pool_t *p);

/**
 * The tenant of a place: the one that it names, else that of the request's
 * host, else "default".
 */
const np_tenant_t *np_site_tenant(const np_site_t *site,
                                  const np_place_t *place,
                                  const char *hostname);

/** The rules in force at this moment: those of the configuration, and what was
 *  set in their place. Waits for nobody. */
np_rules_t np_site_rules(const np_tenant_t *tenant);

/** np_cookie_is_ours_t over np_site_t: a cookie of any of its tenants. */
bool np_site_owns_cookie(const char *name, apr_size_t len, const void *site);

/** Does some SessionNPLoginURL name this path? */
bool np_site_is_login_page(const np_site_t *site, const char *path);

#endif
