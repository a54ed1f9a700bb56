/* SPDX-License-Identifier: Apache-2.0
 * JSON: reads it strictly, prints it as JavaScript does. */
#include "np_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"
#include "apr_tables.h"

#include "np_utf8.h"

/** Digits that tell any two doubles apart. */
#define MAX_DIGITS 17
/** Octets of a member's name that an error repeats. */
#define MAX_QUOTED 64

static apr_status_t release(void *json)
{
    json_decref(json);
    return APR_SUCCESS;
}

static json_t *own(json_t *json, apr_pool_t *p)
{
    apr_pool_cleanup_register(p, json, release, apr_pool_cleanup_null);
    return json;
}

json_t *np_json_object(apr_pool_t *p)
{
    return own(json_object(), p);
}

json_t *np_json_text(const char *text, apr_pool_t *p)
{
    return json_string(np_utf8_repair(text, p));
}

json_t *np_json_quotient(apr_int64_t dividend, apr_int64_t divisor)
{
    return dividend % divisor == 0
               ? json_integer(dividend / divisor)
               : json_real((double)dividend / (double)divisor);
}

const char *np_json_type(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "object";
    case JSON_ARRAY:
        return "array";
    case JSON_STRING:
        return "string";
    case JSON_INTEGER:
        return "integer";
    case JSON_REAL:
        return "number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "boolean";
    case JSON_NULL:
        break;
    }
    return "null";
}

/* --- reading -------------------------------------------------------------- */

/* Before the parser looks: it calls itself for each level. */
static bool is_shallow(np_bytes_t bytes)
{
    int depth = 0;
    bool in_text = false;

    for (apr_size_t i = 0; i < bytes.len; i++) {
        const unsigned char c = bytes.data[i];
        if (in_text) {
            i += c == '\\';
            in_text = c != '"';
        }
        else if (c == '{' || c == '[') {
            if (++depth > NP_JSON_MAX_DEPTH) {
                return false;
            }
        }
        else {
            depth -= c == '}' || c == ']';
            in_text = c == '"';
        }
    }
    return true;
}

/* The parser's own words repeat what it read. */
static const char *explain(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_duplicate_key:
        return "a member comes twice";
    case json_error_numeric_overflow:
        return "a number is too large";
    case json_error_invalid_utf8:
        return "a text is not UTF-8";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "a text contains a NUL";
    default:
        return "it is not JSON";
    }
}

const json_t *np_json_parse(np_bytes_t bytes, const char **why, apr_pool_t *p)
{
    json_error_t error;

    if (!is_shallow(bytes)) {
        *why = "objects or lists lie too deep inside one another";
        return NULL;
    }
    json_t *json = json_loadb(bytes.data ? (const char *)bytes.data : "",
                              bytes.len, JSON_REJECT_DUPLICATES, &error);
    if (!json) {
        *why = explain(&error);
        return NULL;
    }
    if (!json_is_object(json)) {
        json_decref(json);
        *why = "it is no object";
        return NULL;
    }
    return own(json, p);
}

/* --- printing ------------------------------------------------------------- */

/* The fewest digits from which the same double is read again. */
static int digits_of(double number)
{
    char text[32];
    int digits = 1;

    while (digits < MAX_DIGITS) {
        (void)snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number) {
            break;
        }
        digits++;
    }
    return digits;
}

static bool add(apr_array_header_t *parts, const char *text)
{
    APR_ARRAY_PUSH(parts, const char *) = text;
    return true;
}

/* Jansson gives all numbers of a document the same number of digits: it gets
 * to print one value at a time. */
static bool add_scalar(apr_array_header_t *parts, const json_t *value)
{
    size_t flags = JSON_ENCODE_ANY | JSON_COMPACT;

    if (json_is_real(value)) {
        flags |= JSON_REAL_PRECISION((size_t)digits_of(json_real_value(value)));
    }
    char *text = json_dumps(value, flags);
    if (!text) {
        return false;
    }
    add(parts, apr_pstrdup(parts->pool, text));
    free(text);
    return true;
}

static bool add_name(apr_array_header_t *parts, const char *name)
{
    json_t *text = json_string(name);
    bool added = text && add_scalar(parts, text) && add(parts, ":");

    json_decref(text);
    return added;
}

static bool add_value(apr_array_header_t *parts, const json_t *value)
{
    const char *comma = "";
    bool added = true;

    if (json_is_object(value)) {
        const char *name;
        json_t *member;
        add(parts, "{");
        json_object_foreach((json_t *)value, name, member)
        {
            added = added && add(parts, comma) && add_name(parts, name)
                    && add_value(parts, member);
            comma = ",";
        }
        return added && add(parts, "}");
    }
    if (json_is_array(value)) {
        add(parts, "[");
        for (size_t i = 0; i < json_array_size(value); i++) {
            added = added && add(parts, comma)
                    && add_value(parts, json_array_get(value, i));
            comma = ",";
        }
        return added && add(parts, "]");
    }
    return value && add_scalar(parts, value);
}

const char *np_json_print(const json_t *value, apr_pool_t *p)
{
    apr_array_header_t *parts = apr_array_make(p, 64, sizeof(const char *));

    return add_value(parts, value) ? apr_array_pstrcat(p, parts, 0) : NULL;
}

/* --- errors --------------------------------------------------------------- */

/* No more of a name than a reader needs, and no control characters. */
static const char *quoted(const char *name, apr_pool_t *p)
{
    const bool whole = strlen(name) <= MAX_QUOTED;
    apr_size_t len = whole ? strlen(name) : np_utf8_cut(name, MAX_QUOTED);
    char *text = apr_pstrmemdup(p, name, len);

    for (char *c = text; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            *c = '?';
        }
    }
    return whole ? text : apr_pstrcat(p, text, "...", NULL);
}

np_api_error_t np_json_unknown_member(const char *name, const char *path,
                                      apr_pool_t *p)
{
    return np_api_error_body(
        apr_pstrcat(p, "Additional properties not allowed: ", quoted(name, p),
                    NULL),
        path, NULL, p);
}

np_api_error_t np_json_wrong_type(const char *expected, const json_t *found,
                                  const char *property, const char *description,
                                  apr_pool_t *p)
{
    return np_api_error_body(apr_pstrcat(p, "Expected type ", expected,
                                         " but found type ",
                                         np_json_type(found), NULL),
                             property, description, p);
}
