/* SPDX-License-Identifier: Apache-2.0
 * SessionNPProfile: what a tenant misses of a standard, in words. */
#include "np_check_profile.h"

#include "apr_strings.h"

#include "np_duration.h"
#include "np_log.h"
#include "np_profile.h"

static const char *const level_names[] = {
    [NP_PROFILE_AAL1] = "aal1",
    [NP_PROFILE_AAL2] = "aal2",
    [NP_PROFILE_AAL3] = "aal3",
};

static const char *const mode_names[] = {
    [NP_MODE_PERSISTENT] = "persistent mode",
    [NP_MODE_NON_PERSISTENT] = "non-persistent mode",
    [NP_PROFILE_BOTH_MODES] = "both modes",
};

static const char *const same_site_names[] = {
    [NP_SAME_SITE_ABSENT] = "absent",
    [NP_SAME_SITE_NONE] = "None",
    [NP_SAME_SITE_LAX] = "Lax",
    [NP_SAME_SITE_STRICT] = "Strict",
};

static np_profile_facts_t facts_of(const np_tenant_conf_t *conf,
                                   const np_tenant_t *tenant)
{
    np_profile_facts_t facts = {
        .mode = tenant->rules.mode,
        .secure_always = tenant->secure_always,
        .cookie_path = tenant->cookie_path,
        .cookie_domain = tenant->cookie_domain,
        .same_site = tenant->same_site,
        .twins = tenant->compat,
        /* who writes "off" has thought of it */
        .throttled = tenant->rules.attempts.most || conf->attempts == 0,
    };

    for (int mode = 0; mode < NP_MODES; mode++) {
        facts.limits[mode] = tenant->rules.limits[mode];
    }
    for (int kind = 0; kind < NP_KINDS; kind++) {
        facts.cookie_name[kind] = tenant->cookie_name[kind];
    }
    return facts;
}

/* Where the value in force comes from, if it is not what was written. */
static const char *source_of(apr_interval_time_t written,
                             apr_interval_time_t in_force)
{
    if (written == NP_UNSET) {
        return ", the default";
    }
    return written == in_force ? "" : ", by another limit";
}

static const char *tell_limit(const np_profile_miss_t *miss,
                              const char *directive,
                              const apr_interval_time_t written[NP_MODES],
                              apr_pool_t *p)
{
    int mode = miss->mode == NP_PROFILE_BOTH_MODES ? 0 : miss->mode;
    const char *most = np_duration_text(miss->most, p);

    return apr_psprintf(p,
                        "%s is %s in %s%s, and %s be no more than %s: write "
                        "%s %s",
                        directive, np_duration_text(miss->value, p),
                        mode_names[miss->mode],
                        source_of(written[mode], miss->value),
                        miss->shall ? "SHALL" : "SHOULD", most, directive,
                        most);
}

static const char *tell_prefix(const np_profile_facts_t *facts, apr_pool_t *p)
{
    static const char *const kinds[] = { "session", "mfa", "device" };
    const char *prefix = np_profile_prefix(facts);
    const char *names = "";
    const char *lines = "";

    for (int kind = 0; kind < NP_KINDS; kind++) {
        const char *name = facts->cookie_name[kind];
        if (!np_profile_name_has_prefix(facts, name)) {
            const char *comma = *names ? ", " : "";
            names = apr_pstrcat(p, names, comma, "\"", name, "\"", NULL);
            lines = apr_pstrcat(p, lines, comma, "SessionNPCookieName ",
                                kinds[kind], " ", prefix, name, NULL);
        }
    }
    return apr_psprintf(p,
                        "cookie names SHOULD begin with %s, and %s do not: "
                        "write %s",
                        prefix, names, lines);
}

/* What is wrong, and what to write instead. */
static const char *tell(const np_profile_miss_t *miss,
                        const np_tenant_conf_t *conf,
                        const np_profile_facts_t *facts, apr_pool_t *p)
{
    switch (miss->rule) {
    case NP_PROFILE_LIFE:
        return tell_limit(miss, "SessionNPRequireLoginAfter", conf->life, p);
    case NP_PROFILE_IDLE:
        return tell_limit(miss, "SessionNPInactivityTimeout", conf->idle, p);
    case NP_PROFILE_NOT_KEPT:
        return "SessionNPMode is persistent, and cookies SHOULD NOT outlive "
               "the browser: write SessionNPMode non-persistent";
    case NP_PROFILE_SECURE:
        return "SessionNPCookieSecure is auto, and cookies SHALL be sent over "
               "https only, whatever the virtual host: write "
               "SessionNPCookieSecure on";
    case NP_PROFILE_PREFIX:
        return tell_prefix(facts, p);
    case NP_PROFILE_HOST_ONLY:
        return apr_psprintf(p,
                            "SessionNPCookieDomain is %s, and cookies SHOULD "
                            "stay with one host: remove "
                            "SessionNPCookieDomain",
                            facts->cookie_domain);
    case NP_PROFILE_SAME_SITE:
        return apr_psprintf(p,
                            "SessionNPCookieSameSite is %s, and SHOULD be Lax "
                            "or Strict: write SessionNPCookieSameSite Lax",
                            same_site_names[facts->same_site]);
    case NP_PROFILE_NO_TWINS:
        return "SessionNPCompatCookies is On, and cookies SHOULD have a "
               "SameSite, which the twins have not: write "
               "SessionNPCompatCookies Off";
    case NP_PROFILE_THROTTLED:
        return "failed logins are not counted, and SHALL be limited: write "
               "SessionNPLoginAttempts 10, or SessionNPLoginAttempts off if "
               "something else limits them";
    }
    return "";
}

/* Which line asks for it, and who misses it. */
static const char *introduce(const server_rec *server,
                             const np_tenant_conf_t *conf, apr_pool_t *p)
{
    const np_origin_t *origin = &conf->profile_origin;

    return apr_psprintf(p, "%s (line %d of %s): tenant \"%s\"%s%s misses %s",
                        origin->directive, origin->line, origin->file,
                        conf->name,
                        server->is_virtual ? " of virtual host " : "",
                        server->is_virtual ? server->server_hostname : "",
                        level_names[conf->profile]);
}

int np_check_profile(server_rec *server, const np_tenant_conf_t *conf,
                     const np_tenant_t *tenant, apr_pool_t *scratch)
{
    np_profile_miss_t misses[NP_PROFILE_MOST_MISSES];
    int errors = 0;

    if (conf->profile == NP_UNSET || conf->profile == NP_PROFILE_OFF) {
        return 0;
    }
    np_profile_facts_t facts = facts_of(conf, tenant);
    int count = np_profile_check((np_profile_e)conf->profile,
                                 (np_strictness_e)conf->strictness, &facts,
                                 misses);
    for (int i = 0; i < count; i++) {
        const char *text = apr_psprintf(
            scratch, "%s: %s (NIST SP 800-63B-4 section %s)",
            introduce(server, conf, scratch),
            tell(&misses[i], conf, &facts, scratch), misses[i].section);
        if (misses[i].refused) {
            NP_LOG_SERVER(server, APR_SUCCESS, NP_MSG_CONFIG_ERROR, text);
            errors++;
        }
        else {
            NP_LOG_SERVER(server, APR_SUCCESS, NP_MSG_PROFILE_MISSED, text);
        }
    }
    return errors;
}
