/* SPDX-License-Identifier: Apache-2.0
 * Telling applications who is logged in: environment and request headers. */
#ifndef NP_EXPORT_H
#define NP_EXPORT_H

#include "np_request.h"

/** Set SESSION_NP_* in the environment of @a r and, where the place wants
 *  them, Session-NP-* among its request headers. */
void np_export(np_request_t *ctx, request_rec *r, const np_place_t *place);

/** The word for a mode. */
const char *np_export_mode(np_mode_e mode);

/**
 * What the place will tell of itself as @a variable, at a moment when it was
 * not told yet, and nobody was refused.
 * @param value NULL if it is not set: no session, no sessions here, or the
 *        place is not known yet.
 * @return false where the environment answers: it is not one of ours, or the
 *         time for it is over.
 */
bool np_export_foretell(request_rec *r, const char *variable,
                        const char **value);

/** Take back what the place told that @a r comes from, for a place without
 *  sessions. */
void np_export_nothing(request_rec *r);

#endif
