/* SPDX-License-Identifier: Apache-2.0
 * The gate: whether a request comes from the browser's run that its session is
 * bound to. */
#ifndef NP_RUN_GATE_H
#define NP_RUN_GATE_H

#include "np_request.h"

/** Take the answer for a key of ours out of the Authorization header, before
 *  anybody writes it down. Of all others nothing is touched. */
void np_run_gate_hide(np_request_t *ctx, request_rec *r);

/**
 * Judge the live session of @a ctx by the rules of @a place, once in a chain,
 * and once more where a place is stricter. What the near cache knew of it is
 * enough for a request with the key, for all others the store is asked.
 * One that is over is ended, with a word in the log; a request that is only
 * refused finds no session, and nothing happens to it.
 * @return whether the outcome has changed
 */
bool np_run_gate_judge(np_request_t *ctx, request_rec *r,
                       const np_place_t *place);

/** The state that np_run_gate_judge() would leave, or has left. Changes
 *  nothing. */
np_state_e np_run_gate_foresee(const np_request_t *ctx,
                               const np_place_t *place,
                               const np_view_t *view);

/** Does the request prove the key of its session, as it was given to the
 *  browser, by the nonce of this session? */
bool np_run_gate_proves(const np_request_t *ctx);

/** The same by any nonce: the browser has the key, and does not know yet what it
 *  is for. */
bool np_run_gate_proves_stale(const np_request_t *ctx);

/** HA1 of the session's key, into @a ha1. False: there is none. */
bool np_run_gate_ha1(const np_request_t *ctx,
                     unsigned char ha1[NP_BINDING_SECRET_LEN]);

/** The rules of @a place for the session of @a ctx. */
np_run_rules_t np_run_gate_rules(const np_request_t *ctx,
                                 const np_place_t *place);

/** End the session because of @a verdict, and say so. */
void np_run_gate_end(np_request_t *ctx, request_rec *r,
                     np_run_verdict_e verdict);

/** Is the request one for a document in a window? */
bool np_run_gate_is_document(const request_rec *r);

#endif
