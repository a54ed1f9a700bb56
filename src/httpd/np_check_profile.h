/* SPDX-License-Identifier: Apache-2.0
 * SessionNPProfile: what a tenant misses of a standard, in words. */
#ifndef NP_CHECK_PROFILE_H
#define NP_CHECK_PROFILE_H

#include "np_config.h"
#include "np_site.h"

/**
 * Log each rule that @a tenant misses of the profile that @a conf names, as an
 * error or as a warning. Nothing without a profile. The texts are in
 * @a scratch.
 * @return how many errors there were
 */
int np_check_profile(server_rec *server, const np_tenant_conf_t *conf,
                     const np_tenant_t *tenant, apr_pool_t *scratch);

#endif
