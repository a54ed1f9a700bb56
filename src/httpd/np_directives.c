/* SPDX-License-Identifier: Apache-2.0
 * The table of directives. */
#include "np_directives.h"

#include <stddef.h>

#include "np_cookie.h"
#include "np_directive_args.h"

const np_word_t np_mode_words[] = {
    { "persistent", NP_MODE_PERSISTENT },
    { "non-persistent", NP_MODE_NON_PERSISTENT },
    { NULL, 0 },
};
static const np_word_t plan_words[] = {
    { "essential", NP_PLAN_ESSENTIAL },
    { "professional", NP_PLAN_PROFESSIONAL },
    { "developer", NP_PLAN_DEVELOPER },
    { "developer-pro", NP_PLAN_DEVELOPER_PRO },
    { "enterprise", NP_PLAN_ENTERPRISE },
    { NULL, 0 },
};
static const np_word_t same_site_words[] = {
    { "None", NP_SAME_SITE_NONE },
    { "Lax", NP_SAME_SITE_LAX },
    { "Strict", NP_SAME_SITE_STRICT },
    { NULL, 0 },
};
static const np_word_t secure_words[] = {
    { "auto", false },
    { "on", true },
    { NULL, 0 },
};
static const np_word_t on_off_words[] = {
    { "On", true },
    { "Off", false },
    { NULL, 0 },
};
static const np_word_t store_failure_words[] = {
    { "deny", false },
    { "pass", true },
    { NULL, 0 },
};
static const np_word_t cache_control_words[] = {
    { "documents", NP_CACHE_CONTROL_DOCUMENTS },
    { "all", NP_CACHE_CONTROL_ALL },
    { "off", NP_CACHE_CONTROL_OFF },
    { NULL, 0 },
};

/* In a command table, data are not const. */
#define TENANT_CHOICE(words, field)                                            \
    ((void *)&(const np_choice_t){ words, offsetof(np_tenant_conf_t, field),   \
                                   0 })
#define PLACE_CHOICE(words, field, set)                                        \
    ((void *)&(const np_choice_t){ words, offsetof(np_place_t, field), set })
#define TENANT_LIMIT(field) \
    ((void *)&(const apr_size_t){ offsetof(np_tenant_conf_t, field) })

/* Where a directive may stand. Those of a tenant look for their container
 * themselves, and those of the server refuse to stand in one. */
#define SERVER RSRC_CONF
#define TENANT RSRC_CONF
#define PLACE (RSRC_CONF | ACCESS_CONF)

const command_rec np_directives[] = {
    AP_INIT_TAKE1("SessionNPStore", np_set_store, NULL, SERVER,
                  "where sessions live: memcache:host:port,... or a small "
                  "object cache such as shmcb"),
    AP_INIT_TAKE1("SessionNPStoreTimeout", np_set_store_timeout, NULL, SERVER,
                  "the longest a request waits for the store, such as 250ms"),
    AP_INIT_TAKE1("SessionNPStoreReplicas", np_set_store_copies, NULL, SERVER,
                  "on how many memcached servers each record is kept"),
    AP_INIT_TAKE1("SessionNPNearCache", np_set_near_cache, NULL, SERVER,
                  "how long a session is believed without asking the store, "
                  "such as 5s, or off"),
    AP_INIT_TAKE1("SessionNPStateDir", np_set_state_dir, NULL, SERVER,
                  "the directory for what must survive a restart"),
    AP_INIT_ITERATE("SessionNPKeyFile", np_add_key_file, NULL, SERVER,
                    "files with record keys; the first one seals"),

    AP_INIT_RAW_ARGS("<SessionNPTenant", np_open_tenant, NULL, SERVER,
                     "opens a tenant: its name"),
    AP_INIT_TAKE1("SessionNPMode", np_set_tenant_choice,
                  TENANT_CHOICE(np_mode_words, mode), TENANT,
                  "persistent or non-persistent"),
    AP_INIT_TAKE1("SessionNPPlan", np_set_tenant_choice,
                  TENANT_CHOICE(plan_words, plan), TENANT,
                  "the plan whose system limits hold"),
    AP_INIT_TAKE12("SessionNPProfile", np_set_profile, NULL, TENANT,
                   "aal1, aal2, aal3 or off, and warn or refuse: what is "
                   "checked"),
    AP_INIT_TAKE12("SessionNPInactivityTimeout", np_set_limit,
                   TENANT_LIMIT(idle), TENANT,
                   "[mode] and a duration, such as 30m"),
    AP_INIT_TAKE12("SessionNPRequireLoginAfter", np_set_limit,
                   TENANT_LIMIT(life), TENANT,
                   "[mode] and a duration, such as 12h"),
    AP_INIT_TAKE1("SessionNPMFALifetime", np_set_tenant_duration,
                  TENANT_LIMIT(mfa_life), TENANT,
                  "how long a second factor is remembered, such as 30d"),
    AP_INIT_TAKE1("SessionNPDeviceLifetime", np_set_tenant_duration,
                  TENANT_LIMIT(device_life), TENANT,
                  "how long a device is known, such as 365d"),
    AP_INIT_TAKE1("SessionNPLoginAttempts", np_set_login_attempts, NULL,
                  TENANT, "failed logins in a window, or off"),
    AP_INIT_TAKE1("SessionNPLoginWindow", np_set_tenant_duration,
                  TENANT_LIMIT(attempts_window), TENANT,
                  "in which failed logins are counted, such as 15m"),
    AP_INIT_TAKE12("SessionNPMaxSessions", np_set_max_sessions, NULL, TENANT,
                   "live sessions of a user, and oldest or deny"),
    AP_INIT_TAKE2("SessionNPCookieName", np_set_cookie_name, NULL, TENANT,
                  "session, mfa or device, and the cookie's name"),
    AP_INIT_TAKE1("SessionNPCompatCookies", np_set_tenant_choice,
                  TENANT_CHOICE(on_off_words, compat), TENANT,
                  "On or Off: the twins without SameSite"),
    AP_INIT_TAKE1("SessionNPCookiePath", np_set_cookie_path, NULL, TENANT,
                  "the Path of the cookies"),
    AP_INIT_TAKE1("SessionNPCookieDomain", np_set_cookie_domain, NULL, TENANT,
                  "the Domain of the cookies"),
    AP_INIT_TAKE1("SessionNPCookieSameSite", np_set_tenant_choice,
                  TENANT_CHOICE(same_site_words, same_site), TENANT,
                  "None, Lax or Strict"),
    AP_INIT_TAKE1("SessionNPCookieSecure", np_set_tenant_choice,
                  TENANT_CHOICE(secure_words, secure_always), TENANT,
                  "auto or on"),
    AP_INIT_ITERATE("SessionNPHosts", np_add_host, NULL, TENANT,
                    "hosts whose requests belong to this tenant"),

    AP_INIT_FLAG("SessionNP", np_set_on, NULL, PLACE, "On or Off"),
    AP_INIT_TAKE1("SessionNPTenant", np_set_tenant, NULL, PLACE,
                  "the tenant of this place"),
    AP_INIT_TAKE1("SessionNPLoginURL", np_set_login_url, NULL, PLACE,
                  "where a browser without a session is sent"),
    AP_INIT_TAKE1("SessionNPTrustBackend", np_set_place_choice,
                  PLACE_CHOICE(on_off_words, trust, NP_SET_TRUST), PLACE,
                  "On or Off: obey the application's response headers"),
    AP_INIT_TAKE1("SessionNPHeaders", np_set_place_choice,
                  PLACE_CHOICE(on_off_words, headers, NP_SET_HEADERS), PLACE,
                  "On or Off: tell the application by request headers"),
    AP_INIT_TAKE1("SessionNPStripCookies", np_set_place_choice,
                  PLACE_CHOICE(on_off_words, strip_cookies,
                               NP_SET_STRIP_COOKIES),
                  PLACE,
                  "On or Off: keep our cookies away from the application"),
    AP_INIT_TAKE_ARGV("SessionNPAppCookies", np_set_app_cookies, NULL, PLACE,
                      "pass, harden or vault, and the names of cookies"),
    AP_INIT_TAKE1("SessionNPStoreFailure", np_set_place_choice,
                  PLACE_CHOICE(store_failure_words, pass_without_store,
                               NP_SET_PASS_WITHOUT_STORE),
                  PLACE,
                  "deny or pass, while the store does not answer"),
    AP_INIT_ITERATE("SessionNPPassive", np_add_passive, NULL, PLACE,
                    "patterns of paths that are no interaction"),
    AP_INIT_TAKE1("SessionNPCacheControl", np_set_place_choice,
                  PLACE_CHOICE(cache_control_words, cache_control,
                               NP_SET_CACHE_CONTROL),
                  PLACE,
                  "documents, all or off: which responses are not stored"),
    AP_INIT_ITERATE("SessionNPClearSiteData", np_add_clear_site_data, NULL,
                    PLACE, "what a browser forgets at logout, or none"),
    AP_INIT_TAKE1("SessionNPTokenFile", np_set_token_file, NULL, PLACE,
                  "the file with the tokens of programs, or none"),
    AP_INIT_TAKE1("SessionNPBrowserRun", np_set_browser_run, NULL, PLACE,
                  "off, prefer or require: sessions end with the browser"),
    AP_INIT_TAKE1("SessionNPBrowserRunKey", np_set_browser_run_key, NULL,
                  PLACE, "script or login: how the key gets there"),
    AP_INIT_TAKE2("SessionNPBrowserRunTimer", np_set_browser_run_timer, NULL,
                  PLACE, "the name of a timer, and a duration, such as 60s"),
    AP_INIT_TAKE1("SessionNPStillThere", np_set_still_there, NULL, PLACE,
                  "how long before its end a page asks, such as 2m, or off"),
    AP_INIT_TAKE3("SessionNPStillThereText", np_add_still_there_text, NULL,
                  PLACE, "a language, the name of a text, and the text"),
    { .name = NULL },
};
