/* SPDX-License-Identifier: Apache-2.0
 * The element of our script, with all that the script has to know. */
#include "np_inject_page.h"

#include <string.h>

#include "apr_strings.h"

#include "np_base64url.h"

/* A JSON string (RFC 8259 section 7). */
static const char *quote(const char *text, apr_pool_t *p)
{
    char *quoted = apr_palloc(p, 6 * strlen(text) + 3);
    char *out = quoted;

    *out++ = '"';
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c < ' ' || *c == '"' || *c == '\\') {
            out += apr_snprintf(out, 7, "\\u%04x", *c);
        }
        else {
            *out++ = (char)*c;
        }
    }
    *out++ = '"';
    *out = '\0';
    return quoted;
}

static bool is_new_language(const np_still_text_t *texts, int n)
{
    for (int i = 0; i < n; i++) {
        if (!strcmp(texts[i].language, texts[n].language)) {
            return false;
        }
    }
    return true;
}

/* The texts of one language; of two with one name the later one counts. */
static const char *describe_language(const apr_array_header_t *list,
                                     const char *language, apr_pool_t *p)
{
    const np_still_text_t *texts = (const np_still_text_t *)list->elts;
    const char *json = "";

    for (int i = 0; i < list->nelts; i++) {
        if (!strcmp(texts[i].language, language)) {
            json = apr_pstrcat(p, json, *json ? "," : "",
                               quote(texts[i].name, p), ":",
                               quote(texts[i].text, p), NULL);
        }
    }
    return apr_pstrcat(p, quote(language, p), ":{", json, "}", NULL);
}

static const char *describe_texts(const apr_array_header_t *list,
                                  apr_pool_t *p)
{
    const np_still_text_t *texts = (const np_still_text_t *)list->elts;
    const char *json = "";

    for (int i = 0; i < list->nelts; i++) {
        if (is_new_language(texts, i)) {
            json = apr_pstrcat(p, json, *json ? "," : "",
                               describe_language(list, texts[i].language, p),
                               NULL);
        }
    }
    return apr_pstrcat(p, ",\"text\":{", json, "}", NULL);
}

/* Would the browser, to load the page anew, send a form anew? */
static bool answers_form(const request_rec *r)
{
    while (r->prev) {
        r = r->prev;
    }
    return r->method_number == M_POST;
}

/* As JSON, in letters that need no escape in HTML. */
static const char *describe(const request_rec *r, const np_run_page_t *page)
{
    apr_pool_t *p = r->pool;
    const char *json = apr_psprintf(
        p,
        "{\"p\":%s,\"run\":%s,\"seed\":%s,\"beat\":%" APR_INT64_T_FMT
        ",\"still\":%" APR_INT64_T_FMT "%s%s}",
        quote(page->path, p), page->run ? "true" : "false",
        page->seed ? "true" : "false", page->beat_ms, page->still_ms,
        answers_form(r) ? ",\"post\":true" : "",
        page->still_ms && page->texts ? describe_texts(page->texts, p) : "");
    apr_size_t len = strlen(json);
    char *text = apr_palloc(p, NP_BASE64URL_LEN(len) + 1);

    np_base64url_encode(text, (const unsigned char *)json, len);
    return text;
}

const char *np_inject_element(request_rec *r, const np_run_page_t *page,
                              const char *nonce)
{
    return apr_pstrcat(r->pool, "<script src=\"",
                       ap_escape_html(r->pool, page->path), ".np/",
                       page->script, "\" integrity=\"", page->integrity,
                       nonce ? "\" nonce=\"" : "", nonce ? nonce : "",
                       "\" data-np=\"", describe(r, page),
                       "\" async></script>", NULL);
}
