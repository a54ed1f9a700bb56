/* SPDX-License-Identifier: Apache-2.0
 * UTF-8: counts, cuts and repairs texts. */
#include "np_utf8.h"

#include <stdbool.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

static bool continues(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

apr_size_t np_utf8_count(const char *text)
{
    apr_size_t count = 0;

    for (; *text; text++) {
        count += !continues((unsigned char)*text);
    }
    return count;
}

apr_size_t np_utf8_cut(const char *text, apr_size_t most)
{
    while (most && continues((unsigned char)text[most])) {
        most--;
    }
    return most;
}

/* Octets of the character at @a c (RFC 3629 section 4); 0: it is none. */
static apr_size_t character(const unsigned char *c)
{
    if (c[0] < 0x80) {
        return 1;
    }
    if (c[0] >= 0xc2 && c[0] <= 0xdf) {
        return continues(c[1]) ? 2 : 0;
    }
    if ((c[0] & 0xf0) == 0xe0) {
        const unsigned char least = c[0] == 0xe0 ? 0xa0 : 0x80;
        const unsigned char most = c[0] == 0xed ? 0x9f : 0xbf;
        return c[1] >= least && c[1] <= most && continues(c[2]) ? 3 : 0;
    }
    if (c[0] >= 0xf0 && c[0] <= 0xf4) {
        const unsigned char least = c[0] == 0xf0 ? 0x90 : 0x80;
        const unsigned char most = c[0] == 0xf4 ? 0x8f : 0xbf;
        return c[1] >= least && c[1] <= most && continues(c[2])
                       && continues(c[3])
                   ? 4
                   : 0;
    }
    return 0;
}

static apr_size_t count_bad(const char *text)
{
    apr_size_t bad = 0;

    while (*text) {
        apr_size_t len = character((const unsigned char *)text);
        bad += !len;
        text += len ? len : 1;
    }
    return bad;
}

const char *np_utf8_repair(const char *text, apr_pool_t *p)
{
    apr_size_t bad = count_bad(text);

    if (!bad) {
        return text;
    }
    char *repaired =
        apr_palloc(p, strlen(text) + bad * strlen(REPLACEMENT) + 1);
    char *out = repaired;
    while (*text) {
        apr_size_t len = character((const unsigned char *)text);
        apr_size_t written = len ? len : strlen(REPLACEMENT);
        memcpy(out, len ? text : REPLACEMENT, written);
        out += written;
        text += len ? len : 1;
    }
    *out = '\0';
    return repaired;
}
