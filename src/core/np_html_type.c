/* SPDX-License-Identifier: Apache-2.0
 * Which Content-Types are documents that a script may be put into. */
#include "np_html_scan.h"

#include <string.h>

#include "apr_cstr.h"

#define BLANKS " \t"
#define HTML   "text/html"

/* In all of them an octet below 128 that is markup is that of ASCII, wherever
 * it stands. Names that end in '*' are beginnings. */
static const char *const ascii_based[] = {
    "utf-8", "utf8", "us-ascii", "iso-8859-*", "iso8859-*", "iso_8859-*",
    "latin1", "windows-125*", "windows-874", "cp125*", "koi8-r", "koi8-u",
    "shift_jis", "euc-jp", "euc-kr", "gbk", "gb2312", "gb18030", "big5",
};

static bool is_called(const char *name, apr_size_t len, const char *pattern)
{
    apr_size_t wanted = strlen(pattern);

    if (pattern[wanted - 1] == '*') {
        return len >= wanted && !apr_cstr_casecmpn(name, pattern, wanted - 1);
    }
    return len == wanted && !apr_cstr_casecmpn(name, pattern, wanted);
}

static bool is_ascii_based(const char *name, apr_size_t len)
{
    for (apr_size_t i = 0; i < sizeof ascii_based / sizeof *ascii_based; i++) {
        if (is_called(name, len, ascii_based[i])) {
            return true;
        }
    }
    return false;
}

/* The value of a parameter, without its quotes; escapes are none that a name
 * of characters has. */
static const char *value_of(const char *start, apr_size_t *len)
{
    if (*start == '"') {
        *len = strcspn(start + 1, "\"");
        return start + 1;
    }
    *len = strcspn(start, "; \t,");
    return start;
}

/* Step over a parameter; quotes may hold semicolons. Behind a comma comes
 * another type. */
static const char *next_parameter(const char *c)
{
    for (; *c && *c != ';' && *c != ','; c++) {
        if (*c == '"') {
            c += 1 + strcspn(c + 1, "\"");
            if (!*c) {
                return c;
            }
        }
    }
    return c;
}

np_html_type_e np_html_type(const char *content_type)
{
    np_html_type_e type = NP_HTML_CHARSET_UNKNOWN;

    if (!content_type) {
        return NP_HTML_NOT;
    }
    const char *c = content_type + strspn(content_type, BLANKS);
    if (apr_cstr_casecmpn(c, HTML, sizeof HTML - 1)) {
        return NP_HTML_NOT;
    }
    c += sizeof HTML - 1;
    c += strspn(c, BLANKS);
    for (; *c == ';'; c = next_parameter(c)) {
        c += 1 + strspn(c + 1, BLANKS);
        if (!apr_cstr_casecmpn(c, "charset=", 8)) {
            apr_size_t len;
            const char *name = value_of(c + 8, &len);
            if (!is_ascii_based(name, len)) {
                return NP_HTML_NOT;
            }
            type = NP_HTML_CHARSET_KNOWN;
        }
    }
    return *c ? NP_HTML_NOT : type;
}
