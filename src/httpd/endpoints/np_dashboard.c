/* SPDX-License-Identifier: Apache-2.0
 * The management page: its files, and below them what it asks. */
#include "np_endpoints.h"

#include <string.h>

#include "apr_strings.h"
#include "http_core.h"
#include "http_protocol.h"
#include "http_request.h"

#include "np_dashboard_files.h"

#define HANDLER "session-np-dashboard"
#define PAGE    "index.html"

/* Nothing of anybody else, and nobody puts the page into a frame. */
#define POLICY \
    "default-src 'none'; script-src 'self'; style-src 'self'; " \
    "connect-src 'self'; img-src 'self' data:; form-action 'none'; " \
    "base-uri 'none'; frame-ancestors 'none'"

/* What lies below the page besides its files and the API. */
static const struct {
    const char *name;
    int (*serve)(request_rec *r);
} neighbours[] = {
    { "figures", np_endpoint_serve_metrics },
    { "session", np_endpoint_serve_status },
    { "logout", np_endpoint_serve_logout },
};

#define NEIGHBOURS (sizeof neighbours / sizeof *neighbours)

static bool is_dashboard(const request_rec *r)
{
    return r->handler && !strcmp(r->handler, HANDLER);
}

/* The last segment of the path. Not PATH_INFO: where that begins depends on the
 * folders that happen to lie below DocumentRoot. */
static const char *last_segment(const request_rec *r)
{
    const char *slash = strrchr(r->uri, '/');

    return slash ? slash + 1 : r->uri;
}

static bool is_api(const request_rec *r)
{
    return ap_strstr_c(r->uri, "/api/v2/") != NULL;
}

bool np_endpoint_is_dashboard_query(const request_rec *r)
{
    if (!is_dashboard(r) || is_api(r)) {
        return false;
    }
    const char *name = last_segment(r);
    return !strcmp(name, "figures") || !strcmp(name, "session");
}

/* --- files ------------------------------------------------------------------ */

static const np_dashboard_file_t *find_file(const char *name)
{
    for (const np_dashboard_file_t *file = np_dashboard_files; file->name;
         file++) {
        if (!strcmp(file->name, name)) {
            return file;
        }
    }
    return NULL;
}

static const char *type_of(const np_dashboard_file_t *file)
{
    const char *dot = strrchr(file->name, '.');

    if (dot && !strcmp(dot, ".js")) {
        return "text/javascript; charset=utf-8";
    }
    return dot && !strcmp(dot, ".css") ? "text/css; charset=utf-8"
                                       : "text/html; charset=utf-8";
}

/* On every answer, refusals included; no file of an older version is ever mixed
 * with those of a newer one. */
static void set_headers(const request_rec *r)
{
    apr_table_t *headers = r->err_headers_out;

    apr_table_setn(headers, "Content-Security-Policy", POLICY);
    apr_table_setn(headers, "X-Content-Type-Options", "nosniff");
    apr_table_setn(headers, "Referrer-Policy", "no-referrer");
    apr_table_setn(headers, "Cross-Origin-Opener-Policy", "same-origin");
    apr_table_setn(headers, "Cache-Control", "no-store");
}

static int send_file(request_rec *r, const np_dashboard_file_t *file)
{
    if (r->method_number != M_GET) {  /* which HEAD is, too */
        ap_allow_methods(r, REPLACE_ALLOW, "GET", "HEAD", NULL);
        return HTTP_METHOD_NOT_ALLOWED;
    }
    if (ap_discard_request_body(r) != OK) {
        return HTTP_BAD_REQUEST;
    }
    ap_set_content_type(r, type_of(file));
    ap_set_content_length(r, (apr_off_t)file->content.len);
    if (!r->header_only) {
        ap_rwrite(file->content.data, (int)file->content.len, r);
    }
    return OK;
}

/* --- the place itself --------------------------------------------------------- */

/* Without a slash behind it the names in the page would not lead below it. */
static bool is_place_itself(const request_rec *r)
{
    const core_dir_config *core = ap_get_core_module_config(r->per_dir_config);

    return !r->path_info || !*r->path_info
           || (core->d && !strcmp(core->d, r->uri));
}

static int add_slash(request_rec *r)
{
    const char *name = ap_escape_path_segment(r->pool, last_segment(r));

    /* Relative: what a proxy has put before it stays. */
    apr_table_setn(r->headers_out, "Location",
                   apr_pstrcat(r->pool, "./", name, "/", NULL));
    return HTTP_MOVED_PERMANENTLY;
}

static int serve_page(request_rec *r)
{
    const char *name = last_segment(r);
    const np_dashboard_file_t *file = find_file(*name ? name : PAGE);

    set_headers(r);
    if (file && strcmp(name, PAGE) != 0) {
        return send_file(r, file);
    }
    return !file && is_place_itself(r) ? add_slash(r) : HTTP_NOT_FOUND;
}

int np_endpoint_dashboard(request_rec *r)
{
    if (!is_dashboard(r)) {
        return DECLINED;
    }
    if (is_api(r)) {
        return np_endpoint_serve_api(r);
    }
    for (size_t i = 0; i < NEIGHBOURS; i++) {
        if (!strcmp(last_segment(r), neighbours[i].name)) {
            return neighbours[i].serve(r);
        }
    }
    return serve_page(r);
}
