/* SPDX-License-Identifier: Apache-2.0
 * Telling applications who is logged in: environment and request headers. */
#ifndef NP_EXPORT_H
#define NP_EXPORT_H

#include "np_request.h"

/** Set SESSION_NP_* in the environment of @a r and, where the place wants
 *  them, Session-NP-* among its request headers. */
void np_export(const np_request_t *ctx, request_rec *r,
               const np_place_t *place);

/** A moment as RFC 3339 in UTC with whole seconds, in @a p. */
const char *np_export_time(apr_time_t moment, apr_pool_t *p);

/** The word for a mode. */
const char *np_export_mode(np_mode_e mode);

/** Take back what the place told that @a r comes from, for a place without
 *  sessions. */
void np_export_nothing(request_rec *r);

#endif
