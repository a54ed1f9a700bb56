/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing Content-Security-Policy headers. The first octet says whether the
 * element has the header's own nonce. */
#include "fuzz.h"

#include <string.h>

#include "apr_strings.h"

#include "np_csp.h"

/* The header without anything that may have been added to it. */
static const char *without_ours(const char *header, const np_csp_ask_t *ask,
                                apr_pool_t *p)
{
    const char *const ours[] = { ask->script, ask->connect, ask->hash };
    char *text = apr_pstrdup(p, header);

    for (int i = 0; i < 3; i++) {
        for (char *c = text; (c = strstr(c, ours[i]));) {
            memmove(c, c + strlen(ours[i]), strlen(c + strlen(ours[i])) + 1);
        }
    }
    return text;
}

/* Octets that are neither blanks nor ours are still there, in their order. */
static void check_kept(const char *before, const char *after)
{
    for (; *before; before++) {
        if (!strchr(" \t\n\f\r", *before)) {
            after = strchr(after, *before);
            NP_FUZZ_CHECK(after);
            after++;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *p = np_fuzz_pool();
    np_csp_ask_t ask = { .script = "\1s", .connect = "\1c", .hash = "\1h" };

    if (!size) {
        return 0;
    }
    const char *header = apr_pstrmemdup(p, (const char *)data + 1, size - 1);
    const char *nonce = np_csp_nonce(header, p);
    NP_FUZZ_CHECK(!nonce || (*nonce && !strpbrk(nonce, "\"'<>& ;,")));
    if (data[0] & 1) {
        ask.nonce = nonce;
    }
    const char *once = np_csp_admit(header, &ask, p);
    if (once) {
        NP_FUZZ_CHECK(!strcmp(np_csp_admit(once, &ask, p), once));
        if (!strcasestr(header, "'none'") && !strchr(header, 1)) {
            check_kept(header, without_ours(once, &ask, p));
        }
    }
    else {
        NP_FUZZ_CHECK(strcasestr(header, "sandbox"));
    }
    return 0;
}
