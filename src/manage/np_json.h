/* SPDX-License-Identifier: Apache-2.0
 * JSON, for this layer only: read strictly, printed as JavaScript does it. */
#ifndef NP_JSON_H
#define NP_JSON_H

#include <jansson.h>

#include "apr_pools.h"

#include "np_api_error.h"
#include "np_body.h"

/** Levels of objects and lists inside one another, at the most. */
#define NP_JSON_MAX_DEPTH 8

/** Whether text in forms may stand for a number, true, false or null. */
typedef enum np_form_texts_e {
    NP_FORM_TEXTS_STAY,
    NP_FORM_TEXTS_ARE_JSON,
} np_form_texts_e;

/** An empty object that goes with @a p. */
json_t *np_json_object(apr_pool_t *p);

/** @a text as JSON; octets that are not UTF-8 become U+FFFD. Belongs to the
 *  caller. */
json_t *np_json_text(const char *text, apr_pool_t *p);

/**
 * The number @a dividend / @a divisor: an integer if it is whole, else the
 * nearest double. Belongs to the caller.
 */
json_t *np_json_quotient(apr_int64_t dividend, apr_int64_t divisor);

/** What a schema calls this type: "number" has a fraction or an exponent,
 *  "integer" has neither. */
const char *np_json_type(const json_t *value);

/**
 * Read an object, of at most NP_JSON_MAX_DEPTH levels, that names no member
 * twice and is UTF-8 without NULs. It goes with @a p.
 * @return NULL with @a why said, a constant, if it is not one
 */
const json_t *np_json_parse(np_bytes_t bytes, const char **why, apr_pool_t *p);

/**
 * Read a body, JSON or a form. A form's `a[b]=c` is {"a":{"b":"c"}}. The object
 * goes with @a p.
 * @return NULL with @a error filled in if it is no object, is too large, or of
 *         another type
 */
const json_t *np_json_parse_body(np_body_t body, np_form_texts_e texts,
                                 np_api_error_t *error, apr_pool_t *p);

/**
 * Print @a value without blanks, in the order of its making, in @a p. Each
 * number has as many digits as it needs to be read back, and no more.
 * @return NULL if memory ran out
 */
const char *np_json_print(const json_t *value, apr_pool_t *p);

/** 400 for a member nobody knows; @a path: of the object it stands in, NULL
 *  at the top. */
np_api_error_t np_json_unknown_member(const char *name, const char *path,
                                      apr_pool_t *p);

/** 400 for a value of another type than @a expected. */
np_api_error_t np_json_wrong_type(const char *expected, const json_t *found,
                                  const char *property, const char *description,
                                  apr_pool_t *p);

#endif
