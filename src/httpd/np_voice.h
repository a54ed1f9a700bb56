/* SPDX-License-Identifier: Apache-2.0
 * The application's voice: what its response headers say of the session. */
#ifndef NP_VOICE_H
#define NP_VOICE_H

#include "np_request.h"

/**
 * Take the Session-NP-* headers out of the response of @a r, and out of those
 * of the requests that were redirected to it; do what they say where the place
 * that they come from is one with SessionNPTrustBackend. If that fails, @a ctx
 * has the status that takes the place of the answer.
 */
void np_voice_listen(np_request_t *ctx, request_rec *r);

#endif
