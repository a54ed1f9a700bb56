/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing a browser's record: what decodes is what encoding it again gives, and
 * there is room for one more. */
#include "fuzz.h"

#include <string.h>

#include "np_browser.h"

static void remember_one_more(np_browser_t *browser, apr_pool_t *p)
{
    int before = browser->count;
    bool knew = np_browser_find(browser, "a") != NULL;
    np_bytes_t bytes;

    np_browser_remember(browser, "a", false, 1);
    NP_FUZZ_CHECK(np_browser_find(browser, "a")->used_at == 1);
    NP_FUZZ_CHECK(browser->count
                  == before + (!knew && before < NP_BROWSER_MAX_USERS));
    NP_FUZZ_CHECK(np_browser_encode(browser, &bytes, p) == APR_SUCCESS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *p = np_fuzz_pool();
    np_browser_t browser;
    np_bytes_t bytes;

    if (np_browser_decode((np_bytes_t){ data, size }, &browser, p)
        != APR_SUCCESS) {
        return 0;
    }
    NP_FUZZ_CHECK(np_browser_encode(&browser, &bytes, p) == APR_SUCCESS);
    NP_FUZZ_CHECK(bytes.len == size && !memcmp(bytes.data, data, size));
    remember_one_more(&browser, p);
    return 0;
}
