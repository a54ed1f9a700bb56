/* SPDX-License-Identifier: Apache-2.0
 * The addresses at which pages speak of the browser's run. They are answered
 * before anything else looks at the request. */
#include "np_run_endpoints.h"

#include <string.h>

#include "apr_strings.h"
#include "http_protocol.h"
#include "http_request.h"

#include "np_answer.h"
#include "np_endpoints.h"
#include "np_log.h"
#include "np_page_script.h"
#include "np_turn.h"

#define RETRY_AFTER "5"

static void open_session(const np_run_call_t *call, np_run_ask_e ask)
{
    call->ctx->run_is_own = true;
    call->ctx->run_ask = ask;
    np_request_open(call->ctx, call->r, call->place);
}

void np_run_open(const np_run_call_t *call, np_run_ask_e ask)
{
    open_session(call, ask);
    call->ctx->touch_settled = true;
}

/* --- answers ---------------------------------------------------------------- */

static void begin(const np_run_call_t *call, int status, const char *type)
{
    request_rec *r = call->r;

    r->status = status;
    if (type) {
        ap_set_content_type(r, type);
    }
    if (!apr_table_get(r->headers_out, "Cache-Control")) {
        apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    }
    ap_run_insert_error_filter(r);
}

int np_run_answer(const np_run_call_t *call, int status, const char *type,
                  const char *body)
{
    request_rec *r = call->r;

    begin(call, status, type);
    if (status != HTTP_NO_CONTENT) {
        ap_set_content_length(r, (apr_off_t)(body ? strlen(body) : 0));
    }
    if (body && !r->header_only) {
        ap_rputs(body, r);
    }
    ap_finalize_request_protocol(r);
    return DONE;
}

int np_run_answer_unavailable(const np_run_call_t *call)
{
    apr_table_setn(call->r->err_headers_out, "Retry-After", RETRY_AFTER);
    return np_run_answer(call, HTTP_SERVICE_UNAVAILABLE, NULL, NULL);
}

int np_run_refuse_method(const np_run_call_t *call, const char *methods)
{
    apr_table_setn(call->r->err_headers_out, "Allow", methods);
    return np_run_answer(call, HTTP_METHOD_NOT_ALLOWED, NULL, NULL);
}

/* Another origin on the same site is foreign, too. */
bool np_run_is_foreign(const np_run_call_t *call, bool header)
{
    const apr_table_t *headers = call->r->headers_in;
    const char *site = apr_table_get(headers, "Sec-Fetch-Site");

    return (site ? strcmp(site, "same-origin") != 0
                 : np_answer_is_cross_site(call->ctx, call->r))
           || (header && !apr_table_get(headers, "X-NP"));
}

int np_run_refuse_foreign(const np_run_call_t *call)
{
    NP_LOG_REQUEST(call->r, APR_SUCCESS, NP_MSG_CROSS_SITE);
    return np_run_answer(call, HTTP_FORBIDDEN, NULL, NULL);
}

/* --- the script ------------------------------------------------------------- */

/* "p-", twelve digits and ".js". Pages of a machine with another version have
 * another hash of it, too, by which browsers see that this is not theirs. */
static bool is_script(const char *name)
{
    const char *digits = name + 2;

    return !strncmp(name, "p-", 2)
           && strspn(digits, "0123456789abcdef") == 12
           && !strcmp(digits + 12, ".js");
}

static int serve_script(const np_run_call_t *call, const char *name)
{
    request_rec *r = call->r;
    const np_bytes_t script = np_page_script;

    if (r->method_number != M_GET) {
        return np_run_refuse_method(call, "GET, HEAD");
    }
    apr_table_setn(r->headers_out, "Cache-Control",
                   strcmp(name, call->ctx->site->script_name)
                       ? "no-cache"
                       : "public, max-age=31536000, immutable");
    apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
    begin(call, HTTP_OK, "text/javascript; charset=utf-8");
    ap_set_content_length(r, (apr_off_t)script.len);
    if (!r->header_only) {
        ap_rwrite(script.data, (int)script.len, r);
    }
    ap_finalize_request_protocol(r);
    return DONE;
}

/* --- status and logout ------------------------------------------------------- */

/* To post is to say "I am here". */
static int serve_status(const np_run_call_t *call)
{
    request_rec *r = call->r;

    if (r->method_number == M_POST && np_run_is_foreign(call, true)) {
        return np_run_refuse_foreign(call);
    }
    open_session(call, NP_RUN_ASK_OTHER);
    if (r->method_number == M_POST) {
        np_turn_touch(call->ctx, r, call->place);
    }
    call->ctx->touch_settled = true;
    ap_run_insert_error_filter(r);
    const int status = np_endpoint_serve_status(r);
    if (status != OK) {
        return status;
    }
    ap_finalize_request_protocol(r);
    return DONE;
}

static int serve_logout(const np_run_call_t *call)
{
    if (call->r->method_number != M_POST) {
        return np_run_refuse_method(call, "POST");
    }
    if (np_run_is_foreign(call, true)) {
        return np_run_refuse_foreign(call);
    }
    open_session(call, NP_RUN_ASK_OTHER);
    return np_endpoint_serve_logout(call->r);
}

/* --- which is asked --------------------------------------------------------- */

static int serve(const np_run_call_t *call, const char *name)
{
    const bool run = np_run_conf_mode(call->place->run) != NP_RUN_MODE_OFF;

    if (run && !strcmp(name, ".np-seed")) {
        return np_run_serve_seed(call);
    }
    if (strncmp(name, ".np/", 4)) {
        return DECLINED;
    }
    name += 4;
    if (run && !strcmp(name, "e")) {
        return np_run_serve_event(call);
    }
    if (!strcmp(name, "s")) {
        return serve_status(call);
    }
    if (!strcmp(name, "out")) {
        return serve_logout(call);
    }
    return is_script(name) ? serve_script(call, name) : DECLINED;
}

/* mod_proxy may have mapped the request already, but nothing came of it yet. */
int np_endpoint_run(request_rec *r)
{
    const np_place_t *place = np_config_place(r);
    np_request_t *ctx = np_request_get(r);
    const char *path = r->parsed_uri.path;

    if (!place->run || !place->on || !ctx || r->main || r->prev || !path) {
        return DECLINED;
    }
    const np_run_call_t call = {
        .r = r,
        .ctx = ctx,
        .place = place,
        .tenant = np_site_tenant(ctx->site, place, r->hostname),
    };
    const apr_size_t len = strlen(call.tenant->run_path);
    return strncmp(path, call.tenant->run_path, len) ? DECLINED
                                                     : serve(&call, path + len);
}
