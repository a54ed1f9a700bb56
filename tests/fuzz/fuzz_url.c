/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing addresses: the return path in a query string is what was escaped into
 * it, and none that is followed leaves the server. */
#include "fuzz.h"

#include <string.h>

#include "apr_strings.h"

#include "np_url.h"

/* As browsers see a host: slashes of both kinds, blanks and control characters
 * between them left out. */
static bool names_a_host(const char *url)
{
    int slashes = 0;

    for (; *url; url++) {
        if (*url == '/' || *url == '\\') {
            slashes++;
        }
        else if (*url != '\t' && *url != '\r' && *url != '\n') {
            break;
        }
    }
    return slashes != 1;
}

static void check_local(const char *url)
{
    if (np_url_is_local(url)) {
        NP_FUZZ_CHECK(!names_a_host(url));
        NP_FUZZ_CHECK(!strpbrk(url, "\r\n \t\\\x7f"));
    }
}

static void escape_and_find(const char *text, apr_pool_t *p)
{
    const char *escaped = np_url_escape(text, p);
    const char *query =
        apr_pstrcat(p, "returns=1&a&return=", escaped, "&return=2", NULL);

    NP_FUZZ_CHECK(!strpbrk(escaped, "&=+ /\\\"'<>;#?\r\n"));
    const char *found = np_url_parameter(query, "return", p);
    NP_FUZZ_CHECK(found && !strcmp(found, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *p = np_fuzz_pool();
    const char *text = apr_pstrmemdup(p, (const char *)data, size);

    const char *found = np_url_parameter(text, "return", p);
    if (found) {
        NP_FUZZ_CHECK(strlen(found) < strlen(text));
        check_local(found);
    }
    check_local(text);
    escape_and_find(text, p);
    return 0;
}
