/* SPDX-License-Identifier: Apache-2.0
 * Users all of whose sessions were ended: as a document that machines share. */
#include "np_revocations.h"

#include "np_clock.h"

np_revoked_t *np_revocations_table(void *memory)
{
    return np_revoked_begin(memory);
}

static apr_status_t encode(const void *memory, np_bytes_t *octets,
                           apr_pool_t *p)
{
    *octets = np_revoked_encode(memory, np_clock_now(), p);
    return APR_SUCCESS;
}

/* Of too many as many as there is room for: each of them ends sessions. */
static apr_status_t merge(void *memory, np_bytes_t octets, np_news_t *news,
                          const char **why, apr_pool_t *p)
{
    const np_revoked_news_t said =
        np_revoked_merge(np_revoked_begin(memory), octets, np_clock_now());

    if (!said.valid) {
        *why = "it is not a list of users";
        return APR_EINVAL;
    }
    if (said.full) {
        *why = "there are too many users in it";
        return APR_ENOSPC;
    }
    *news = (np_news_t){ said.newer, said.outdated };
    return APR_SUCCESS;
}

const np_document_t np_revocations_document = {
    .name = "revocations",
    .size = NP_REVOKED_SIZE,
    .encode = encode,
    .merge = merge,
};

apr_status_t np_revocations_add(const void *memory, void *data,
                                np_bytes_t *octets, apr_pool_t *p)
{
    const np_revocation_t *revocation = data;

    return np_revoked_plan(memory, revocation->name, revocation->until,
                           np_clock_now(), octets, p);
}
