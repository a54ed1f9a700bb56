/* SPDX-License-Identifier: Apache-2.0
 * Sessions as clients of the management API see them, one or a page. */
#ifndef NP_SESSION_JSON_H
#define NP_SESSION_JSON_H

#include "np_api_error.h"
#include "np_record.h"

/** Sessions on a page: without `take`, and at the most. */
#define NP_PAGE_TAKE     50
#define NP_PAGE_MAX_TAKE 100
/** Characters of `from` and of `next`, at the most; they are those of
 *  base64url. */
#define NP_PAGE_MAX_FROM 128
/** Characters of a session's id in a path, at the most. */
#define NP_SESSION_JSON_MAX_ID 50

/** What a browser was at the first and at the last request. */
typedef struct np_session_agent_t {
    /** NULL: nobody knows. */
    const char *user_agent;
    const char *ip;
} np_session_agent_t;

/** What there is to show of a session. */
typedef struct np_session_view_t {
    const np_record_t *record;
    /** Those in force: np_policy_limits(). */
    np_limits_t limits;
    np_session_agent_t initial;
    np_session_agent_t last;
    /** From np_metadata_patch(); NULL: none. */
    const char *metadata;
} np_session_view_t;

/** The page that is asked for. */
typedef struct np_page_t {
    int take;
    /** What stood in `next` of the page before; NULL: the first page. */
    const char *from;
} np_page_t;

/**
 * Read a session's id, as it stands in a path.
 * @return APR_SUCCESS; APR_EINVAL if it is longer than any id, with a 400 in
 *         @a error; APR_NOTFOUND if no session can have it, with a 404
 */
apr_status_t np_session_json_parse_id(const char *text,
                                      unsigned char handle[NP_HANDLE_LEN],
                                      np_api_error_t *error, apr_pool_t *p);

/** A session as JSON, in @a p. NULL if memory ran out. */
const char *np_session_json_render(const np_session_view_t *view,
                                   apr_pool_t *p);

/**
 * Read `take` and `from` in the query string @a args, which may be NULL. Other
 * parameters are passed over.
 * @return false, with @a error filled in, if they are not valid
 */
bool np_page_parse(const char *args, np_page_t *page, np_api_error_t *error,
                   apr_pool_t *p);

/** A page of @a count sessions as JSON, in @a p; @a next: where the next one
 *  begins, NULL on the last one. NULL if memory ran out. */
const char *np_page_render(const np_session_view_t *views, int count,
                           const char *next, apr_pool_t *p);

#endif
