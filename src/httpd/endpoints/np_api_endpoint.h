/* SPDX-License-Identifier: Apache-2.0
 * The management API: what its files know of one request. */
#ifndef NP_API_ENDPOINT_H
#define NP_API_ENDPOINT_H

#include "np_api_error.h"
#include "np_bearer.h"
#include "np_body.h"
#include "np_documents.h"
#include "np_rate.h"

/** Segments of a path behind `/api/v2/`, at the most. */
#define NP_CALL_MAX_PARTS 6

/** A request to the API, from its first check to its answer. */
typedef struct np_call_t {
    request_rec *r;
    np_request_t *ctx;
    const np_place_t *place;
    /** The tenant of the place: nothing of another one is seen or changed. */
    const np_tenant_t *tenant;
    np_documents_t *documents;
    /** NULL: a user, whom httpd has let in; he may do anything. */
    const np_token_t *token;
    /** `token "NAME"` or `user "NAME"`, for the log. */
    const char *who;
    /** Whether `rate` says anything. */
    bool counted;
    np_rate_answer_t rate;
    /** The path behind `/api/v2/`, decoded by segments. */
    const char *parts[NP_CALL_MAX_PARTS];
    int part_count;
    /** PATCH only. */
    np_body_t body;
    /** The answer: JSON, or NULL for none. */
    const char *answer;
    /** What went wrong. */
    np_api_error_t error;
} np_call_t;

/**
 * Serves a request that may be made. The rights of its route are there.
 * @return the status of a success, with `answer` filled in; 0: `error` is
 */
typedef int (*np_serve_t)(np_call_t *call);

/** One operation. */
typedef struct np_route_t {
    /** Of httpd: M_GET (HEAD has the same number), M_PATCH, ... */
    int method;
    const char *method_name;
    /** Segments behind `/api/v2/`; `*` is any. */
    const char *path;
    /** What a token must be good for: all of these. */
    np_rights_t rights;
    np_serve_t serve;
} np_route_t;

/** Every operation; the last one has no path. Add yours there. */
extern const np_route_t np_routes[];

/**
 * Find the operation that is asked for. @a route is NULL for OPTIONS.
 * @return false with `error` filled in if there is none: 404, or 405 with an
 *         Allow header
 */
bool np_api_route(np_call_t *call, const np_route_t **route);

/** Who makes the request, may he make any, and not too many of them? If not,
 *  `error` is filled in. */
bool np_api_admit(np_call_t *call);

/** May he do this? If not, `error` is filled in. */
bool np_api_may(np_call_t *call, const np_route_t *route);

/** Read the body of a PATCH. If it cannot be read, `error` is filled in. */
bool np_api_read_body(np_call_t *call);

/** Fill `error` in; 0, for np_serve_t. */
int np_api_fail(np_call_t *call, np_api_error_e which);

/* The operations. */
int np_api_settings_get(np_call_t *call);
int np_api_settings_patch(np_call_t *call);
int np_api_settings_delete(np_call_t *call);
int np_api_session_get(np_call_t *call);
int np_api_session_patch(np_call_t *call);
int np_api_session_delete(np_call_t *call);
int np_api_session_revoke(np_call_t *call);
int np_api_user_get(np_call_t *call);
int np_api_user_delete(np_call_t *call);

#endif
