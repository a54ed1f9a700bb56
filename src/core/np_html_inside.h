/* SPDX-License-Identifier: Apache-2.0
 * The inside of the scanner of HTML, for the files that it is made of. */
#ifndef NP_HTML_INSIDE_H
#define NP_HTML_INSIDE_H

#include <string.h>

#include "np_html_scan.h"

/** The states of a scan, by the HTML standard's tokenizer. */
typedef enum np_html_state_e {
    NP_HTML_BEGIN,
    NP_HTML_BOM_SECOND,
    NP_HTML_BOM_THIRD,
    NP_HTML_DATA,
    NP_HTML_OPEN,
    NP_HTML_END_OPEN,
    NP_HTML_NAME,
    NP_HTML_BEFORE_ATTRIBUTE,
    NP_HTML_ATTRIBUTE,
    NP_HTML_AFTER_ATTRIBUTE,
    NP_HTML_BEFORE_VALUE,
    NP_HTML_DOUBLE_QUOTED,
    NP_HTML_SINGLE_QUOTED,
    NP_HTML_UNQUOTED,
    NP_HTML_DECLARATION,
    NP_HTML_DECLARATION_DASH,
    NP_HTML_DOCTYPE,
    NP_HTML_DOCTYPE_NAME,
    NP_HTML_BOGUS,
    NP_HTML_COMMENT_START,
    NP_HTML_COMMENT_START_DASH,
    NP_HTML_COMMENT,
    NP_HTML_COMMENT_DASH,
    NP_HTML_COMMENT_END,
    NP_HTML_COMMENT_BANG,
    NP_HTML_RAW,
    NP_HTML_RAW_OPEN,
    NP_HTML_RAW_END_NAME,
    NP_HTML_RAW_NAME,
    NP_HTML_RAW_BANG,
    NP_HTML_RAW_DASH,
} np_html_state_e;

/** Among the files: the octet has to be looked at once more, in the new
 *  state. */
#define NP_HTML_AGAIN ((np_scan_e)(NP_SCAN_NEVER + 1))

/** One octet in one state. */
typedef np_scan_e np_html_step_t(np_html_scan_t *scan, unsigned char c);

static inline bool np_html_is_blank(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static inline unsigned char np_html_lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

static inline bool np_html_is_letter(unsigned char c)
{
    return np_html_lower(c) >= 'a' && np_html_lower(c) <= 'z';
}

static inline bool np_html_ends_name(unsigned char c)
{
    return np_html_is_blank(c) || c == '/' || c == '>';
}

static inline np_scan_e np_html_go(np_html_scan_t *scan, np_html_state_e state)
{
    scan->state = (int)state;
    return NP_SCAN_MORE;
}

static inline np_scan_e np_html_again(np_html_scan_t *scan,
                                      np_html_state_e state)
{
    scan->state = (int)state;
    return NP_HTML_AGAIN;
}

static inline void np_html_begin_name(np_html_scan_t *scan)
{
    scan->name_len = 0;
}

/** False if it is longer than any that matters. */
static inline bool np_html_add_to_name(np_html_scan_t *scan, unsigned char c)
{
    if (scan->name_len == sizeof scan->name) {
        return false;
    }
    scan->name[scan->name_len++] = (char)np_html_lower(c);
    return true;
}

static inline bool np_html_is_named(const np_html_scan_t *scan,
                                    const char *name)
{
    return scan->name_len == strlen(name)
           && !memcmp(scan->name, name, scan->name_len);
}

/** The head ends before what is held back. @a properly: by what ends it, not
 *  by whatever cannot be in one. */
np_scan_e np_html_end_head(const np_html_scan_t *scan, bool properly);

/** The name of a tag is complete. */
np_scan_e np_html_meet_tag(np_html_scan_t *scan);

/** Declarations, comments and text that is no markup. */
np_html_step_t np_html_on_declaration, np_html_on_declaration_dash,
    np_html_on_doctype, np_html_on_doctype_name, np_html_on_bogus,
    np_html_on_comment_start, np_html_on_comment_start_dash,
    np_html_on_comment, np_html_on_comment_dash, np_html_on_comment_end,
    np_html_on_comment_bang, np_html_on_raw, np_html_on_raw_open,
    np_html_on_raw_end_name, np_html_on_raw_name, np_html_on_raw_bang,
    np_html_on_raw_dash;

#endif
