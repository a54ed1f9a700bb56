/* SPDX-License-Identifier: Apache-2.0
 * Errors of the management API: their status, and their body as JSON. */
#include "np_api_error.h"

#include "apr_strings.h"

#include "np_json.h"

static const np_api_error_t named[] = {
    [NP_API_INVALID_TOKEN] = { NULL, "Invalid token", 401, true },
    [NP_API_MISSING_TOKEN] = { NULL, "Missing authentication", 401, false },
    [NP_API_NO_SUCH_SESSION] = { "inexistent_session",
                                 "The session does not exist.", 404, false },
    [NP_API_NO_SUCH_USER] = { "inexistent_user", "The user does not exist.",
                              404, false },
    [NP_API_NOT_FOUND] = { NULL, "Not Found", 404, false },
    [NP_API_WRONG_METHOD] = { NULL, "Method Not Allowed", 405, false },
    [NP_API_TOO_LARGE] = { "invalid_body",
                           "The body is longer than 65536 octets.", 413,
                           false },
    [NP_API_WRONG_TYPE] = { "invalid_body",
                            "Send application/json or "
                            "application/x-www-form-urlencoded.",
                            415, false },
    [NP_API_TOO_MANY_REQUESTS] = { "too_many_requests",
                                   "Global limit has been reached", 429,
                                   false },
    [NP_API_INTERNAL] = { NULL, "An internal error occurred.", 500, false },
    [NP_API_UNAVAILABLE] = { "store_unavailable",
                             "The session store does not answer.", 503, false },
};

np_api_error_t np_api_error(np_api_error_e which)
{
    return named[which];
}

static np_api_error_t bad_request(const char *code, const char *message)
{
    return (np_api_error_t){ code, message, 400, false };
}

np_api_error_t np_api_error_body(const char *reason, const char *property,
                                 const char *description, apr_pool_t *p)
{
    const char *where =
        property ? apr_pstrcat(p, " on property ", property, NULL) : "";
    const char *what =
        description ? apr_pstrcat(p, " (", description, ")", NULL) : "";

    return bad_request("invalid_body",
                       apr_pstrcat(p, "Payload validation error: '", reason,
                                   "'", where, what, ".", NULL));
}

np_api_error_t np_api_error_query(const char *reason, const char *parameter,
                                  apr_pool_t *p)
{
    return bad_request("invalid_query_string",
                       apr_pstrcat(p, "Query validation error: '", reason,
                                   "' on property ", parameter, ".", NULL));
}

np_api_error_t np_api_error_path(const char *reason, const char *part,
                                 apr_pool_t *p)
{
    return bad_request("invalid_uri",
                       apr_pstrcat(p, "Path validation error: '", reason,
                                   "' on property ", part, ".", NULL));
}

np_api_error_t np_api_error_scope(const char *scopes, apr_pool_t *p)
{
    return (np_api_error_t){ "insufficient_scope",
                             apr_pstrcat(p,
                                         "Insufficient scope, expected any "
                                         "of: ",
                                         scopes, NULL),
                             403, false };
}

/* The `error` of a body: what RFC 9110 and 6585 call the status. */
static const char *phrase(int status)
{
    switch (status) {
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 413:
        return "Payload Too Large";
    case 415:
        return "Unsupported Media Type";
    case 429:
        return "Too Many Requests";
    case 503:
        return "Service Unavailable";
    default:
        return "Internal Server Error";
    }
}

const char *np_api_error_render(const np_api_error_t *error, apr_pool_t *p)
{
    json_t *body = np_json_object(p);

    json_object_set_new(body, "statusCode", json_integer(error->status));
    json_object_set_new(body, "error", json_string(phrase(error->status)));
    json_object_set_new(body, "message", np_json_text(error->message, p));
    if (error->attributes) {
        json_t *attributes = json_object();
        json_object_set_new(attributes, "error",
                            np_json_text(error->message, p));
        json_object_set_new(body, "attributes", attributes);
    }
    if (error->code) {
        json_object_set_new(body, "errorCode", json_string(error->code));
    }
    return np_json_print(body, p);
}
