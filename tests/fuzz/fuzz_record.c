/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing the record: what decodes is what encoding it again gives. */
#include "fuzz.h"

#include <string.h>

#include "np_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *p = np_fuzz_pool();
    np_record_t record;
    np_record_t again;
    np_bytes_t first;
    np_bytes_t second;

    if (np_record_decode((np_bytes_t){ data, size }, &record, p)
        != APR_SUCCESS) {
        return 0;
    }
    NP_FUZZ_CHECK(np_record_encode(&record, &first, p) == APR_SUCCESS);
    NP_FUZZ_CHECK(first.len <= size);
    NP_FUZZ_CHECK(np_record_decode(first, &again, p) == APR_SUCCESS);
    NP_FUZZ_CHECK(np_record_encode(&again, &second, p) == APR_SUCCESS);
    NP_FUZZ_CHECK(first.len == second.len
                  && !memcmp(first.data, second.data, first.len));
    return 0;
}
