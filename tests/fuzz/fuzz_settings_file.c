/* SPDX-License-Identifier: Apache-2.0
 * The settings' file: whatever is read can be written, and read again. */
#include "fuzz.h"

#include <string.h>

#include "np_settings_file.h"

static void check(np_bytes_t file, apr_pool_t *p)
{
    apr_array_header_t *entries = NULL;
    apr_array_header_t *again = NULL;
    np_bytes_t bytes;
    const char *why = NULL;

    apr_status_t status = np_settings_file_decode(file, &entries, &why, p);
    if (status != APR_SUCCESS) {
        NP_FUZZ_CHECK(status == APR_EINVAL || status == APR_ENOTIMPL);
        NP_FUZZ_CHECK(!entries && why);
        return;
    }
    NP_FUZZ_CHECK(np_settings_file_encode(entries, &bytes, p) == APR_SUCCESS);
    NP_FUZZ_CHECK(np_settings_file_decode(bytes, &again, &why, p)
                  == APR_SUCCESS);
    NP_FUZZ_CHECK(again->nelts == entries->nelts);
    /* they are the same: none is newer */
    NP_FUZZ_CHECK(np_settings_file_merge(entries, again) == 0);
    for (int i = 0; i < entries->nelts; i++) {
        const np_settings_entry_t *entry =
            &APR_ARRAY_IDX(entries, i, np_settings_entry_t);
        const np_settings_t settings =
            np_settings_file_settings(again, entry->tenant);
        NP_FUZZ_CHECK(!memcmp(&settings, &entry->settings, sizeof settings));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check((np_bytes_t){ data, size }, np_fuzz_pool());
    /* LeakSanitizer does not look for Jansson's memory in a pool */
    (void)np_fuzz_pool();
    return 0;
}
