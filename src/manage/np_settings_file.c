/* SPDX-License-Identifier: Apache-2.0
 * The settings of all tenants as bytes: for a file, or another machine. */
#include "np_settings_file.h"

#include <string.h>

#include "apr_strings.h"

#include "np_json.h"
#include "np_settings_members.h"

#define FORMAT  "session-np-settings"
#define VERSION 1
/** The largest integer that every reader of JSON can read. */
#define MAX_REVISION APR_INT64_C(9007199254740991)

static bool is_name(const char *name)
{
    const apr_size_t len = name ? strlen(name) : 0;

    for (apr_size_t i = 0; i < len; i++) {
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f) {
            return false;
        }
    }
    return len && len <= NP_SETTINGS_MAX_NAME;
}

/* --- reading -------------------------------------------------------------- */

/* NP_SETTING_UNSET: it is no value of this setting. */
static int read_value(np_setting_unit_e unit, const json_t *value)
{
    const json_int_t number = json_integer_value(value);

    switch (unit) {
    case NP_UNIT_MINUTES:
        return number >= 1 && number <= NP_SETTING_MAX_MINUTES
                   ? (int)number
                   : NP_SETTING_UNSET;
    case NP_UNIT_MODE:
        return json_is_string(value)
                   ? np_settings_mode(json_string_value(value))
                   : NP_SETTING_UNSET;
    case NP_UNIT_FLAG:
        break;
    }
    return json_is_boolean(value) ? json_is_true(value) : NP_SETTING_UNSET;
}

static bool read_settings(const json_t *object, np_settings_t *settings)
{
    const char *name;
    json_t *value;

    *settings = np_settings_none();
    json_object_foreach((json_t *)object, name, value)
    {
        int i = 0;
        while (i < NP_SETTINGS && strcmp(name, np_settings_kept[i].name) != 0) {
            i++;
        }
        if (i == NP_SETTINGS) {
            return false;
        }
        settings->values[i] = read_value(np_settings_kept[i].unit, value);
        if (settings->values[i] == NP_SETTING_UNSET) {
            return false;
        }
    }
    return json_is_object(object);
}

static bool read_entry(const char *tenant, const json_t *object,
                       np_settings_entry_t *entry, apr_pool_t *p)
{
    entry->tenant = apr_pstrdup(p, tenant);
    entry->revision = json_integer_value(json_object_get(object, "revision"));
    entry->node =
        apr_pstrdup(p, json_string_value(json_object_get(object, "node")));
    return json_object_size(object) == 3 && is_name(tenant)
           && entry->revision > 0 && entry->revision <= MAX_REVISION
           && is_name(entry->node)
           && read_settings(json_object_get(object, "settings"),
                            &entry->settings);
}

static apr_status_t read_tenants(const json_t *tenants,
                                 apr_array_header_t *entries, const char **why,
                                 apr_pool_t *p)
{
    const char *tenant;
    json_t *object;

    json_object_foreach((json_t *)tenants, tenant, object)
    {
        np_settings_entry_t *entry = apr_array_push(entries);
        if (!read_entry(tenant, object, entry, p)) {
            *why = apr_psprintf(p, "tenant %s: no such settings are kept here",
                                is_name(tenant) ? tenant : "(?)");
            return APR_EINVAL;
        }
    }
    return APR_SUCCESS;
}

static apr_status_t read_file(const json_t *file, apr_array_header_t *entries,
                              const char **why, apr_pool_t *p)
{
    const char *format = json_string_value(json_object_get(file, "format"));
    const json_t *version = json_object_get(file, "version");
    const json_t *tenants = json_object_get(file, "tenants");

    if (!format || strcmp(format, FORMAT) != 0 || !json_is_integer(version)) {
        *why = "it is no file of settings";
        return APR_EINVAL;
    }
    if (json_integer_value(version) != VERSION) {
        *why = apr_psprintf(
            p, "it is of version %" APR_INT64_T_FMT ", this is version %d",
            (apr_int64_t)json_integer_value(version), VERSION);
        return APR_ENOTIMPL;
    }
    if (json_object_size(file) != 3 || !json_is_object(tenants)) {
        *why = "it has other members than format, version and tenants";
        return APR_EINVAL;
    }
    return read_tenants(tenants, entries, why, p);
}

apr_status_t np_settings_file_decode(np_bytes_t bytes,
                                     apr_array_header_t **entries,
                                     const char **why, apr_pool_t *p)
{
    apr_array_header_t *found = np_settings_file_make(p);
    apr_status_t status = APR_SUCCESS;

    if (bytes.len > NP_SETTINGS_FILE_MAX) {
        *why = "it is too long";
        return APR_EINVAL;
    }
    if (bytes.len) {
        const json_t *file = np_json_parse(bytes, why, p);
        status = file ? read_file(file, found, why, p) : APR_EINVAL;
    }
    if (status == APR_SUCCESS) {
        *entries = found;
    }
    return status;
}

/* --- writing -------------------------------------------------------------- */

static json_t *write_value(np_setting_unit_e unit, int value)
{
    switch (unit) {
    case NP_UNIT_MINUTES:
        return json_integer(value);
    case NP_UNIT_MODE:
        return json_string(np_settings_mode_name(value));
    case NP_UNIT_FLAG:
        break;
    }
    return json_boolean(value);
}

static json_t *write_entry(const np_settings_entry_t *entry)
{
    json_t *object = json_object();
    json_t *settings = json_object();

    for (int i = 0; i < NP_SETTINGS; i++) {
        if (entry->settings.values[i] != NP_SETTING_UNSET) {
            json_object_set_new(settings, np_settings_kept[i].name,
                                write_value(np_settings_kept[i].unit,
                                            entry->settings.values[i]));
        }
    }
    json_object_set_new(object, "revision", json_integer(entry->revision));
    json_object_set_new(object, "node", json_string(entry->node));
    json_object_set_new(object, "settings", settings);
    return object;
}

apr_status_t np_settings_file_encode(const apr_array_header_t *entries,
                                     np_bytes_t *bytes, apr_pool_t *p)
{
    json_t *file = np_json_object(p);
    json_t *tenants = json_object();
    const char *why;
    apr_array_header_t *again;

    json_object_set_new(file, "format", json_string(FORMAT));
    json_object_set_new(file, "version", json_integer(VERSION));
    json_object_set_new(file, "tenants", tenants);
    for (int i = 0; i < entries->nelts; i++) {
        const np_settings_entry_t *entry =
            &APR_ARRAY_IDX(entries, i, np_settings_entry_t);
        json_object_set_new(tenants, entry->tenant, write_entry(entry));
    }
    const char *text = np_json_print(file, p);
    if (!text) {
        return APR_ENOMEM;
    }
    text = apr_pstrcat(p, text, "\n", NULL);
    *bytes = (np_bytes_t){ (const unsigned char *)text, strlen(text) };
    return np_settings_file_decode(*bytes, &again, &why, p) == APR_SUCCESS
                   && again->nelts == entries->nelts
               ? APR_SUCCESS
               : APR_EINVAL;
}

/* --- the list ------------------------------------------------------------- */

apr_array_header_t *np_settings_file_make(apr_pool_t *p)
{
    return apr_array_make(p, 4, sizeof(np_settings_entry_t));
}

const np_settings_entry_t *
np_settings_file_find(const apr_array_header_t *entries, const char *tenant)
{
    for (int i = 0; i < entries->nelts; i++) {
        const np_settings_entry_t *entry =
            &APR_ARRAY_IDX(entries, i, np_settings_entry_t);
        if (!strcmp(entry->tenant, tenant)) {
            return entry;
        }
    }
    return NULL;
}

np_settings_t np_settings_file_settings(const apr_array_header_t *entries,
                                        const char *tenant)
{
    const np_settings_entry_t *entry = np_settings_file_find(entries, tenant);

    return entry ? entry->settings : np_settings_none();
}

static bool is_newer(const np_settings_entry_t *a, const np_settings_entry_t *b)
{
    return a->revision != b->revision ? a->revision > b->revision
                                      : strcmp(a->node, b->node) > 0;
}

bool np_settings_file_put(apr_array_header_t *entries,
                          const np_settings_entry_t *entry)
{
    np_settings_entry_t *old =
        (np_settings_entry_t *)np_settings_file_find(entries, entry->tenant);

    if (old && !is_newer(entry, old)) {
        return false;
    }
    if (!old) {
        old = apr_array_push(entries);
    }
    *old = *entry;
    old->tenant = apr_pstrdup(entries->pool, entry->tenant);
    old->node = apr_pstrdup(entries->pool, entry->node);
    return true;
}

int np_settings_file_merge(apr_array_header_t *entries,
                           const apr_array_header_t *others)
{
    int newer = 0;

    for (int i = 0; i < others->nelts; i++) {
        newer += np_settings_file_put(
            entries, &APR_ARRAY_IDX(others, i, np_settings_entry_t));
    }
    return newer;
}

apr_int64_t np_settings_file_revision(const apr_array_header_t *entries,
                                      const char *tenant, apr_time_t now)
{
    const np_settings_entry_t *entry = np_settings_file_find(entries, tenant);

    return entry && entry->revision >= now ? entry->revision + 1 : now;
}
