/* SPDX-License-Identifier: Apache-2.0
 * The filter that puts our script into a page on its way to the browser. It
 * holds back no more than the beginning of a tag, and leaves when it is done. */
#include "np_inject.h"

#include <string.h>

#include "http_protocol.h"
#include "util_filter.h"

#include "np_inject_page.h"

/* Behind what makes a page (INCLUDES, SUBSTITUTE, XLATEOUT), before what
 * compresses it. */
#define BEFORE_COMPRESSION ((ap_filter_type)(AP_FTYPE_RESOURCE + 5))

/* What is passed on at once, at the most. */
#define PORTION 65536

static const char body_filter[] = "SESSION_NP_PAGE";
static const char policy_filter[] = "SESSION_NP_POLICY";

/* A page, for both filters; lives in its request's pool. */
typedef struct inject_t {
    const np_run_page_t *page;
    const char *nonce;
    np_html_scan_t scan;
    char held[NP_HTML_SCAN_HELD];
    apr_size_t held_len;
    bool begun;
    /* The headers speak of a page that has the script. */
    bool changed;
    /* What is ready to be passed on, and how long it is. */
    apr_bucket_brigade *out;
    apr_size_t out_len;
} inject_t;

/* --- pieces --------------------------------------------------------------- */

static void put_copy(inject_t *ctx, const char *data, apr_size_t len)
{
    if (len) {
        apr_bucket *copy =
            apr_bucket_heap_create(data, len, NULL, ctx->out->bucket_alloc);
        APR_BRIGADE_INSERT_TAIL(ctx->out, copy);
        ctx->out_len += len;
    }
}

static void put(inject_t *ctx, apr_bucket *e, apr_size_t len)
{
    APR_BUCKET_REMOVE(e);
    APR_BRIGADE_INSERT_TAIL(ctx->out, e);
    ctx->out_len += len;
}

/* The first octets of what is held back. */
static void release(inject_t *ctx, apr_size_t len)
{
    put_copy(ctx, ctx->held, len);
    ctx->held_len -= len;
    memmove(ctx->held, ctx->held + len, ctx->held_len);
}

static void change(ap_filter_t *f, inject_t *ctx)
{
    if (!ctx->changed) {
        np_inject_change_headers(f->r);
        ctx->changed = true;
    }
}

static void put_element(ap_filter_t *f, inject_t *ctx)
{
    const char *element = np_inject_element(f->r, ctx->page, ctx->nonce);
    apr_size_t len = strlen(element);

    change(f, ctx);
    np_run_page_has_script(f->r);
    put(ctx,
        apr_bucket_pool_create(element, len, f->r->pool,
                               ctx->out->bucket_alloc),
        len);
    if (ctx->scan.meta_policy) {
        np_inject_found_meta_policy(f->r);
    }
}

/* The scan has looked at the first @a used octets of the bucket @a e, which are
 * @a data. All but those that it holds back are ready; if this is the place, the
 * element comes behind them. */
static void take(ap_filter_t *f, inject_t *ctx, apr_bucket *e,
                 const char *data, apr_size_t used, np_scan_e answer)
{
    apr_size_t kept = answer == NP_SCAN_NEVER ? 0 : ctx->scan.held;
    apr_size_t ready = ctx->held_len + used - kept;
    apr_size_t before = ready < ctx->held_len ? ready : ctx->held_len;

    release(ctx, before);
    ready -= before;
    if (answer == NP_SCAN_MORE) {
        memcpy(ctx->held + ctx->held_len, data + ready, used - ready);
        ctx->held_len += used - ready;
    }
    if (ready && ready < e->length) {
        apr_bucket_split(e, ready);
    }
    apr_bucket *rest = ready ? APR_BUCKET_NEXT(e) : e;
    bool has_rest = ready < used;
    if (ready) {
        put(ctx, e, ready);
    }
    if (answer == NP_SCAN_MORE && has_rest) {
        apr_bucket_delete(rest);
    }
    else if (answer == NP_SCAN_HERE) {
        put_element(f, ctx);
        release(ctx, ctx->held_len);
    }
}

/* --- a brigade ------------------------------------------------------------ */

static apr_status_t pass_ready(ap_filter_t *f, inject_t *ctx)
{
    if (APR_BRIGADE_EMPTY(ctx->out)) {
        return APR_SUCCESS;
    }
    change(f, ctx);
    apr_status_t status = ap_pass_brigade(f->next, ctx->out);
    apr_brigade_cleanup(ctx->out);
    ctx->out_len = 0;
    return status;
}

/* Read a bucket; before that takes long, let the browser have what is ready. */
static apr_status_t read_bucket(ap_filter_t *f, inject_t *ctx, apr_bucket *e,
                                const char **data, apr_size_t *len)
{
    apr_status_t status = apr_bucket_read(e, data, len, APR_NONBLOCK_READ);

    if (!APR_STATUS_IS_EAGAIN(status)) {
        return status;
    }
    if (!APR_BRIGADE_EMPTY(ctx->out)) {
        APR_BRIGADE_INSERT_TAIL(
            ctx->out, apr_bucket_flush_create(ctx->out->bucket_alloc));
        status = pass_ready(f, ctx);
        if (status != APR_SUCCESS) {
            return status;
        }
    }
    return apr_bucket_read(e, data, len, APR_BLOCK_READ);
}

/* To a HEAD the answer may have no body. Its headers are those of a page. */
static void meet_nothing(ap_filter_t *f, inject_t *ctx)
{
    if (f->r->header_only && !ctx->scan.seen) {
        change(f, ctx);
        np_run_page_has_script(f->r);
    }
}

/* The end, or something that is not known: neither waits for the scan. */
static np_scan_e meet_metadata(ap_filter_t *f, inject_t *ctx, apr_bucket *e)
{
    meet_nothing(f, ctx);
    if (APR_BUCKET_IS_FLUSH(e)) {
        put(ctx, e, 0);
        return NP_SCAN_MORE;
    }
    np_scan_e answer = APR_BUCKET_IS_EOS(e) ? np_html_scan_finish(&ctx->scan)
                                            : NP_SCAN_NEVER;
    release(ctx, ctx->held_len);
    if (answer == NP_SCAN_HERE) {
        put_element(f, ctx);
    }
    return NP_SCAN_NEVER;
}

static apr_status_t meet_data(ap_filter_t *f, inject_t *ctx, apr_bucket *e,
                              np_scan_e *answer)
{
    const char *data;
    apr_size_t len;
    apr_size_t used;

    apr_status_t status = read_bucket(f, ctx, e, &data, &len);
    if (status != APR_SUCCESS) {
        return status;
    }
    *answer = np_html_scan(&ctx->scan, data, len, &used);
    if (!len) {
        apr_bucket_delete(e);
        return APR_SUCCESS;
    }
    take(f, ctx, e, data, used, *answer);
    return ctx->out_len > PORTION ? pass_ready(f, ctx) : APR_SUCCESS;
}

/* Done: the rest goes by as it is, files as files. */
static apr_status_t leave(ap_filter_t *f, inject_t *ctx,
                          apr_bucket_brigade *bb)
{
    release(ctx, ctx->held_len);
    APR_BRIGADE_PREPEND(bb, ctx->out);
    ap_remove_output_filter(f);
    return ap_pass_brigade(f->next, bb);
}

static apr_status_t scan_brigade(ap_filter_t *f, inject_t *ctx,
                                 apr_bucket_brigade *bb)
{
    np_scan_e answer = NP_SCAN_MORE;
    apr_status_t status = APR_SUCCESS;

    while (!APR_BRIGADE_EMPTY(bb)) {
        apr_bucket *e = APR_BRIGADE_FIRST(bb);
        if (APR_BUCKET_IS_METADATA(e)) {
            answer = meet_metadata(f, ctx, e);
        }
        else {
            status = meet_data(f, ctx, e, &answer);
        }
        if (status != APR_SUCCESS) {
            return status;
        }
        if (answer != NP_SCAN_MORE) {
            return leave(f, ctx, bb);
        }
    }
    return pass_ready(f, ctx);
}

/* --- the filters ---------------------------------------------------------- */

/* False if the answer is none for the script. */
static bool begin(ap_filter_t *f, inject_t *ctx)
{
    bool charset_known;

    ctx->begun = true;
    ctx->nonce = np_inject_nonce(f->r);
    if (!np_inject_is_page(f->r, &charset_known)
        || !np_inject_is_let_in(f->r, ctx->page, ctx->nonce)) {
        return false;
    }
    np_html_scan_begin(&ctx->scan, charset_known);
    ctx->out = apr_brigade_create(f->r->pool, f->c->bucket_alloc);
    return true;
}

/* mod_include passes what stands before the first part of a page, even if that
 * is nothing. */
static bool has_begun(const apr_bucket_brigade *bb)
{
    for (const apr_bucket *e = APR_BRIGADE_FIRST(bb);
         e != APR_BRIGADE_SENTINEL(bb); e = APR_BUCKET_NEXT(e)) {
        if (e->length || APR_BUCKET_IS_METADATA(e)) {
            return true;
        }
    }
    return false;
}

static apr_status_t inject(ap_filter_t *f, apr_bucket_brigade *bb)
{
    inject_t *ctx = f->ctx;

    if (!ctx->begun && !has_begun(bb)) {
        return ap_pass_brigade(f->next, bb);
    }
    if (!ctx->begun && !begin(f, ctx)) {
        ap_remove_output_filter(f);
        return ap_pass_brigade(f->next, bb);
    }
    return scan_brigade(f, ctx, bb);
}

/* Behind mod_headers, which may set policies as well as applications do. */
static apr_status_t settle_policies(ap_filter_t *f, apr_bucket_brigade *bb)
{
    const inject_t *ctx = f->ctx;

    if (has_begun(bb)) {
        ap_remove_output_filter(f);
        if (ctx->changed) {
            np_inject_change_policies(f->r, ctx->page, ctx->nonce);
        }
    }
    return ap_pass_brigade(f->next, bb);
}

void np_inject_register(void)
{
    ap_register_output_filter(body_filter, inject, NULL, BEFORE_COMPRESSION);
    ap_register_output_filter(policy_filter, settle_policies, NULL,
                              AP_FTYPE_CONTENT_SET);
}

void np_inject_refresh(request_rec *r)
{
    if (np_inject_is_for_page(r) && np_run_page(r)) {
        apr_table_unset(r->headers_in, "If-None-Match");
        apr_table_unset(r->headers_in, "If-Modified-Since");
    }
}

void np_inject_insert(request_rec *r)
{
    const np_run_page_t *page =
        np_inject_is_for_page(r) ? np_run_page(r) : NULL;

    if (page) {
        inject_t *ctx = apr_pcalloc(r->pool, sizeof *ctx);
        ctx->page = page;
        ap_add_output_filter(body_filter, ctx, r, r->connection);
        ap_add_output_filter(policy_filter, ctx, r, r->connection);
    }
}
