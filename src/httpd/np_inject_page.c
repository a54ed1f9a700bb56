/* SPDX-License-Identifier: Apache-2.0
 * Which answers get the script, and what becomes of their headers. When in
 * doubt none does. */
#include "np_inject_page.h"

#include <string.h>

#include "apr_strings.h"
#include "http_protocol.h"

#include "np_log.h"
#include "np_run_document.h"

/* --- the request ---------------------------------------------------------- */

/* The answer to a form is a page, too; but of a POST that has to be sure. */
bool np_inject_is_for_page(const request_rec *r)
{
    const char *what = apr_table_get(r->headers_in, "Sec-Fetch-Dest");

    if (r->main
        || (r->method_number != M_GET && (r->method_number != M_POST || !what))) {
        return false;
    }
    return np_run_document_is_asked(r);
}

/* --- the response --------------------------------------------------------- */

static const char *header(const request_rec *r, const char *name)
{
    const char *value = apr_table_get(r->headers_out, name);

    return value ? value : apr_table_get(r->err_headers_out, name);
}

static bool has_one_of(const request_rec *r, const char *const *names)
{
    for (; *names; names++) {
        if (header(r, *names)) {
            return true;
        }
    }
    return false;
}

static bool is_encoded(const request_rec *r)
{
    const char *encoding = r->content_encoding
                               ? r->content_encoding
                               : header(r, "Content-Encoding");

    return encoding && *encoding && ap_cstr_casecmp(encoding, "identity");
}

static bool is_saved_to_file(const request_rec *r)
{
    const char *disposition = header(r, "Content-Disposition");

    return disposition && ap_cstr_casecmpn(disposition, "inline", 6);
}

static bool may_not_be_changed(const request_rec *r)
{
    const char *cache_control = header(r, "Cache-Control");

    return cache_control && ap_strcasestr(cache_control, "no-transform");
}

/* What was signed, what is a part, and the page of one who just logged out. */
static bool is_untouchable(const request_rec *r)
{
    static const char *const names[] = { "Content-Range", "Signature",
                                         "Signature-Input",
                                         "Session-NP-Logout", NULL };

    return has_one_of(r, names) || is_saved_to_file(r)
           || may_not_be_changed(r);
}

static bool is_compressed(request_rec *r)
{
    bool compressed = is_encoded(r);

    if (compressed && np_inject_is_first_time(r, NP_INJECT_TOLD_ENCODED)) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_PAGE_ENCODED, r->uri);
    }
    return compressed;
}

bool np_inject_is_page(request_rec *r, bool *charset_known)
{
    np_html_type_e type = np_html_type(
        r->content_type ? r->content_type : header(r, "Content-Type"));

    *charset_known = type == NP_HTML_CHARSET_KNOWN;
    return r->status == HTTP_OK && type != NP_HTML_NOT && !is_untouchable(r)
           && !is_compressed(r);
}

void np_inject_change_headers(request_rec *r)
{
    static const char *const names[] = {
        "Content-Length", "Accept-Ranges", "ETag", "Last-Modified",
        "Content-MD5", "Digest", "Content-Digest", "Repr-Digest",
        "Unencoded-Digest",
    };

    for (apr_size_t i = 0; i < sizeof names / sizeof *names; i++) {
        apr_table_unset(r->headers_out, names[i]);
        apr_table_unset(r->err_headers_out, names[i]);
    }
    /* httpd would cut the part out of the page with the script */
    apr_table_unset(r->headers_in, "Range");
}
