/* SPDX-License-Identifier: Apache-2.0
 * The configuration as the administrator wrote it: unset until it is set. */
#ifndef NP_CONFIG_H
#define NP_CONFIG_H

#include "np_module.h"

#include "apr_hash.h"

#include "np_policy.h"
#include "np_run_conf.h"
#include "np_scope.h"

/** "Not configured here" for every number below; for pointers it is NULL. */
#define NP_UNSET (-1)

/** Where a directive stands, for messages. */
typedef struct np_origin_t {
    const char *directive;
    const char *file;
    int line;
} np_origin_t;

/** One `<SessionNPTenant name>`, or several of one name, later lines winning.
 *  Lives in pconf, like everything here. */
typedef struct np_tenant_conf_t {
    const char *name;
    np_origin_t origin;
    int mode;
    int plan;
    /** np_profile_e and np_strictness_e; set and merged together. */
    int profile;
    int strictness;
    np_origin_t profile_origin;
    apr_interval_time_t idle[NP_MODES];
    apr_interval_time_t life[NP_MODES];
    apr_interval_time_t mfa_life;
    apr_interval_time_t device_life;
    /** 0: any number, though a window may be set. */
    int attempts;
    apr_interval_time_t attempts_window;
    /** Set and merged together. */
    int max_sessions;
    int deny_sessions;
    /** By np_kind_e - 1. */
    const char *cookie_name[NP_KINDS];
    int compat;
    const char *cookie_path;
    const char *cookie_domain;
    int same_site;
    int secure_always;
} np_tenant_conf_t;

/** A host that `SessionNPHosts` gives to a tenant. */
typedef struct np_host_conf_t {
    const char *host;
    const char *tenant;
    np_origin_t origin;
} np_host_conf_t;

/** A file of tokens, checked when the configuration was read. */
typedef struct np_token_ref_t {
    const char *path;
    np_origin_t origin;
} np_token_ref_t;

/** A place that binds sessions to the browser's run, or asks "still there?". */
typedef struct np_run_ref_t {
    const struct np_dir_conf_t *conf;
    /** Of its section; NULL: outside of sections. */
    const char *path;
    np_origin_t origin;
} np_run_ref_t;

/** A place's reference to a tenant, checked when all of them are known. */
typedef struct np_tenant_ref_t {
    const char *tenant;
    np_origin_t origin;
} np_tenant_ref_t;

typedef struct np_server_conf_t {
    const char *store;
    np_origin_t store_origin;
    apr_interval_time_t store_timeout;
    int store_copies;
    np_origin_t store_copies_origin;
    /** 0: off. */
    apr_interval_time_t near_cache;
    const char *state_dir;
    /** of const char * */
    apr_array_header_t *key_files;
    np_origin_t key_files_origin;
    /** name -> np_tenant_conf_t * */
    apr_hash_t *tenants;
    /** of np_host_conf_t */
    apr_array_header_t *hosts;
    /** of np_tenant_ref_t; not merged: each is checked once */
    apr_array_header_t *tenant_refs;
    /** of np_token_ref_t; not merged either */
    apr_array_header_t *token_refs;
    /** of np_run_ref_t; outer ones hold here, too, for other tenants */
    apr_array_header_t *run_refs;
    /** Paths that some SessionNPLoginURL names: path -> itself */
    apr_hash_t *login_pages;
    /** The tenant whose container is being read. */
    np_tenant_conf_t *open_tenant;
    /** Some place of this server has `SessionNP On`. */
    bool wanted;
    /** What the server runs by, made in post_config. */
    struct np_site_t *site;
} np_server_conf_t;

/** Which responses may not be stored by browsers. */
typedef enum np_cache_control_e {
    NP_CACHE_CONTROL_DOCUMENTS,
    NP_CACHE_CONTROL_ALL,
    NP_CACHE_CONTROL_OFF,
} np_cache_control_e;

/** What becomes of the application's own cookies. */
typedef enum np_app_cookies_e {
    NP_APP_COOKIES_PASS,
    NP_APP_COOKIES_HARDEN,
    NP_APP_COOKIES_VAULT,
} np_app_cookies_e;

/** A place: plain values, nothing unset. Each int is true or false, or as it
 *  says: that is what a directive of a choice sets. */
typedef struct np_place_t {
    int on;
    /** NULL: by host. */
    const char *tenant;
    /** NULL: none. */
    const char *login_url;
    /** The application's Session-NP-* response headers are obeyed. */
    int trust;
    int headers;
    int strip_cookies;
    /** np_app_cookies_e */
    int app_cookies;
    /** of const char *; set and merged with app_cookies; NULL: all. */
    apr_array_header_t *app_cookie_names;
    int pass_without_store;
    /** of ap_regex_t *; NULL: none. */
    apr_array_header_t *passive;
    /** np_cache_control_e */
    int cache_control;
    /** The value of Clear-Site-Data; "" for none. */
    const char *clear_site_data;
    /** NULL: none. */
    const char *token_file;
    /** NULL: no session here is bound to a browser's run, and none asks "still
     *  there?". */
    const np_run_conf_t *run;
} np_place_t;

/** What directives have set in a place. */
enum {
    NP_SET_ON = 1 << 0,
    NP_SET_TENANT = 1 << 1,
    NP_SET_LOGIN_URL = 1 << 2,
    NP_SET_TRUST = 1 << 3,
    NP_SET_HEADERS = 1 << 4,
    NP_SET_STRIP_COOKIES = 1 << 5,
    NP_SET_APP_COOKIES = 1 << 6,
    NP_SET_PASS_WITHOUT_STORE = 1 << 7,
    NP_SET_PASSIVE = 1 << 8,
    NP_SET_CACHE_CONTROL = 1 << 9,
    NP_SET_CLEAR_SITE_DATA = 1 << 10,
    NP_SET_TOKEN_FILE = 1 << 11,
};

/** A place as it is configured. Requests merge places, and ask for them often:
 *  so the defaults are there from the beginning. */
typedef struct np_dir_conf_t {
    np_place_t place;
    /** NP_SET_*: the others have their defaults, and yield to outer ones. */
    int set;
    /** NULL: nothing is said of the browser's run, as in most places. */
    np_run_conf_t *run;
} np_dir_conf_t;

void *np_config_create_server(apr_pool_t *p, server_rec *server);
void *np_config_merge_server(apr_pool_t *p, void *outer, void *inner);
void *np_config_create_dir(apr_pool_t *p, char *dir);
void *np_config_merge_dir(apr_pool_t *p, void *outer, void *inner);

/** A tenant of which nothing is set yet. */
np_tenant_conf_t *np_config_create_tenant(const char *name, apr_pool_t *p);

/** The configuration of @a server. */
np_server_conf_t *np_config_server(const server_rec *server);

/** To be called when directives have changed the run of @a conf. */
void np_config_settle_run(np_dir_conf_t *conf);

/** The place that @a r is in; as long-lived as its configuration. */
const np_place_t *np_config_place(const request_rec *r);

#endif
