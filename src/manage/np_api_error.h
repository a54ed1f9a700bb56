/* SPDX-License-Identifier: Apache-2.0
 * Errors of the management API: their status, and their body as JSON. */
#ifndef NP_API_ERROR_H
#define NP_API_ERROR_H

#include <stdbool.h>

#include "apr_pools.h"

/** An error. The texts are constants, or live in the pool that was given to
 *  whoever filled it in. */
typedef struct np_api_error_t {
    /** `errorCode`; NULL: the body has none. */
    const char *code;
    const char *message;
    /** The HTTP status. */
    int status;
    /** The body says `"attributes":{"error":<message>}` too. */
    bool attributes;
} np_api_error_t;

/** The errors that need no more than their name. */
typedef enum np_api_error_e {
    /** 401: a token that is no token, is not known, or has expired. */
    NP_API_INVALID_TOKEN,
    /** 401: no Authorization header. */
    NP_API_MISSING_TOKEN,
    NP_API_NO_SUCH_SESSION,
    NP_API_NO_SUCH_USER,
    /** 404: no such path. */
    NP_API_NOT_FOUND,
    NP_API_WRONG_METHOD,
    /** 413: a body of more than NP_BODY_MAX octets. */
    NP_API_TOO_LARGE,
    NP_API_WRONG_TYPE,
    NP_API_TOO_MANY_REQUESTS,
    /** 500: what the log tells more about. */
    NP_API_INTERNAL,
    /** 503: the store does not answer. */
    NP_API_UNAVAILABLE,
} np_api_error_e;

/** The error of that name. */
np_api_error_t np_api_error(np_api_error_e which);

/**
 * 400 `invalid_body`: "Payload validation error: '<reason>' on property
 * <property> (<description>)." Without @a property, or without
 * @a description, the message ends earlier. Lives in @a p.
 */
np_api_error_t np_api_error_body(const char *reason, const char *property,
                                 const char *description, apr_pool_t *p);

/** 400 `invalid_query_string`, about @a parameter. Lives in @a p. */
np_api_error_t np_api_error_query(const char *reason, const char *parameter,
                                  apr_pool_t *p);

/** 400 `invalid_uri`, about @a part of the path. Lives in @a p. */
np_api_error_t np_api_error_path(const char *reason, const char *part,
                                 apr_pool_t *p);

/** 403 `insufficient_scope`; @a scopes: those that were asked for, with commas
 *  between them. Lives in @a p. */
np_api_error_t np_api_error_scope(const char *scopes, apr_pool_t *p);

/** The body, `application/json; charset=utf-8`, in @a p. NULL if memory ran
 *  out. */
const char *np_api_error_render(const np_api_error_t *error, apr_pool_t *p);

#endif
