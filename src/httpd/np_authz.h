/* SPDX-License-Identifier: Apache-2.0
 * "Require session-np ...": rules about the session itself. */
#ifndef NP_AUTHZ_H
#define NP_AUTHZ_H

#include "np_module.h"

/** Register the provider; for register_hooks. */
void np_authz_register(apr_pool_t *p);

#endif
