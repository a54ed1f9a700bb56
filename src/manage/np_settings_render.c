/* SPDX-License-Identifier: Apache-2.0
 * The settings as clients see them. */
#include "np_settings.h"

#include "apr_strings.h"

#include "np_json.h"
#include "np_settings_members.h"

#define MINUTE           apr_time_from_sec(60)
#define HOUR             apr_time_from_sec(3600)
#define MINUTES_PER_HOUR 60

static void set(json_t *object, const char *name, json_t *value)
{
    json_object_set_new(object, name, value);
}

static bool is_set(const np_settings_t *settings, np_setting_e setting)
{
    return settings->values[setting] != NP_SETTING_UNSET;
}

static void set_flag(json_t *object, const char *name,
                     const np_settings_t *settings, np_setting_e setting)
{
    if (is_set(settings, setting)) {
        set(object, name, json_boolean(settings->values[setting]));
    }
}

static json_t *cookie(int mode)
{
    json_t *object = json_object();

    set(object, "mode", json_string(np_settings_mode_name(mode)));
    return object;
}

static json_t *sessions(const np_settings_t *settings)
{
    json_t *object = json_object();
    json_t *anonymous = json_object();

    set_flag(object, "oidc_logout_prompt_enabled", settings,
             NP_SETTING_LOGOUT_PROMPT);
    set_flag(anonymous, "activate_cookie", settings,
             NP_SETTING_ANONYMOUS_COOKIE);
    if (is_set(settings, NP_SETTING_ANONYMOUS_LIFE)) {
        set(anonymous, "lifetime_in_minutes",
            json_integer(settings->values[NP_SETTING_ANONYMOUS_LIFE]));
    }
    if (json_object_size(anonymous)) {
        json_object_set(object, "anonymous", anonymous);
    }
    json_decref(anonymous);
    return object;
}

static bool shows_anything(const np_settings_t *settings,
                           const np_settings_member_t *member)
{
    for (int i = (int)member->first; i <= (int)member->last; i++) {
        if (is_set(settings, (np_setting_e)i)) {
            return true;
        }
    }
    return false;
}

/* In hours: what was set, else the file's, which is not shown for the
 * ephemeral ones. Above the plan's limits it is shown as it was set. */
static json_t *lifetime(const np_settings_view_t *view, np_setting_e setting)
{
    np_rules_t file = view->file;

    if (is_set(&view->settings, setting)) {
        return np_json_quotient(view->settings.values[setting],
                                MINUTES_PER_HOUR);
    }
    return setting < NP_SETTING_EPHEMERAL_LIFE
               ? np_json_quotient(*np_settings_limit(&file, setting), HOUR)
               : NULL;
}

static json_t *member_value(const np_settings_view_t *view,
                            const np_settings_member_t *member)
{
    const np_settings_t *settings = &view->settings;

    if (member->first < NP_SETTING_LIFETIMES) {
        return lifetime(view, member->first);
    }
    if (!shows_anything(settings, member)) {
        return NULL;
    }
    if (member->first == NP_SETTING_MODE) {
        return cookie(settings->values[NP_SETTING_MODE]);
    }
    return member->first == NP_SETTING_METADATA_IN_LOGS
               ? json_boolean(settings->values[NP_SETTING_METADATA_IN_LOGS])
               : sessions(settings);
}

/* --- our own member ------------------------------------------------------- */

static json_t *overridden(const np_settings_t *settings)
{
    json_t *names = json_array();

    for (int i = 0; i < NP_SETTINGS_MEMBERS; i++) {
        if (shows_anything(settings, &np_settings_members[i])) {
            json_array_append_new(names,
                                  json_string(np_settings_members[i].name));
        }
    }
    return names;
}

/* The lifetimes in minutes, and the mode. */
static json_t *rules_object(np_rules_t rules)
{
    json_t *object = json_object();

    for (int i = 0; i < NP_SETTING_LIFETIMES; i++) {
        set(object, np_settings_members[i].name,
            np_json_quotient(*np_settings_limit(&rules, (np_setting_e)i),
                             MINUTE));
    }
    set(object, "session_cookie", cookie((int)rules.mode));
    return object;
}

static json_t *limits_object(np_limits_t plan)
{
    json_t *object = json_object();

    for (int i = 0; i < NP_SETTING_LIFETIMES; i++) {
        set(object, np_settings_members[i].name,
            np_json_quotient(np_settings_plan_limit(plan, (np_setting_e)i),
                             MINUTE));
    }
    return object;
}

static json_t *ours(const np_settings_view_t *view)
{
    json_t *object = json_object();

    set(object, "unit", json_string("minutes"));
    set(object, "overridden", overridden(&view->settings));
    set(object, "file", rules_object(view->file));
    set(object, "limits", limits_object(view->plan));
    set(object, "effective", rules_object(np_settings_apply(view)));
    return object;
}

const char *np_settings_render(const np_settings_view_t *view,
                               np_settings_members_t members, apr_pool_t *p)
{
    json_t *object = np_json_object(p);

    for (int i = 0; i < NP_SETTINGS_MEMBERS; i++) {
        json_t *value = members & 1U << i
                            ? member_value(view, &np_settings_members[i])
                            : NULL;
        if (value) {
            set(object, np_settings_members[i].name, value);
        }
    }
    if (members & 1U << NP_SETTINGS_MEMBERS) {
        set(object, "session_np", ours(view));
    }
    return np_json_print(object, p);
}

/* --- for people ------------------------------------------------------------- */

static const char *value_text(int setting, int value, apr_pool_t *p)
{
    if (value == NP_SETTING_UNSET) {
        return "unset";
    }
    switch (np_settings_kept[setting].unit) {
    case NP_UNIT_MINUTES:
        return apr_psprintf(p, "%d", value);
    case NP_UNIT_MODE:
        return np_settings_mode_name(value);
    case NP_UNIT_FLAG:
        break;
    }
    return value ? "true" : "false";
}

const char *np_settings_difference(const np_settings_t *before,
                                   const np_settings_t *after, apr_pool_t *p)
{
    const char *text = "";

    for (int i = 0; i < NP_SETTINGS; i++) {
        if (before->values[i] != after->values[i]) {
            text = apr_pstrcat(p, text, *text ? ", " : "",
                               np_settings_kept[i].name, " ",
                               value_text(i, before->values[i], p), " -> ",
                               value_text(i, after->values[i], p), NULL);
        }
    }
    return *text ? text : "as they were";
}
