/* SPDX-License-Identifier: Apache-2.0
 * Our own pages: handlers that an administrator gives a place to. */
#ifndef NP_ENDPOINTS_H
#define NP_ENDPOINTS_H

#include "np_module.h"

/** For hook handler. */
int np_endpoint_logout(request_rec *r);

/** For hook handler. */
int np_endpoint_status(request_rec *r);

/** Does @a r only ask for the status? That is no interaction. To be asked
 *  once SetHandler has been evaluated, in fixups or later. */
bool np_endpoint_is_status_query(const request_rec *r);

#endif
