/* SPDX-License-Identifier: Apache-2.0
 * Where a script of ours may go into an HTML document. */
#ifndef NP_HTML_SCAN_H
#define NP_HTML_SCAN_H

#include <stdbool.h>

#include "apr.h"

/** So many octets, after them the script goes before the next element of the
 *  head, and what is no document by then is none. */
#define NP_HTML_SCAN_WINDOW 65536

/** Nothing is looked for beyond. */
#define NP_HTML_SCAN_END 1048576

/** The longest name of an element that matters: "plaintext" and one more. */
#define NP_HTML_SCAN_NAME 10

/** Octets that are held back, at the most: "</", a name, and what ends it. */
#define NP_HTML_SCAN_HELD (NP_HTML_SCAN_NAME + 3)

/** What a `<meta>` is searched for. */
#define NP_HTML_SCAN_RECENT 24

typedef enum np_scan_e {
    /** Not known yet. */
    NP_SCAN_MORE,
    /** Here: before the octets that are held back. */
    NP_SCAN_HERE,
    /** Nowhere: this is no document, or a doubtful one. */
    NP_SCAN_NEVER,
} np_scan_e;

/** A scan of one document, octet by octet. It owns nothing. */
typedef struct np_html_scan_t {
    int state;
    /** Octets so far. */
    apr_uint64_t seen;
    /** So many of them, the last ones, must not be passed on yet. */
    apr_size_t held;
    /** `<!doctype html>`, `<html>` or `<head>` was there. */
    bool sure;
    /** Which characters these are was said, so that it does not matter how far
     *  down something that says so comes. */
    bool charset_known;
    /** A `<meta>` has a Content-Security-Policy, which cannot be edited. */
    bool meta_policy;

    /* the rest is the scanner's own */
    unsigned int templates;
    char name[NP_HTML_SCAN_NAME];
    apr_size_t name_len;
    bool end_tag;
    bool meta;
    char recent[NP_HTML_SCAN_RECENT];
    /* the element whose text is no markup; "" for none, and its length */
    char raw[NP_HTML_SCAN_NAME];
    apr_size_t raw_len;
    int raw_level;
    int dashes;
} np_html_scan_t;

/** What a Content-Type says of a document. */
typedef enum np_html_type_e {
    /** Not HTML, or characters of which an octet need not be one of ASCII. */
    NP_HTML_NOT,
    NP_HTML_CHARSET_UNKNOWN,
    NP_HTML_CHARSET_KNOWN,
} np_html_type_e;

/** Judge a Content-Type; NULL is not HTML. */
np_html_type_e np_html_type(const char *content_type);

/** Begin. @a charset_known: by the Content-Type. */
void np_html_scan_begin(np_html_scan_t *scan, bool charset_known);

/**
 * Look at the next octets. Any cut of a document into pieces gives the same
 * answer at the same octet.
 * @param used  how many were looked at: all, unless the answer is there
 */
np_scan_e np_html_scan(np_html_scan_t *scan, const char *data, apr_size_t len,
                       apr_size_t *used);

/** The document ended without an answer: is here, before what is held back,
 *  the place? */
np_scan_e np_html_scan_finish(np_html_scan_t *scan);

#endif
