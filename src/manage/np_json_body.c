/* SPDX-License-Identifier: Apache-2.0
 * The body of a request, JSON or a form, as a JSON object. */
#include "np_json.h"

#include <string.h>

#include "apr_cstr.h"
#include "apr_strings.h"

#include "np_form.h"

/* Is it of that type, whatever its parameters say? */
static bool is_type(const char *content_type, const char *type)
{
    apr_size_t len = strcspn(content_type, "; \t");

    return len == strlen(type) && !apr_cstr_casecmpn(content_type, type, len);
}

/* A number, true, false or null; whatever else it is, it is a text. */
static json_t *read_text(const char *text, np_form_texts_e texts)
{
    if (texts == NP_FORM_TEXTS_ARE_JSON && *text
        && strchr("-0123456789tfn", *text)) {
        json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
        if (value) {
            return value;
        }
    }
    return json_string(text);
}

/* Takes `b` out of `a[b][c]`, with *rest at `[b][c]`; NULL: no such part. */
static const char *take_part(const char **rest, apr_pool_t *p)
{
    apr_size_t len = **rest == '[' ? strcspn(*rest, "]") : 0;
    if (!len || !(*rest)[len]) {
        return NULL;
    }
    const char *part = apr_pstrmemdup(p, *rest + 1, len - 1);
    *rest += len + 1;
    return part;
}

/* The object of that name in @a parent, made if it is not there. */
static json_t *descend(json_t *parent, const char *name)
{
    json_t *child = json_object_get(parent, name);

    if (!child) {
        child = json_object();
        if (json_object_set_new(parent, name, child) != 0) {
            return NULL;
        }
    }
    return json_is_object(child) ? child : NULL;
}

static bool add_pair(json_t *object, const np_pair_t *pair,
                     np_form_texts_e texts, apr_pool_t *p)
{
    const char *rest = pair->name + strcspn(pair->name, "[");
    const char *name =
        apr_pstrmemdup(p, pair->name, (apr_size_t)(rest - pair->name));

    for (int depth = 1; object && *rest; depth++) {
        object = depth < NP_JSON_MAX_DEPTH ? descend(object, name) : NULL;
        name = take_part(&rest, p);
        if (!name) {
            return false;
        }
    }
    return object && !json_object_get(object, name)
           && json_object_set_new(object, name, read_text(pair->value, texts))
                  == 0;
}

static const json_t *read_form(np_bytes_t bytes, np_form_texts_e texts,
                               const char **why, apr_pool_t *p)
{
    apr_array_header_t *pairs;
    json_t *form = np_json_object(p);

    if (np_form_parse(bytes, &pairs, p) != APR_SUCCESS) {
        *why = "it is not a form";
        return NULL;
    }
    for (int i = 0; i < pairs->nelts; i++) {
        if (!add_pair(form, &APR_ARRAY_IDX(pairs, i, np_pair_t), texts, p)) {
            *why = "a member comes twice, is not UTF-8, or has no clear name";
            return NULL;
        }
    }
    return form;
}

const json_t *np_json_parse_body(np_body_t body, np_form_texts_e texts,
                                 np_api_error_t *error, apr_pool_t *p)
{
    const char *type =
        body.content_type ? body.content_type : "application/json";
    const json_t *json = NULL;
    const char *why = NULL;

    if (body.bytes.len > NP_BODY_MAX) {
        *error = np_api_error(NP_API_TOO_LARGE);
        return NULL;
    }
    if (is_type(type, "application/json")) {
        json = np_json_parse(body.bytes, &why, p);
    }
    else if (is_type(type, "application/x-www-form-urlencoded")) {
        json = read_form(body.bytes, texts, &why, p);
    }
    if (!json) {
        *error = why ? np_api_error_body(
                     apr_pstrcat(p, "Invalid request payload: ", why, NULL),
                     NULL, NULL, p)
                     : np_api_error(NP_API_WRONG_TYPE);
    }
    return json;
}
