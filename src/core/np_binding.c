/* SPDX-License-Identifier: Apache-2.0
 * A session's binding to the run of a browser: the key, and the verdict. */
#include "np_binding.h"

#include <string.h>

#include "np_base64url.h"
#include "np_crypto.h"

bool np_binding_is_closed(const np_binding_t *binding, apr_time_t now)
{
    if (!binding->until || now < binding->until
        || now < binding->document_until) {
        return false;
    }
    for (int i = 0; i < binding->page_count; i++) {
        if (now < binding->pages[i].until) {
            return false;
        }
    }
    return true;
}

np_run_verdict_e np_binding_judge(const np_binding_t *binding,
                                  const np_run_rules_t *rules,
                                  apr_time_t login_at, bool has_key,
                                  np_run_ask_e ask, apr_time_t now)
{
    const bool bound = binding && binding->key_state == NP_KEY_BOUND;

    if (binding && np_binding_is_closed(binding, now)) {
        return NP_RUN_CLOSED;
    }
    if (!bound) {
        return rules->require && now - login_at >= rules->timer[NP_RUN_CLAIM]
                   ? NP_RUN_UNCLAIMED
                   : NP_RUN_SERVE;
    }
    if (has_key || ask == NP_RUN_ASK_SEED
        || now - binding->since < rules->timer[NP_RUN_SKEW]) {
        return NP_RUN_SERVE;
    }
    return ask == NP_RUN_ASK_PAGE ? NP_RUN_OTHER : NP_RUN_REFUSE;
}

bool np_binding_offer(np_binding_t *binding,
                      const unsigned char key[NP_BINDING_SECRET_LEN],
                      apr_time_t now)
{
    if (binding->key_state != NP_KEY_NONE) {
        return false;
    }
    binding->key_state = NP_KEY_PENDING;
    binding->since = now;
    memcpy(binding->secret, key, NP_BINDING_SECRET_LEN);
    return true;
}

bool np_binding_bind(np_binding_t *binding,
                     const unsigned char ha1[NP_BINDING_SECRET_LEN],
                     apr_time_t now)
{
    if (binding->key_state != NP_KEY_PENDING) {
        return false;
    }
    binding->key_state = NP_KEY_BOUND;
    binding->since = now;
    memcpy(binding->secret, ha1, NP_BINDING_SECRET_LEN);
    return true;
}

apr_status_t np_page_id(unsigned char id[NP_PAGE_ID_LEN], const char *name)
{
    unsigned char digest[NP_CRYPTO_DIGEST_LEN];
    const apr_size_t len = np_base64url_span(name);

    if (len < NP_PAGE_NAME_MIN || len > NP_PAGE_NAME_MAX || name[len]) {
        return APR_EINVAL;
    }
    apr_status_t status = np_crypto_digest(
        (np_bytes_t){ (const unsigned char *)name, len }, digest);
    memcpy(id, digest, NP_PAGE_ID_LEN);
    return status;
}
