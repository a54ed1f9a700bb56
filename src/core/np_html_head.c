/* SPDX-License-Identifier: Apache-2.0
 * What a tag means for the place of a script: whether the head goes on. */
#include "np_html_inside.h"

/* Browsers look so far for a <meta charset>, wherever it stands. */
#define PRESCAN 1024

static bool is_one_of(const np_html_scan_t *scan, const char *const *names)
{
    for (; *names; names++) {
        if (np_html_is_named(scan, *names)) {
            return true;
        }
    }
    return false;
}

/* The head ends before what is held back. A <meta charset> behind it would be
 * out of place, but browsers would heed it, unless it is moved too far down. */
np_scan_e np_html_end_head(const np_html_scan_t *scan, bool properly)
{
    bool settled = properly || scan->charset_known
                   || scan->seen - scan->held >= PRESCAN;

    return scan->sure && settled ? NP_SCAN_HERE : NP_SCAN_NEVER;
}

/* A script behind <base> would be loaded from where that says. */
static np_scan_e meet_base(const np_html_scan_t *scan)
{
    return scan->sure && scan->charset_known ? NP_SCAN_HERE : NP_SCAN_NEVER;
}

static void expect_raw_text(np_html_scan_t *scan)
{
    memcpy(scan->raw, scan->name, scan->name_len);
    scan->raw_len = scan->name_len;
    scan->raw_level = 0;
    scan->dashes = 0;
}

/* In a <template>, which may hold anything; but other languages have other
 * rules, and in a <select> browsers differ. */
static np_scan_e start_in_template(np_html_scan_t *scan)
{
    static const char *const raw[] = { "script", "style", "title", "noscript",
                                       "noframes", "textarea", "xmp",
                                       "iframe", "noembed", NULL };
    static const char *const foreign[] = { "svg", "math", "plaintext",
                                           "select", NULL };

    if (is_one_of(scan, raw)) {
        expect_raw_text(scan);
    }
    else if (np_html_is_named(scan, "template")) {
        scan->templates++;
    }
    return is_one_of(scan, foreign) ? NP_SCAN_NEVER : NP_SCAN_MORE;
}

static np_scan_e start_in_head(np_html_scan_t *scan)
{
    static const char *const root[] = { "html", "head", NULL };
    static const char *const raw[] = { "script", "style", "title", "noscript",
                                       "noframes", NULL };
    static const char *const empty[] = { "meta", "link", "basefont", "bgsound",
                                         NULL };
    static const char *const content[] = { "body", "frameset", NULL };

    if (is_one_of(scan, root)) {
        scan->sure = true;
        return NP_SCAN_MORE;
    }
    if (np_html_is_named(scan, "base")) {
        return meet_base(scan);
    }
    bool has_raw_text = is_one_of(scan, raw);
    bool is_template = np_html_is_named(scan, "template");
    if (!has_raw_text && !is_template && !is_one_of(scan, empty)) {
        return np_html_end_head(scan, is_one_of(scan, content));
    }
    if (scan->seen > NP_HTML_SCAN_WINDOW) {
        return np_html_end_head(scan, true);
    }
    scan->meta = np_html_is_named(scan, "meta");
    scan->templates += is_template;
    if (has_raw_text) {
        expect_raw_text(scan);
    }
    return NP_SCAN_MORE;
}

static np_scan_e meet_end_tag(np_html_scan_t *scan)
{
    static const char *const content[] = { "body", "html", "br", NULL };

    if (scan->templates) {
        scan->templates -= np_html_is_named(scan, "template");
        return NP_SCAN_MORE;
    }
    if (np_html_is_named(scan, "head")) {
        return np_html_end_head(scan, true);
    }
    return is_one_of(scan, content) ? np_html_end_head(scan, false)
                                    : NP_SCAN_MORE;
}

np_scan_e np_html_meet_tag(np_html_scan_t *scan)
{
    scan->raw_len = 0;
    scan->meta = false;
    np_scan_e answer = scan->end_tag ? meet_end_tag(scan)
                       : scan->templates ? start_in_template(scan)
                                         : start_in_head(scan);
    if (answer == NP_SCAN_MORE) {
        scan->held = 0;
    }
    return answer;
}
