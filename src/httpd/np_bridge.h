/* SPDX-License-Identifier: Apache-2.0
 * The bridge to mod_session: its sessions live in ours. */
#ifndef NP_BRIDGE_H
#define NP_BRIDGE_H

#include "np_request.h"

/**
 * Offer ourselves to mod_session as the provider of sessions in places with
 * SessionNP On, if it is there; for pre_config, where every module is loaded.
 */
void np_bridge_register(void);

/**
 * A login handler of mod_auth_form has answered, and mod_session has saved what
 * it wrote: if nobody has logged in, it was a failure, and is counted as one.
 */
void np_bridge_settle(np_request_t *ctx, request_rec *r);

#endif
