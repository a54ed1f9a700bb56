/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing the Cookie header: what is found lies in it, what is ours goes. */
#include "fuzz.h"

#include <string.h>

#include "apr_strings.h"

#include "np_cookie.h"

static bool is_ours(const char *name, apr_size_t len, const void *ours)
{
    return len == 5 && !memcmp(name, "auth0", 5);
}

/* Are these the pairs of the header, in its order, but for some? */
static bool came_from(const char *rest, const char *header)
{
    while (*rest) {
        size_t len = strcspn(rest, ";");
        const char *place = memmem(header, strlen(header), rest, len);
        if (!place) {
            return false;
        }
        header = place + len;
        rest += len;
        rest += strspn(rest, "; ");
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *p = np_fuzz_pool();
    const char *header = apr_pstrmemdup(p, (const char *)data, size);
    const char *end = header + strlen(header);
    np_bytes_t values[NP_COOKIE_MAX_TRIED];

    int found = np_cookie_find(header, "auth0", values, NP_COOKIE_MAX_TRIED);
    for (int i = 0; i < found; i++) {
        const char *value = (const char *)values[i].data;
        NP_FUZZ_CHECK(value >= header && value + values[i].len <= end);
    }
    const char *rest = np_cookie_strip(header, is_ours, NULL, p);
    NP_FUZZ_CHECK(found == 0 || rest != header);
    NP_FUZZ_CHECK(!rest || np_cookie_find(rest, "auth0", values, 1) == 0);
    NP_FUZZ_CHECK(!rest || np_cookie_strip(rest, is_ours, NULL, p) == rest);
    NP_FUZZ_CHECK(!rest || came_from(rest, header));
    return 0;
}
