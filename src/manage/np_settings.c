/* SPDX-License-Identifier: Apache-2.0
 * The settings: their names, what they do to the rules, which are asked for. */
#include "np_settings.h"

#include <string.h>

#include "apr_strings.h"

#include "np_form.h"
#include "np_settings_members.h"

#define MINUTE apr_time_from_sec(60)
/** Our own member. */
#define OURS     "session_np"
#define OURS_BIT (1U << NP_SETTINGS_MEMBERS)
#define ALL_BITS (OURS_BIT | (OURS_BIT - 1))

const np_setting_kept_t np_settings_kept[NP_SETTINGS] = {
    [NP_SETTING_LIFE] = { "session_lifetime", NP_UNIT_MINUTES },
    [NP_SETTING_IDLE] = { "idle_session_lifetime", NP_UNIT_MINUTES },
    [NP_SETTING_EPHEMERAL_LIFE] = { "ephemeral_session_lifetime",
                                    NP_UNIT_MINUTES },
    [NP_SETTING_EPHEMERAL_IDLE] = { "idle_ephemeral_session_lifetime",
                                    NP_UNIT_MINUTES },
    [NP_SETTING_MODE] = { "session_cookie_mode", NP_UNIT_MODE },
    [NP_SETTING_LOGOUT_PROMPT] = { "oidc_logout_prompt_enabled", NP_UNIT_FLAG },
    [NP_SETTING_ANONYMOUS_COOKIE] = { "anonymous_activate_cookie",
                                      NP_UNIT_FLAG },
    [NP_SETTING_ANONYMOUS_LIFE] = { "anonymous_lifetime", NP_UNIT_MINUTES },
    [NP_SETTING_METADATA_IN_LOGS] = { "include_session_metadata_in_tenant_logs",
                                      NP_UNIT_FLAG },
};

const np_settings_member_t np_settings_members[NP_SETTINGS_MEMBERS] = {
    { "session_lifetime", NP_SETTING_LIFE, NP_SETTING_LIFE },
    { "idle_session_lifetime", NP_SETTING_IDLE, NP_SETTING_IDLE },
    { "ephemeral_session_lifetime", NP_SETTING_EPHEMERAL_LIFE,
      NP_SETTING_EPHEMERAL_LIFE },
    { "idle_ephemeral_session_lifetime", NP_SETTING_EPHEMERAL_IDLE,
      NP_SETTING_EPHEMERAL_IDLE },
    { "session_cookie", NP_SETTING_MODE, NP_SETTING_MODE },
    { "sessions", NP_SETTING_LOGOUT_PROMPT, NP_SETTING_ANONYMOUS_LIFE },
    { "include_session_metadata_in_tenant_logs", NP_SETTING_METADATA_IN_LOGS,
      NP_SETTING_METADATA_IN_LOGS },
};

const char *np_settings_mode_name(int mode)
{
    return mode == NP_MODE_PERSISTENT ? "persistent" : "non-persistent";
}

int np_settings_mode(const char *name)
{
    for (int mode = 0; mode < NP_MODES; mode++) {
        if (!strcmp(name, np_settings_mode_name(mode))) {
            return mode;
        }
    }
    return NP_SETTING_UNSET;
}

static bool is_idle(np_setting_e setting)
{
    return setting == NP_SETTING_IDLE || setting == NP_SETTING_EPHEMERAL_IDLE;
}

apr_interval_time_t *np_settings_limit(np_rules_t *rules, np_setting_e setting)
{
    np_limits_t *limits = &rules->limits[setting >= NP_SETTING_EPHEMERAL_LIFE
                                             ? NP_MODE_NON_PERSISTENT
                                             : NP_MODE_PERSISTENT];

    return is_idle(setting) ? &limits->idle : &limits->life;
}

apr_interval_time_t np_settings_plan_limit(np_limits_t plan,
                                           np_setting_e setting)
{
    return is_idle(setting) ? plan.idle : plan.life;
}

np_settings_t np_settings_none(void)
{
    np_settings_t none;

    for (int i = 0; i < NP_SETTINGS; i++) {
        none.values[i] = NP_SETTING_UNSET;
    }
    return none;
}

np_rules_t np_settings_apply(const np_settings_view_t *view)
{
    const int *values = view->settings.values;
    np_rules_t rules = view->file;

    for (int i = 0; i < NP_SETTING_LIFETIMES; i++) {
        if (values[i] != NP_SETTING_UNSET) {
            *np_settings_limit(&rules, (np_setting_e)i) = MINUTE * values[i];
        }
    }
    for (int mode = 0; mode < NP_MODES; mode++) {
        rules.limits[mode] = np_policy_smaller(rules.limits[mode], view->plan);
    }
    if (values[NP_SETTING_MODE] != NP_SETTING_UNSET) {
        rules.mode = (np_mode_e)values[NP_SETTING_MODE];
    }
    return rules;
}

/* --- which members -------------------------------------------------------- */

/* The member's bit; 0: there is none of that name. */
static np_settings_members_t find_member(const char *name)
{
    for (unsigned i = 0; i < NP_SETTINGS_MEMBERS; i++) {
        if (!strcmp(name, np_settings_members[i].name)) {
            return 1U << i;
        }
    }
    return !strcmp(name, OURS) ? OURS_BIT : 0;
}

/* The members that a list with commas names; 0: one of them is none. */
static np_settings_members_t find_members(const char *list, apr_pool_t *p)
{
    np_settings_members_t members = 0;

    while (list) {
        const char *comma = strchr(list, ',');
        const char *name =
            comma ? apr_pstrmemdup(p, list, (apr_size_t)(comma - list)) : list;
        np_settings_members_t member = find_member(name);
        if (!member) {
            return 0;
        }
        members |= member;
        list = comma ? comma + 1 : NULL;
    }
    return members;
}

static bool read_query(const char *args, apr_array_header_t **pairs,
                       np_api_error_t *error, apr_pool_t *p)
{
    const np_bytes_t query = { (const unsigned char *)args,
                               args ? strlen(args) : 0 };

    if (np_form_parse(query, pairs, p) != APR_SUCCESS) {
        *error = np_api_error_query("It is not well encoded", "query", p);
        return false;
    }
    return true;
}

/* @a members stays as it was where the query string does not say `fields`. */
static bool read_fields(const apr_array_header_t *pairs,
                        np_settings_members_t *members, np_api_error_t *error,
                        apr_pool_t *p)
{
    const char *fields;
    np_settings_members_t named = 0;

    if (np_form_get(pairs, "fields", &fields) == APR_SUCCESS) {
        if (!fields) {
            return true;
        }
        named = find_members(fields, p);
    }
    if (!named) {
        *error = np_api_error_query("It takes names of settings, with commas "
                                    "between them",
                                    "fields", p);
        return false;
    }
    *members = named;
    return true;
}

bool np_settings_select(const char *args, np_settings_members_t *members,
                        np_api_error_t *error, apr_pool_t *p)
{
    apr_array_header_t *pairs;
    np_settings_members_t named = 0;
    const char *include;

    if (!read_query(args, &pairs, error, p)
        || !read_fields(pairs, &named, error, p)) {
        return false;
    }
    apr_status_t status = np_form_get(pairs, "include_fields", &include);
    const bool exclude = include && !strcmp(include, "false");
    if (status != APR_SUCCESS
        || (include && !exclude && strcmp(include, "true") != 0)) {
        *error = np_api_error_query("It is true or false", "include_fields", p);
        return false;
    }
    *members = !named ? ALL_BITS : exclude ? ALL_BITS & ~named : named;
    return true;
}

bool np_settings_clear(const np_settings_t *current, const char *args,
                       np_settings_t *next, np_api_error_t *error,
                       apr_pool_t *p)
{
    apr_array_header_t *pairs;
    np_settings_members_t members = ALL_BITS & ~OURS_BIT;

    if (!read_query(args, &pairs, error, p)
        || !read_fields(pairs, &members, error, p)) {
        return false;
    }
    if (members & OURS_BIT) {
        *error = np_api_error_query(OURS " is no setting", "fields", p);
        return false;
    }
    *next = *current;
    for (int i = 0; i < NP_SETTINGS_MEMBERS; i++) {
        const np_settings_member_t *member = &np_settings_members[i];
        for (int s = (int)member->first;
             s <= (int)member->last && members & 1U << i; s++) {
            next->values[s] = NP_SETTING_UNSET;
        }
    }
    return true;
}
