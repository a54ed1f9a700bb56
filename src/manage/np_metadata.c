/* SPDX-License-Identifier: Apache-2.0
 * The metadata of a session, as clients send them. */
#include "np_metadata.h"

#include <string.h>

#include "np_json.h"
#include "np_utf8.h"

#define PROPERTY    "session_metadata"
#define DESCRIPTION "what clients keep with a session"

static bool is_within_bounds(const char *text)
{
    return np_utf8_count(text) <= NP_METADATA_MAX_TEXT;
}

static bool refuse(np_api_error_t *error, apr_pool_t *p)
{
    *error = np_api_error_body("Metadata must not exceed 25 entries. Each key "
                               "and value must be \xe2\x89\xa4 255 characters.",
                               PROPERTY, DESCRIPTION, p);
    return false;
}

static bool check_entries(const json_t *entries, np_api_error_t *error,
                          apr_pool_t *p)
{
    const char *name;
    json_t *value;

    if (json_object_size(entries) > NP_METADATA_MAX_ENTRIES) {
        return refuse(error, p);
    }
    json_object_foreach((json_t *)entries, name, value)
    {
        if (!json_is_string(value)) {
            *error =
                np_json_wrong_type("string", value, PROPERTY, DESCRIPTION, p);
            return false;
        }
        if (!is_within_bounds(name)
            || !is_within_bounds(json_string_value(value))) {
            return refuse(error, p);
        }
    }
    return true;
}

/* NULL, with the error filled in, if the object is no patch of a session. */
static const json_t *find(const json_t *object, np_api_error_t *error,
                          apr_pool_t *p)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)object, name, value)
    {
        if (strcmp(name, PROPERTY) != 0) {
            *error = np_json_unknown_member(name, NULL, p);
            return NULL;
        }
    }
    const json_t *entries = json_object_get(object, PROPERTY);
    if (!entries) {
        *error = np_api_error_body("Too few properties defined (0), minimum 1",
                                   NULL, NULL, p);
    }
    else if (!json_is_object(entries) && !json_is_null(entries)) {
        *error =
            np_json_wrong_type("object", entries, PROPERTY, DESCRIPTION, p);
        return NULL;
    }
    return entries;
}

bool np_metadata_patch(np_body_t body, const char **metadata,
                       np_api_error_t *error, apr_pool_t *p)
{
    const json_t *object =
        np_json_parse_body(body, NP_FORM_TEXTS_STAY, error, p);
    const json_t *entries = object ? find(object, error, p) : NULL;

    if (!entries || !check_entries(entries, error, p)) {
        return false;
    }
    *metadata = json_object_size(entries) ? np_json_print(entries, p) : NULL;
    return true;
}
