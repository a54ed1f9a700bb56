/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing what machines tell each other of users whose sessions were ended: a
 * table that takes it over lacks nothing of it. */
#include "fuzz.h"

#include "np_revoked.h"

#define NOW APR_INT64_C(1700000000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *p = np_fuzz_pool();
    const np_bytes_t octets = { data, size };
    np_revoked_t *a = np_revoked_begin(apr_pcalloc(p, NP_REVOKED_SIZE));
    np_revoked_t *b = np_revoked_begin(apr_pcalloc(p, NP_REVOKED_SIZE));
    np_revoked_news_t news = np_revoked_merge(a, octets, NOW);

    if (!news.valid || news.full) {
        return 0;
    }
    NP_FUZZ_CHECK(news.newer == !np_revoked_is_empty(a));
    news = np_revoked_merge(a, octets, NOW);
    NP_FUZZ_CHECK(news.valid && !news.newer && !news.outdated);
    const np_bytes_t all = np_revoked_encode(a, NOW, p);
    news = np_revoked_merge(b, all, NOW);
    NP_FUZZ_CHECK(news.valid == (all.len > 0) && !news.full);
    news = np_revoked_merge(b, all, NOW);
    NP_FUZZ_CHECK(!news.newer && !news.outdated);
    return 0;
}
