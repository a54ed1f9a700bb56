/* SPDX-License-Identifier: Apache-2.0
 * Documents of sessions that end with the run of the browser: how long they
 * keep the session alive, where they cannot say so themselves. */
#ifndef NP_RUN_DOCUMENT_H
#define NP_RUN_DOCUMENT_H

#include "np_request.h"

/**
 * Does the request ask for a document in a window, as far as it tells? Over plain
 * http browsers do not say what a request is for, only what they like. Who does
 * not, or is a script of a page, may be a program that writes back what it reads,
 * as over WebDAV.
 */
bool np_run_document_is_asked(const request_rec *r);

/** A response is about to go out. If it took long, the page before it may be
 *  gone: the document gets its time to speak. One that never speaks has a lease
 *  from now on. */
void np_run_document_leaves(np_request_t *ctx, request_rec *r,
                            const np_place_t *place);

/** The request is over. A document without the script has a lease, from its end
 *  on. */
void np_run_document_shown(np_request_t *ctx, request_rec *r,
                           const np_place_t *place);

#endif
