/* SPDX-License-Identifier: Apache-2.0
 * What all stores have in common: which keys and values they take. */
#include "np_store.h"

#include "np_base64url.h"
#include "np_clock.h"

/* Nothing in the alphabet of base64url means anything to any store. */
static bool key_is_good(const char *key)
{
    const apr_size_t len = np_base64url_span(key);
    return key[len] == '\0' && len > 0 && len <= NP_STORE_MAX_KEY;
}

apr_status_t np_store_admit(const char *key, const np_bytes_t *value,
                            const np_budget_t *budget)
{
    if (!key_is_good(key)) {
        return APR_EINVAL;
    }
    if (value && (value->len == 0 || value->len > NP_STORE_MAX_VALUE)) {
        return APR_EINVAL;
    }
    return budget->left > 0 ? APR_SUCCESS : APR_TIMEUP;
}

void np_budget_charge(np_budget_t *budget, apr_time_t started)
{
    const apr_interval_time_t spent = np_clock_monotonic() - started;
    budget->left = spent < budget->left ? budget->left - spent : 0;
}
