/* SPDX-License-Identifier: Apache-2.0
 * What standards ask of a tenant: NIST SP 800-63B-4, OWASP ASVS 5. */
#include "np_profile.h"

#include <string.h>

#include "apr.h"

#define MINUTES(n) apr_time_from_sec(APR_INT64_C(60) * (n))
#define HOURS(n) MINUTES(60 * (n))

/* The limits of sections 2.1.3, 2.2.3 and 2.3.3. Zero: none. */
static const struct {
    const char *section;
    np_limits_t most;
    bool life_shall;
} levels[] = {
    [NP_PROFILE_AAL1] = { "2.1.3", { 0, HOURS(30 * 24) }, false },
    [NP_PROFILE_AAL2] = { "2.2.3", { HOURS(1), HOURS(24) }, false },
    [NP_PROFILE_AAL3] = { "2.3.3", { MINUTES(15), HOURS(12) }, true },
};

/* The rules that are the same on every level. */
static const struct {
    const char *section;
    bool shall;
} rules[NP_PROFILE_RULES] = {
    [NP_PROFILE_NOT_KEPT] = { "5.1", false },
    [NP_PROFILE_SECURE] = { "5.1.1", true },
    [NP_PROFILE_PREFIX] = { "5.1.1", false },
    [NP_PROFILE_HOST_ONLY] = { "5.1.1", false },
    [NP_PROFILE_SAME_SITE] = { "5.1.1", false },
    [NP_PROFILE_NO_TWINS] = { "5.1.1", false },
    [NP_PROFILE_THROTTLED] = { "3.2.2", true },
};

/* The misses that are found so far. */
typedef struct np_found_t {
    np_strictness_e strictness;
    np_profile_miss_t *misses;
    int count;
} np_found_t;

static void add(np_found_t *found, np_profile_miss_t miss)
{
    miss.refused = found->strictness == NP_STRICTNESS_REFUSE
                   || (found->strictness == NP_STRICTNESS_STANDARD
                       && miss.shall);
    found->misses[found->count++] = miss;
}

/* One limit: a miss for each mode, or one for both if they are the same. */
static void check_limit(np_found_t *found, np_profile_miss_t miss,
                        const apr_interval_time_t in_force[NP_MODES])
{
    bool same = in_force[0] == in_force[1];

    for (int mode = 0; miss.most && mode < (same ? 1 : NP_MODES); mode++) {
        if (in_force[mode] > miss.most) {
            miss.mode = same ? NP_PROFILE_BOTH_MODES : mode;
            miss.value = in_force[mode];
            add(found, miss);
        }
    }
}

/* Nobody is idle for longer than his session lives. */
static void check_limits(np_found_t *found, np_profile_e profile,
                         const np_profile_facts_t *facts)
{
    apr_interval_time_t life[NP_MODES];
    apr_interval_time_t idle[NP_MODES];
    np_profile_miss_t miss = { .section = levels[profile].section };

    for (int mode = 0; mode < NP_MODES; mode++) {
        const np_limits_t *limits = &facts->limits[mode];
        life[mode] = limits->life;
        idle[mode] =
            limits->idle < limits->life ? limits->idle : limits->life;
    }
    miss.rule = NP_PROFILE_LIFE;
    miss.shall = levels[profile].life_shall;
    miss.most = levels[profile].most.life;
    check_limit(found, miss, life);
    miss.rule = NP_PROFILE_IDLE;
    miss.shall = false;
    miss.most = levels[profile].most.idle;
    check_limit(found, miss, idle);
}

static bool begins_with(const char *name, const char *prefix)
{
    return !strncmp(name, prefix, strlen(prefix));
}

static bool may_be_host_only(const np_profile_facts_t *facts)
{
    return !facts->cookie_domain && !strcmp(facts->cookie_path, "/");
}

const char *np_profile_prefix(const np_profile_facts_t *facts)
{
    return may_be_host_only(facts) ? "__Host-" : "__Secure-";
}

bool np_profile_name_has_prefix(const np_profile_facts_t *facts,
                                const char *name)
{
    return begins_with(name, "__Host-")
           || (!may_be_host_only(facts) && begins_with(name, "__Secure-"));
}

static bool names_have_prefixes(const np_profile_facts_t *facts)
{
    for (int kind = 0; kind < NP_KINDS; kind++) {
        if (!np_profile_name_has_prefix(facts, facts->cookie_name[kind])) {
            return false;
        }
    }
    return true;
}

static bool keeps(np_profile_rule_e rule, const np_profile_facts_t *facts)
{
    switch (rule) {
    case NP_PROFILE_LIFE:
    case NP_PROFILE_IDLE:
        break;
    case NP_PROFILE_NOT_KEPT:
        return facts->mode == NP_MODE_NON_PERSISTENT;
    case NP_PROFILE_SECURE:
        return facts->secure_always;
    case NP_PROFILE_PREFIX:
        return names_have_prefixes(facts);
    case NP_PROFILE_HOST_ONLY:
        return !facts->cookie_domain;
    case NP_PROFILE_SAME_SITE:
        return facts->same_site == NP_SAME_SITE_LAX
               || facts->same_site == NP_SAME_SITE_STRICT;
    case NP_PROFILE_NO_TWINS:
        return !facts->twins;
    case NP_PROFILE_THROTTLED:
        return facts->throttled;
    }
    return true;                      /* check_limits() */
}

int np_profile_check(np_profile_e profile, np_strictness_e strictness,
                     const np_profile_facts_t *facts,
                     np_profile_miss_t misses[NP_PROFILE_MOST_MISSES])
{
    np_found_t found = { .strictness = strictness, .misses = misses };

    if (profile == NP_PROFILE_OFF) {
        return 0;
    }
    check_limits(&found, profile, facts);
    for (int rule = NP_PROFILE_NOT_KEPT; rule < NP_PROFILE_RULES; rule++) {
        if (!keeps((np_profile_rule_e)rule, facts)) {
            add(&found, (np_profile_miss_t){
                            .rule = (np_profile_rule_e)rule,
                            .shall = rules[rule].shall,
                            .section = rules[rule].section,
                        });
        }
    }
    return found.count;
}
