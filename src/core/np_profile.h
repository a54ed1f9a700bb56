/* SPDX-License-Identifier: Apache-2.0
 * What standards ask of a tenant: NIST SP 800-63B-4, OWASP ASVS 5. */
#ifndef NP_PROFILE_H
#define NP_PROFILE_H

#include "np_cookie.h"
#include "np_policy.h"
#include "np_scope.h"

/** The authentication assurance levels of NIST SP 800-63B-4. */
typedef enum np_profile_e {
    NP_PROFILE_OFF,
    NP_PROFILE_AAL1,
    NP_PROFILE_AAL2,
    NP_PROFILE_AAL3,
} np_profile_e;

/** What a rule that is missed means. */
typedef enum np_strictness_e {
    /** What the standard says: SHALL is an error, SHOULD a warning. */
    NP_STRICTNESS_STANDARD,
    NP_STRICTNESS_WARN,
    NP_STRICTNESS_REFUSE,
} np_strictness_e;

/** In the order in which they are told. */
typedef enum np_profile_rule_e {
    NP_PROFILE_LIFE,
    NP_PROFILE_IDLE,
    NP_PROFILE_NOT_KEPT,
    NP_PROFILE_SECURE,
    NP_PROFILE_PREFIX,
    NP_PROFILE_HOST_ONLY,
    NP_PROFILE_SAME_SITE,
    NP_PROFILE_NO_TWINS,
    NP_PROFILE_THROTTLED,
} np_profile_rule_e;

#define NP_PROFILE_RULES 9
/** The two rules about limits may be missed in each mode. */
#define NP_PROFILE_MOST_MISSES (NP_PROFILE_RULES + 2 * (NP_MODES - 1))
/** Instead of a mode: both of them. */
#define NP_PROFILE_BOTH_MODES NP_MODES

/** What a tenant does, as far as a profile asks. */
typedef struct np_profile_facts_t {
    np_mode_e mode;
    /** In force: a plan's limits already applied. */
    np_limits_t limits[NP_MODES];
    bool secure_always;
    /** By np_kind_e - 1. */
    const char *cookie_name[NP_KINDS];
    const char *cookie_path;
    /** NULL: host-only cookies. */
    const char *cookie_domain;
    np_same_site_e same_site;
    bool twins;
    /** Failed logins are counted, or the administrator said that they are not
     *  to be counted here. */
    bool throttled;
} np_profile_facts_t;

/** A rule that is missed. */
typedef struct np_profile_miss_t {
    np_profile_rule_e rule;
    /** An error; else a warning. */
    bool refused;
    /** The standard says SHALL; else SHOULD. */
    bool shall;
    /** Where NIST SP 800-63B-4 asks for it, such as "2.2.3". */
    const char *section;
    /** Of limits only: an np_mode_e or NP_PROFILE_BOTH_MODES, what is in force,
     *  and the most there may be, in microseconds. */
    int mode;
    apr_interval_time_t value;
    apr_interval_time_t most;
} np_profile_miss_t;

/**
 * Find the rules of @a profile that @a facts miss, in the order of
 * np_profile_rule_e. Both modes are looked at: applications choose one of them
 * for a session, whatever the tenant's is.
 * @return how many are in @a misses
 */
int np_profile_check(np_profile_e profile, np_strictness_e strictness,
                     const np_profile_facts_t *facts,
                     np_profile_miss_t misses[NP_PROFILE_MOST_MISSES]);

/**
 * The prefix that the name of a cookie of @a facts should have: "__Host-", or
 * "__Secure-" where Domain or Path rule that out (OWASP ASVS 5, 3.3.1).
 */
const char *np_profile_prefix(const np_profile_facts_t *facts);

/** Does @a name begin with one of the two prefixes that @a facts allow? Older
 *  browsers know them in this spelling only. */
bool np_profile_name_has_prefix(const np_profile_facts_t *facts,
                                const char *name);

#endif
