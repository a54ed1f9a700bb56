/* SPDX-License-Identifier: Apache-2.0
 * The hooks that a request passes, in their order. */
#ifndef NP_HOOKS_H
#define NP_HOOKS_H

#include "np_module.h"

/** post_read_request: nobody from outside speaks in our name. */
int np_hook_scrub(request_rec *r);

/** header_parser: the first hook that knows the place; looks the session up. */
int np_hook_open(request_rec *r);

/** fixups: access is granted; logins are recorded, applications told. */
int np_hook_fixups(request_rec *r);

/** log_transaction: requests that were refused are interactions too. */
int np_hook_log(request_rec *r);

#endif
