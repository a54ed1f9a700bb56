/* SPDX-License-Identifier: Apache-2.0
 * The parts of HTML in which a tag is none: declarations, comments, scripts and
 * what else is text. */
#include "np_html_inside.h"

/* --- declarations --------------------------------------------------------- */

np_scan_e np_html_on_declaration(np_html_scan_t *scan, unsigned char c)
{
    if (c == '-' && !scan->name_len) {
        return np_html_go(scan, NP_HTML_DECLARATION_DASH);
    }
    if (!np_html_is_letter(c) || !np_html_add_to_name(scan, c)) {
        return np_html_again(scan, NP_HTML_BOGUS);
    }
    return np_html_is_named(scan, "doctype") ? np_html_go(scan, NP_HTML_DOCTYPE)
                                             : NP_SCAN_MORE;
}

np_scan_e np_html_on_declaration_dash(np_html_scan_t *scan, unsigned char c)
{
    return c == '-' ? np_html_go(scan, NP_HTML_COMMENT_START)
                    : np_html_again(scan, NP_HTML_BOGUS);
}

np_scan_e np_html_on_doctype(np_html_scan_t *scan, unsigned char c)
{
    np_html_begin_name(scan);
    return np_html_is_blank(c) ? NP_SCAN_MORE
                               : np_html_again(scan, NP_HTML_DOCTYPE_NAME);
}

np_scan_e np_html_on_doctype_name(np_html_scan_t *scan, unsigned char c)
{
    if (!np_html_is_blank(c) && c != '>') {
        return np_html_add_to_name(scan, c) ? NP_SCAN_MORE
                                            : np_html_go(scan, NP_HTML_BOGUS);
    }
    scan->sure = scan->sure || np_html_is_named(scan, "html");
    return np_html_again(scan, NP_HTML_BOGUS);
}

np_scan_e np_html_on_bogus(np_html_scan_t *scan, unsigned char c)
{
    return c == '>' ? np_html_go(scan, NP_HTML_DATA) : NP_SCAN_MORE;
}

/* --- comments ------------------------------------------------------------- */

np_scan_e np_html_on_comment_start(np_html_scan_t *scan, unsigned char c)
{
    if (c == '-') {
        return np_html_go(scan, NP_HTML_COMMENT_START_DASH);
    }
    return c == '>' ? np_html_go(scan, NP_HTML_DATA)
                    : np_html_again(scan, NP_HTML_COMMENT);
}

np_scan_e np_html_on_comment_start_dash(np_html_scan_t *scan, unsigned char c)
{
    return c == '>' ? np_html_go(scan, NP_HTML_DATA)
                    : np_html_again(scan, NP_HTML_COMMENT_DASH);
}

np_scan_e np_html_on_comment(np_html_scan_t *scan, unsigned char c)
{
    return c == '-' ? np_html_go(scan, NP_HTML_COMMENT_DASH) : NP_SCAN_MORE;
}

np_scan_e np_html_on_comment_dash(np_html_scan_t *scan, unsigned char c)
{
    return np_html_go(scan,
                      c == '-' ? NP_HTML_COMMENT_END : NP_HTML_COMMENT);
}

np_scan_e np_html_on_comment_end(np_html_scan_t *scan, unsigned char c)
{
    switch (c) {
    case '>':
        return np_html_go(scan, NP_HTML_DATA);
    case '!':
        return np_html_go(scan, NP_HTML_COMMENT_BANG);
    case '-':
        return NP_SCAN_MORE;
    default:
        return np_html_go(scan, NP_HTML_COMMENT);
    }
}

np_scan_e np_html_on_comment_bang(np_html_scan_t *scan, unsigned char c)
{
    return c == '>' ? np_html_go(scan, NP_HTML_DATA)
                    : np_html_again(scan, NP_HTML_COMMENT);
}

/* --- text ----------------------------------------------------------------- */

/* In a script, behind "<!--" and until "-->", level 1: there "<script" makes it
 * level 2, where "</script" only leads back. */
static bool is_script(const np_html_scan_t *scan)
{
    return scan->raw_len == 6 && !memcmp(scan->raw, "script", 6);
}

static bool is_at_its_end(const np_html_scan_t *scan)
{
    return scan->name_len == scan->raw_len
           && !memcmp(scan->name, scan->raw, scan->raw_len);
}

np_scan_e np_html_on_raw(np_html_scan_t *scan, unsigned char c)
{
    if (c == '<') {
        scan->dashes = 0;
        np_html_begin_name(scan);
        return np_html_go(scan, NP_HTML_RAW_OPEN);
    }
    if (c == '>' && scan->dashes == 2) {
        scan->raw_level = 0;
    }
    if (c != '-') {
        scan->dashes = 0;
    }
    else if (scan->dashes < 2) {
        scan->dashes++;
    }
    return NP_SCAN_MORE;
}

np_scan_e np_html_on_raw_open(np_html_scan_t *scan, unsigned char c)
{
    if (c == '/') {
        return np_html_go(scan, NP_HTML_RAW_END_NAME);
    }
    if (c == '!' && is_script(scan) && !scan->raw_level) {
        return np_html_go(scan, NP_HTML_RAW_BANG);
    }
    return np_html_again(scan, np_html_is_letter(c) && scan->raw_level == 1
                                   ? NP_HTML_RAW_NAME
                                   : NP_HTML_RAW);
}

np_scan_e np_html_on_raw_end_name(np_html_scan_t *scan, unsigned char c)
{
    if (np_html_is_letter(c) && np_html_add_to_name(scan, c)) {
        return NP_SCAN_MORE;
    }
    if (!np_html_ends_name(c) || !is_at_its_end(scan)) {
        return np_html_again(scan, NP_HTML_RAW);
    }
    if (scan->raw_level == 2) {
        scan->raw_level = 1;
        return np_html_again(scan, NP_HTML_RAW);
    }
    scan->raw_len = 0;
    return np_html_again(scan, NP_HTML_BEFORE_ATTRIBUTE);
}

np_scan_e np_html_on_raw_name(np_html_scan_t *scan, unsigned char c)
{
    if (np_html_is_letter(c) && np_html_add_to_name(scan, c)) {
        return NP_SCAN_MORE;
    }
    if (np_html_ends_name(c) && is_at_its_end(scan)) {
        scan->raw_level = 2;
    }
    return np_html_again(scan, NP_HTML_RAW);
}

np_scan_e np_html_on_raw_bang(np_html_scan_t *scan, unsigned char c)
{
    return c == '-' ? np_html_go(scan, NP_HTML_RAW_DASH)
                    : np_html_again(scan, NP_HTML_RAW);
}

np_scan_e np_html_on_raw_dash(np_html_scan_t *scan, unsigned char c)
{
    if (c == '-') {
        scan->raw_level = 1;
        scan->dashes = 2;
        return np_html_go(scan, NP_HTML_RAW);
    }
    return np_html_again(scan, NP_HTML_RAW);
}
