/* SPDX-License-Identifier: Apache-2.0
 * What a WWW-Authenticate header asks of a browser (RFC 9110, 11.6.1). */
#include "np_challenge.h"

#include <string.h>
#include <strings.h>

#include "apr.h"

static bool is_asking(const char *scheme, apr_size_t len)
{
    static const char *const schemes[] = { "Basic", "Digest", "Negotiate",
                                           "NTLM" };

    for (apr_size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (strlen(schemes[i]) == len
            && !strncasecmp(scheme, schemes[i], len)) {
            return true;
        }
    }
    return false;
}

/* To the comma that ends this element of the list, or the end of all. */
static const char *skip_element(const char *in)
{
    bool quoted = false;

    while (*in && (quoted || *in != ',')) {
        if (quoted && *in == '\\' && in[1]) {
            in++;
        }
        else if (*in == '"') {
            quoted = !quoted;
        }
        in++;
    }
    return in;
}

/* An element begins with a scheme, or is one more parameter of the last one. */
bool np_challenge_asks_browser(const char *header)
{
    for (const char *in = header; *in; in = skip_element(in)) {
        in += strspn(in, " \t,");
        const apr_size_t len = strcspn(in, " \t,=\"");
        const char *rest = in + len;
        if (rest[strspn(rest, " \t")] != '=' && is_asking(in, len)) {
            return true;
        }
    }
    return false;
}
