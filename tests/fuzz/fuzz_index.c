/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing the list of a user's sessions: what decodes is what encoding it again
 * gives, and one more finds its place. */
#include "fuzz.h"

#include <string.h>

#include "np_index.h"

static void insert_one_more(np_index_t *index, apr_pool_t *p)
{
    static const np_entry_t one = {
        .storage_key = "s-AAAAAAAAAAAAAAAAAAAAAA",
        .login_at = 1700000000000000,
        .expires_at = 1,
        .agent = "",
        .address = "",
    };
    const bool knew = np_index_find(index, one.handle) != NULL;
    const int before = index->count;
    np_bytes_t bytes;

    if (np_index_insert(index, &one) != APR_SUCCESS) {
        NP_FUZZ_CHECK(!knew && before == NP_INDEX_MAX);
        return;
    }
    NP_FUZZ_CHECK(index->count <= before + !knew);
    NP_FUZZ_CHECK(np_index_encode(index, &bytes, p) == APR_SUCCESS);
    np_index_remove(index, one.handle);
    np_index_sweep(index, one.login_at);
    NP_FUZZ_CHECK(np_index_encode(index, &bytes, p) == APR_SUCCESS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *p = np_fuzz_pool();
    np_index_t *index = apr_palloc(p, sizeof *index);
    np_bytes_t bytes;

    if (np_index_decode((np_bytes_t){ data, size }, index, p)
        != APR_SUCCESS) {
        return 0;
    }
    NP_FUZZ_CHECK(np_index_encode(index, &bytes, p) == APR_SUCCESS);
    NP_FUZZ_CHECK(bytes.len == size && !memcmp(bytes.data, data, size));
    insert_one_more(index, p);
    return 0;
}
