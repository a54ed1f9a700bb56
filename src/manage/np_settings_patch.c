/* SPDX-License-Identifier: Apache-2.0
 * Reads the body of a PATCH of the settings, and refuses what is not valid. */
#include "np_settings.h"

#include <string.h>

#include "apr_strings.h"

#include "np_json.h"
#include "np_settings_members.h"

#define MINUTES_PER_HOUR 60
#define MAX_HOURS        (NP_SETTING_MAX_MINUTES / MINUTES_PER_HOUR)

/* A patch that is being read. */
typedef struct patch_t {
    np_settings_t next;
    /* Hours or minutes were given. */
    bool touched[NP_SETTINGS];
    np_api_error_t *error;
    apr_pool_t *p;
} patch_t;

typedef struct property_t property_t;

typedef bool read_fn(patch_t *patch, const property_t *property,
                     const json_t *value);

struct property_t {
    const char *name;
    /* With the objects that it stands in. */
    const char *path;
    const char *description;
    read_fn *read;
    np_setting_e setting;
    /* Minutes in one unit, and units at the most. */
    int factor;
    int most;
};

static bool refuse(const patch_t *patch, const property_t *property,
                   const char *reason)
{
    *patch->error =
        np_api_error_body(reason, property ? property->path : NULL,
                          property ? property->description : NULL, patch->p);
    return false;
}

static bool refuse_type(const patch_t *patch, const property_t *property,
                        const char *expected, const json_t *value)
{
    *patch->error = np_json_wrong_type(expected, value, property->path,
                                       property->description, patch->p);
    return false;
}

static bool read_members(patch_t *patch, const property_t *properties,
                         const char *path, const json_t *object)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)object, name, value)
    {
        const property_t *property = properties;
        while (property->name && strcmp(property->name, name) != 0) {
            property++;
        }
        if (!property->name) {
            *patch->error = np_json_unknown_member(name, path, patch->p);
            return false;
        }
        if (!property->read(patch, property, value)) {
            return false;
        }
    }
    return true;
}

static bool read_lifetime(patch_t *patch, const property_t *property,
                          const json_t *value)
{
    const apr_int64_t number = json_integer_value(value);

    if (!json_is_integer(value)) {
        return refuse_type(patch, property, "integer", value);
    }
    if (number < 1) {
        return refuse(patch, property,
                      apr_psprintf(patch->p,
                                   "Value %" APR_INT64_T_FMT
                                   " is less than minimum 1",
                                   number));
    }
    if (number > property->most) {
        return refuse(patch, property,
                      apr_psprintf(patch->p,
                                   "Value %" APR_INT64_T_FMT
                                   " is greater than maximum %d",
                                   number, property->most));
    }
    if (patch->touched[property->setting]) {
        return refuse(patch, property,
                      "It comes in hours and in minutes: send one of them");
    }
    patch->touched[property->setting] = true;
    patch->next.values[property->setting] = (int)number * property->factor;
    return true;
}

static bool read_flag(patch_t *patch, const property_t *property,
                      const json_t *value)
{
    if (!json_is_boolean(value)) {
        return refuse_type(patch, property, "boolean", value);
    }
    patch->next.values[property->setting] = json_is_true(value);
    return true;
}

static bool read_mode(patch_t *patch, const property_t *property,
                      const json_t *value)
{
    if (!json_is_string(value)) {
        return refuse_type(patch, property, "string", value);
    }
    const int mode = np_settings_mode(json_string_value(value));
    if (mode == NP_SETTING_UNSET) {
        return refuse(patch, property,
                      "No enum match: it is persistent or non-persistent");
    }
    patch->next.values[property->setting] = mode;
    return true;
}

static const property_t cookie_properties[] = {
    { "mode", "session_cookie.mode",
      "what browsers do with the cookies when they close", read_mode,
      NP_SETTING_MODE, 0, 0 },
    { 0 },
};

static bool read_cookie(patch_t *patch, const property_t *property,
                        const json_t *value)
{
    if (json_is_null(value)) {
        patch->next.values[NP_SETTING_MODE] = NP_SETTING_UNSET;
        return true;
    }
    if (!json_is_object(value)) {
        return refuse_type(patch, property, "object", value);
    }
    if (!json_object_get(value, "mode")) {
        return refuse(patch, property, "Missing required property: mode");
    }
    return read_members(patch, cookie_properties, property->path, value);
}

static const property_t anonymous_properties[] = {
    { "activate_cookie", "sessions.anonymous.activate_cookie",
      "whether anonymous sessions have a cookie", read_flag,
      NP_SETTING_ANONYMOUS_COOKIE, 0, 0 },
    { "lifetime_in_minutes", "sessions.anonymous.lifetime_in_minutes",
      "minutes of an anonymous session", read_lifetime,
      NP_SETTING_ANONYMOUS_LIFE, 1, NP_SETTING_MAX_MINUTES },
    { 0 },
};

static bool read_anonymous(patch_t *patch, const property_t *property,
                           const json_t *value)
{
    return json_is_object(value)
               ? read_members(patch, anonymous_properties, property->path,
                              value)
               : refuse_type(patch, property, "object", value);
}

static const property_t sessions_properties[] = {
    { "oidc_logout_prompt_enabled", "sessions.oidc_logout_prompt_enabled",
      "whether users are asked before they are logged out", read_flag,
      NP_SETTING_LOGOUT_PROMPT, 0, 0 },
    { "anonymous", "sessions.anonymous", "anonymous sessions", read_anonymous,
      NP_SETTING_ANONYMOUS_LIFE, 0, 0 },
    { 0 },
};

static bool read_sessions(patch_t *patch, const property_t *property,
                          const json_t *value)
{
    if (json_is_null(value)) {
        for (int i = NP_SETTING_LOGOUT_PROMPT; i <= NP_SETTING_ANONYMOUS_LIFE;
             i++) {
            patch->next.values[i] = NP_SETTING_UNSET;
        }
        return true;
    }
    return json_is_object(value)
               ? read_members(patch, sessions_properties, property->path, value)
               : refuse_type(patch, property, "object", value);
}

/* A lifetime in hours, and its twin in minutes. */
#define LIFETIME(name, setting, what) \
    { name,          name,    "hours until " what, \
      read_lifetime, setting, MINUTES_PER_HOUR, \
      MAX_HOURS }, \
    { \
        name "_in_minutes", name "_in_minutes", "minutes until " what, \
            read_lifetime, setting, 1, NP_SETTING_MAX_MINUTES \
    }

static const property_t properties[] = {
    LIFETIME("session_lifetime", NP_SETTING_LIFE, "a persistent session ends"),
    LIFETIME("idle_session_lifetime", NP_SETTING_IDLE,
             "an inactive persistent session ends"),
    LIFETIME("ephemeral_session_lifetime", NP_SETTING_EPHEMERAL_LIFE,
             "a non-persistent session ends"),
    LIFETIME("idle_ephemeral_session_lifetime", NP_SETTING_EPHEMERAL_IDLE,
             "an inactive non-persistent session ends"),
    { "session_cookie", "session_cookie", "the cookies of sessions",
      read_cookie, NP_SETTING_MODE, 0, 0 },
    { "sessions", "sessions", "sessions in general", read_sessions,
      NP_SETTING_LOGOUT_PROMPT, 0, 0 },
    { "include_session_metadata_in_tenant_logs",
      "include_session_metadata_in_tenant_logs",
      "whether logs contain the metadata of sessions", read_flag,
      NP_SETTING_METADATA_IN_LOGS, 0, 0 },
    { 0 },
};

bool np_settings_patch(const np_settings_t *current, np_body_t body,
                       np_settings_t *next, np_api_error_t *error,
                       apr_pool_t *p)
{
    patch_t patch = { .next = *current, .error = error, .p = p };
    const json_t *object =
        np_json_parse_body(body, NP_FORM_TEXTS_ARE_JSON, error, p);

    if (!object) {
        return false;
    }
    if (!json_object_size(object)) {
        return refuse(&patch, NULL,
                      "Too few properties defined (0), minimum 1");
    }
    if (!read_members(&patch, properties, NULL, object)) {
        return false;
    }
    *next = patch.next;
    return true;
}
