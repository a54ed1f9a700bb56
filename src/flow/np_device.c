/* SPDX-License-Identifier: Apache-2.0
 * Devices: which browser a login is made with, and who logged in there. */
#include "np_device.h"

#include <string.h>

apr_time_t np_device_ends_at(const np_realm_t *realm,
                             const np_companion_t *companion)
{
    return np_policy_sum(companion->browser.created_at,
                         realm->rules.device_life);
}

static bool is_over(const np_realm_t *realm, const np_companion_t *companion,
                    apr_time_t now)
{
    return companion->answer == APR_SUCCESS
           && now >= np_device_ends_at(realm, companion);
}

bool np_device_is_known_to(const np_realm_t *realm,
                           np_companion_t *companion, const char *user,
                           apr_time_t now)
{
    return companion->asked && companion->answer == APR_SUCCESS
           && !is_over(realm, companion, now)
           && np_browser_find(&companion->browser, user);
}

/* A device that nothing is known of: begin to know it. */
static apr_status_t begin(np_companion_t *companion, apr_time_t now)
{
    memset(&companion->browser, 0, sizeof companion->browser);
    companion->browser.created_at = now;
    companion->asked = true;
    companion->answer = APR_NOTFOUND;
    return np_crypto_random(companion->browser.handle, NP_HANDLE_LEN);
}

static np_device_e judge(np_companion_t *companion, const char *user)
{
    if (!companion->browser.count) {
        return NP_DEVICE_NEW;
    }
    return np_browser_find(&companion->browser, user) ? NP_DEVICE_KNOWN_USER
                                                      : NP_DEVICE_KNOWN;
}

apr_status_t np_device_recognize(const np_realm_t *realm,
                                 np_companion_t *companion, const char *user,
                                 apr_time_t now, np_budget_t *budget,
                                 np_device_t *device, apr_pool_t *p)
{
    apr_status_t status =
        np_companion_read_for(realm, companion, user, budget, p);

    memset(device, 0, sizeof *device);
    if (np_store_unavailable(status)) {
        device->brought = companion->brought;
        return APR_SUCCESS;
    }
    if (is_over(realm, companion, now)) {
        companion->brought = false;
        status = APR_NOTFOUND;
    }
    if (status == APR_NOTFOUND) {
        status = begin(companion, now);
    }
    device->brought = companion->brought;
    device->known = judge(companion, user);
    memcpy(device->handle, companion->browser.handle, NP_HANDLE_LEN);
    return status;
}

apr_status_t np_device_remember(const np_realm_t *realm,
                                np_companion_t *companion, const char *user,
                                apr_time_t now, np_budget_t *budget,
                                apr_pool_t *scratch)
{
    const bool stored = companion->answer == APR_SUCCESS;

    if (np_store_unavailable(companion->answer)) {
        return companion->answer;
    }
    np_browser_remember(&companion->browser, user, false, now);
    apr_status_t status = np_companion_write(
        realm, companion, stored ? NP_PUT_REPLACE : NP_PUT_ADD,
        np_device_ends_at(realm, companion), budget, scratch);
    if (status == APR_SUCCESS) {      /* for another login in this request */
        companion->answer = APR_SUCCESS;
        companion->brought = true;
    }
    return status;
}
