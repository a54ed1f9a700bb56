/* SPDX-License-Identifier: Apache-2.0
 * What the management API can change of a tenant, and how it shows it. */
#ifndef NP_SETTINGS_H
#define NP_SETTINGS_H

#include "np_api_error.h"
#include "np_body.h"
#include "np_policy.h"

/** The settings, from 0 on. */
typedef enum np_setting_e {
    /** "require login after" and "inactivity timeout" of persistent sessions,
     *  then of the others, in minutes. */
    NP_SETTING_LIFE,
    NP_SETTING_IDLE,
    NP_SETTING_EPHEMERAL_LIFE,
    NP_SETTING_EPHEMERAL_IDLE,
    /** A np_mode_e. */
    NP_SETTING_MODE,
    /** The others are kept and given back, and change nothing here: the first
     *  two and the last one are 0 or 1, the third one is minutes. */
    NP_SETTING_LOGOUT_PROMPT,
    NP_SETTING_ANONYMOUS_COOKIE,
    NP_SETTING_ANONYMOUS_LIFE,
    NP_SETTING_METADATA_IN_LOGS,
} np_setting_e;

#define NP_SETTINGS 9
/** The first settings are lifetimes: so many. */
#define NP_SETTING_LIFETIMES 4

/** A setting that nobody made: the configuration file's counts. */
#define NP_SETTING_UNSET (-1)
/** Minutes of a lifetime, at the most: a year. */
#define NP_SETTING_MAX_MINUTES 525600

/** What somebody set by the API: the value of each setting, or
 *  NP_SETTING_UNSET. */
typedef struct np_settings_t {
    int values[NP_SETTINGS];
} np_settings_t;

/** What there is to show of a tenant. */
typedef struct np_settings_view_t {
    /** The rules by the configuration file. */
    np_rules_t file;
    /** The system limits of its plan. */
    np_limits_t plan;
    np_settings_t settings;
} np_settings_view_t;

/** Which members a client wants to see: a bit for each. */
typedef unsigned np_settings_members_t;

/** Settings of which none is set. */
np_settings_t np_settings_none(void);

/** The rules in force: those of the file with what is set in their place, and
 *  never above the plan's limits. */
np_rules_t np_settings_apply(const np_settings_view_t *view);

/**
 * Do what the body of a PATCH says: @a next is @a current with the changes. A
 * member that is left out keeps its value, and null unsets `session_cookie`
 * and `sessions`.
 * @return false, with @a error filled in and @a next as it was, if any part of
 *         the body is not valid
 */
bool np_settings_patch(const np_settings_t *current, np_body_t body,
                       np_settings_t *next, np_api_error_t *error,
                       apr_pool_t *p);

/**
 * Do what a DELETE says: unset the settings that `fields=a,b` of the query
 * string @a args names, or all of them. @a args may be NULL.
 * @return false, with @a error filled in and @a next as it was, if the query
 *         string is not valid
 */
bool np_settings_clear(const np_settings_t *current, const char *args,
                       np_settings_t *next, np_api_error_t *error,
                       apr_pool_t *p);

/**
 * Read `fields` and `include_fields` in the query string @a args, which may be
 * NULL. Other parameters are passed over.
 * @return false, with @a error filled in, if they are not valid
 */
bool np_settings_select(const char *args, np_settings_members_t *members,
                        np_api_error_t *error, apr_pool_t *p);

/** What is not the same, for a log: "session_lifetime 60 -> unset, ..."; lives
 *  in @a p. */
const char *np_settings_difference(const np_settings_t *before,
                                   const np_settings_t *after, apr_pool_t *p);

/** The settings as JSON, in @a p; @a members from np_settings_select(). NULL if
 *  memory ran out. */
const char *np_settings_render(const np_settings_view_t *view,
                               np_settings_members_t members, apr_pool_t *p);

#endif
