/* SPDX-License-Identifier: Apache-2.0
 * Finds the end of a document's head, by the states of the HTML standard's
 * tokenizer as far as a head has them. What is doubtful is no place. */
#include "np_html_inside.h"

/* Changes the character set in the middle of a text (ISO 2022). */
#define ESCAPE 0x1b

/* --- between tags --------------------------------------------------------- */

static np_scan_e on_data(np_html_scan_t *scan, unsigned char c)
{
    if (c == '<') {
        scan->held = 1;
        return np_html_go(scan, NP_HTML_OPEN);
    }
    if (np_html_is_blank(c) || scan->templates) {
        return NP_SCAN_MORE;
    }
    scan->held = 1;
    return np_html_end_head(scan, false);
}

static np_scan_e on_begin(np_html_scan_t *scan, unsigned char c)
{
    return c == 0xef ? np_html_go(scan, NP_HTML_BOM_SECOND)
                     : np_html_again(scan, NP_HTML_DATA);
}

static np_scan_e on_bom_second(np_html_scan_t *scan, unsigned char c)
{
    return c == 0xbb ? np_html_go(scan, NP_HTML_BOM_THIRD) : NP_SCAN_NEVER;
}

static np_scan_e on_bom_third(np_html_scan_t *scan, unsigned char c)
{
    scan->charset_known = true;
    return c == 0xbf ? np_html_go(scan, NP_HTML_DATA) : NP_SCAN_NEVER;
}

static np_scan_e pass(np_html_scan_t *scan, np_html_state_e state)
{
    scan->held = 0;
    return np_html_go(scan, state);
}

static np_scan_e on_open(np_html_scan_t *scan, unsigned char c)
{
    np_html_begin_name(scan);
    scan->end_tag = false;
    if (c == '/') {
        scan->end_tag = true;
        return np_html_go(scan, NP_HTML_END_OPEN);
    }
    if (c == '!' || c == '?') {
        return pass(scan, c == '!' ? NP_HTML_DECLARATION : NP_HTML_BOGUS);
    }
    if (np_html_is_letter(c)) {
        return np_html_again(scan, NP_HTML_NAME);
    }
    if (scan->templates) {
        scan->held = 0;
        return np_html_again(scan, NP_HTML_DATA);
    }
    return np_html_end_head(scan, false);
}

static np_scan_e on_end_open(np_html_scan_t *scan, unsigned char c)
{
    if (np_html_is_letter(c)) {
        return np_html_again(scan, NP_HTML_NAME);
    }
    scan->held = 0;
    return c == '>' ? np_html_go(scan, NP_HTML_DATA)
                    : np_html_again(scan, NP_HTML_BOGUS);
}

/* --- tags ----------------------------------------------------------------- */

/* A name that is too long is decided upon at once, and then passed. */
static np_scan_e on_name(np_html_scan_t *scan, unsigned char c)
{
    if (!np_html_ends_name(c)) {
        return np_html_add_to_name(scan, c) || !scan->held
                   ? NP_SCAN_MORE
                   : np_html_meet_tag(scan);
    }
    np_scan_e answer = scan->held ? np_html_meet_tag(scan) : NP_SCAN_MORE;
    return answer == NP_SCAN_MORE
               ? np_html_again(scan, NP_HTML_BEFORE_ATTRIBUTE)
               : answer;
}

static np_scan_e end_tag(np_html_scan_t *scan)
{
    return np_html_go(scan, scan->raw_len ? NP_HTML_RAW : NP_HTML_DATA);
}

static np_scan_e on_before_attribute(np_html_scan_t *scan, unsigned char c)
{
    if (c == '>') {
        return end_tag(scan);
    }
    return np_html_is_blank(c) || c == '/'
               ? NP_SCAN_MORE
               : np_html_go(scan, NP_HTML_ATTRIBUTE);
}

static np_scan_e on_attribute(np_html_scan_t *scan, unsigned char c)
{
    if (np_html_is_blank(c)) {
        return np_html_go(scan, NP_HTML_AFTER_ATTRIBUTE);
    }
    if (c == '/' || c == '>') {
        return np_html_again(scan, NP_HTML_BEFORE_ATTRIBUTE);
    }
    return c == '=' ? np_html_go(scan, NP_HTML_BEFORE_VALUE) : NP_SCAN_MORE;
}

static np_scan_e on_after_attribute(np_html_scan_t *scan, unsigned char c)
{
    if (np_html_is_blank(c)) {
        return NP_SCAN_MORE;
    }
    return c == '=' ? np_html_go(scan, NP_HTML_BEFORE_VALUE)
                    : np_html_again(scan, NP_HTML_BEFORE_ATTRIBUTE);
}

static np_scan_e on_before_value(np_html_scan_t *scan, unsigned char c)
{
    switch (c) {
    case '"':
        return np_html_go(scan, NP_HTML_DOUBLE_QUOTED);
    case '\'':
        return np_html_go(scan, NP_HTML_SINGLE_QUOTED);
    case '>':
        return end_tag(scan);
    default:
        return np_html_is_blank(c) ? NP_SCAN_MORE
                                   : np_html_go(scan, NP_HTML_UNQUOTED);
    }
}

static np_scan_e on_double_quoted(np_html_scan_t *scan, unsigned char c)
{
    return c == '"' ? np_html_go(scan, NP_HTML_BEFORE_ATTRIBUTE) : NP_SCAN_MORE;
}

static np_scan_e on_single_quoted(np_html_scan_t *scan, unsigned char c)
{
    return c == '\'' ? np_html_go(scan, NP_HTML_BEFORE_ATTRIBUTE)
                     : NP_SCAN_MORE;
}

static np_scan_e on_unquoted(np_html_scan_t *scan, unsigned char c)
{
    return np_html_is_blank(c) || c == '>'
               ? np_html_again(scan, NP_HTML_BEFORE_ATTRIBUTE)
               : NP_SCAN_MORE;
}

/* --- the whole ------------------------------------------------------------ */

static np_html_step_t *const steps[] = {
    [NP_HTML_BEGIN] = on_begin,
    [NP_HTML_BOM_SECOND] = on_bom_second,
    [NP_HTML_BOM_THIRD] = on_bom_third,
    [NP_HTML_DATA] = on_data,
    [NP_HTML_OPEN] = on_open,
    [NP_HTML_END_OPEN] = on_end_open,
    [NP_HTML_NAME] = on_name,
    [NP_HTML_BEFORE_ATTRIBUTE] = on_before_attribute,
    [NP_HTML_ATTRIBUTE] = on_attribute,
    [NP_HTML_AFTER_ATTRIBUTE] = on_after_attribute,
    [NP_HTML_BEFORE_VALUE] = on_before_value,
    [NP_HTML_DOUBLE_QUOTED] = on_double_quoted,
    [NP_HTML_SINGLE_QUOTED] = on_single_quoted,
    [NP_HTML_UNQUOTED] = on_unquoted,
    [NP_HTML_DECLARATION] = np_html_on_declaration,
    [NP_HTML_DECLARATION_DASH] = np_html_on_declaration_dash,
    [NP_HTML_DOCTYPE] = np_html_on_doctype,
    [NP_HTML_DOCTYPE_NAME] = np_html_on_doctype_name,
    [NP_HTML_BOGUS] = np_html_on_bogus,
    [NP_HTML_COMMENT_START] = np_html_on_comment_start,
    [NP_HTML_COMMENT_START_DASH] = np_html_on_comment_start_dash,
    [NP_HTML_COMMENT] = np_html_on_comment,
    [NP_HTML_COMMENT_DASH] = np_html_on_comment_dash,
    [NP_HTML_COMMENT_END] = np_html_on_comment_end,
    [NP_HTML_COMMENT_BANG] = np_html_on_comment_bang,
    [NP_HTML_RAW] = np_html_on_raw,
    [NP_HTML_RAW_OPEN] = np_html_on_raw_open,
    [NP_HTML_RAW_END_NAME] = np_html_on_raw_end_name,
    [NP_HTML_RAW_NAME] = np_html_on_raw_name,
    [NP_HTML_RAW_BANG] = np_html_on_raw_bang,
    [NP_HTML_RAW_DASH] = np_html_on_raw_dash,
};

static bool has_seen(const np_html_scan_t *scan, const char *text)
{
    apr_size_t len = strlen(text);

    return !memcmp(scan->recent + sizeof scan->recent - len, text, len);
}

/* What a <meta> says; its attributes are not told apart. */
static np_scan_e watch_meta(np_html_scan_t *scan, unsigned char c)
{
    memmove(scan->recent, scan->recent + 1, sizeof scan->recent - 1);
    scan->recent[sizeof scan->recent - 1] = (char)np_html_lower(c);
    if (has_seen(scan, "iso-2022") || has_seen(scan, "hz-gb")) {
        return NP_SCAN_NEVER;
    }
    scan->charset_known = scan->charset_known || has_seen(scan, "charset");
    scan->meta_policy = scan->meta_policy
                        || has_seen(scan, "content-security-policy");
    return NP_SCAN_MORE;
}

static bool is_in_meta(const np_html_scan_t *scan)
{
    return scan->meta && scan->state >= NP_HTML_BEFORE_ATTRIBUTE
           && scan->state <= NP_HTML_UNQUOTED;
}

static bool is_too_long(const np_html_scan_t *scan)
{
    return scan->seen
           > (scan->sure ? NP_HTML_SCAN_END : NP_HTML_SCAN_WINDOW);
}

static np_scan_e look_at(np_html_scan_t *scan, unsigned char c)
{
    np_scan_e answer = NP_HTML_AGAIN;

    scan->seen++;
    scan->held += scan->held != 0;
    if (c == ESCAPE || is_too_long(scan)
        || (is_in_meta(scan) && watch_meta(scan, c) != NP_SCAN_MORE)) {
        return NP_SCAN_NEVER;
    }
    while (answer == NP_HTML_AGAIN) {
        answer = steps[scan->state](scan, c);
    }
    return answer;
}

void np_html_scan_begin(np_html_scan_t *scan, bool charset_known)
{
    *scan = (np_html_scan_t){ .charset_known = charset_known };
}

np_scan_e np_html_scan(np_html_scan_t *scan, const char *data, apr_size_t len,
                       apr_size_t *used)
{
    np_scan_e answer = NP_SCAN_MORE;

    for (*used = 0; *used < len && answer == NP_SCAN_MORE; ++*used) {
        answer = look_at(scan, (unsigned char)data[*used]);
    }
    return answer;
}

np_scan_e np_html_scan_finish(np_html_scan_t *scan)
{
    if (scan->state != NP_HTML_DATA || scan->templates) {
        return NP_SCAN_NEVER;
    }
    scan->held = 0;
    return np_html_end_head(scan, true);
}
