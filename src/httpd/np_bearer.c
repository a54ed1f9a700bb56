/* SPDX-License-Identifier: Apache-2.0
 * The tokens of programs: kept away from all others, and judged. */
#include "np_bearer.h"

#include <string.h>

#include "http_core.h"
#include "http_request.h"

#include "np_log.h"
#include "np_tokens.h"

static bool is_bearer(const char *header)
{
    return header && !strncasecmp(header, "Bearer", strlen("Bearer"));
}

void np_bearer_hide(np_request_t *ctx, request_rec *r)
{
    const char *header = apr_table_get(r->headers_in, "Authorization");

    if (is_bearer(header) && ap_strstr_c(header, NP_TOKEN_PREFIX)) {
        ctx->authorization = header;
        apr_table_unset(r->headers_in, "Authorization");
    }
}

void np_bearer_settle(np_request_t *ctx, request_rec *r,
                      const np_place_t *place)
{
    const char *header = apr_table_get(r->headers_in, "Authorization");

    if (!place->token_file) {
        if (ctx->authorization && !header) {
            apr_table_setn(r->headers_in, "Authorization", ctx->authorization);
        }
    }
    else if (is_bearer(header)) {
        ctx->authorization = header;
        apr_table_unset(r->headers_in, "Authorization");
    }
}

int np_bearer_find(const np_request_t *ctx, request_rec *r,
                   const np_place_t *place, const np_token_t **token)
{
    np_tokens_t tokens;

    *token = NULL;
    if (!place->token_file || !ctx->authorization) {
        return OK;
    }
    const char *error = np_tokens_read(place->token_file, &tokens, r->pool);
    if (error) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_TOKENS_UNUSABLE, error);
        return HTTP_SERVICE_UNAVAILABLE;
    }
    *token = np_token_find(
        &tokens, np_token_from_header(ctx->authorization, r->pool), ctx->now);
    return OK;
}

/* Asked once more without him, the Require lines are not content. */
bool np_bearer_is_user(np_request_t *ctx, request_rec *r)
{
    const request_rec *before = ctx->asking;
    char *user = r->user;

    if (!user || ap_satisfies(r) == SATISFY_ANY) {
        return false;
    }
    ctx->asking = r;
    r->user = NULL;
    const int status = ap_run_access_checker_ex(r);
    r->user = user;
    ctx->asking = before;
    return status == DECLINED;
}
