/* SPDX-License-Identifier: Apache-2.0
 * Devices: which browser a login is made with, and who logged in there. */
#ifndef NP_DEVICE_H
#define NP_DEVICE_H

#include "np_companion.h"

/**
 * What is known of the device when @a user logs in at the moment @a now. Reads
 * its record, once. A device whose life is over counts as not brought. Where
 * nothing is known, @a companion gets a new record, which is not stored yet.
 * @return APR_SUCCESS; APR_EGENERAL if there are no random bits
 */
apr_status_t np_device_recognize(const np_realm_t *realm,
                                 np_companion_t *companion, const char *user,
                                 apr_time_t now, np_budget_t *budget,
                                 np_device_t *device, apr_pool_t *p);

/** Has @a user logged in with this device before? Nothing but what the store
 *  has said already; see np_companion_read(). */
bool np_device_is_known_to(const np_realm_t *realm,
                           np_companion_t *companion, const char *user,
                           apr_time_t now);

/**
 * Remember that @a user, who must outlive @a companion, logged in with the
 * device that np_device_recognize() has seen; nothing to do where it could not
 * see any.
 * @return APR_SUCCESS; anything else: it is not remembered
 */
apr_status_t np_device_remember(const np_realm_t *realm,
                                np_companion_t *companion, const char *user,
                                apr_time_t now, np_budget_t *budget,
                                apr_pool_t *scratch);

/** The end of the device's life: until then the store keeps its record. */
apr_time_t np_device_ends_at(const np_realm_t *realm,
                             const np_companion_t *companion);

#endif
