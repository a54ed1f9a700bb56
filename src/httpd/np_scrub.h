/* SPDX-License-Identifier: Apache-2.0
 * Keeping our names to ourselves: headers and cookies that must not pass. */
#ifndef NP_SCRUB_H
#define NP_SCRUB_H

#include "np_request.h"

/**
 * Remove every request header that an application could take for ours, in
 * whatever spelling, and such names from Connection, by which mod_proxy would
 * drop the ones that we add.
 */
void np_scrub_request(request_rec *r);

/** Remove what the client says in the name of mod_auth_openidc: request headers
 *  that begin with OIDC_, however they spell it. */
void np_scrub_claims(request_rec *r);

/** Remove the application's Session-NP-* headers from a response. */
void np_scrub_response(request_rec *r);

/** The same for its trailers, which are known only at the end of the body. */
void np_scrub_trailers(request_rec *r);

/**
 * Take our cookies out of the Cookie header that all others will see, also
 * access logs and TRACE; a place that shows them gets them back.
 * @param place NULL while it is not known
 */
void np_scrub_cookies(const np_request_t *ctx, request_rec *r,
                      const np_place_t *place);

#endif
