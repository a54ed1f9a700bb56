/* SPDX-License-Identifier: Apache-2.0
 * The addresses at which pages speak of the browser's run: what their files
 * share. */
#ifndef NP_RUN_ENDPOINTS_H
#define NP_RUN_ENDPOINTS_H

#include "np_request.h"

/** A request for one of them. */
typedef struct np_run_call_t {
    request_rec *r;
    np_request_t *ctx;
    const np_place_t *place;
    const np_tenant_t *tenant;
} np_run_call_t;

/* Each of these answers the request, and returns what the hook is to return. */

int np_run_serve_event(const np_run_call_t *call);
int np_run_serve_seed(const np_run_call_t *call);

/** Look the session up; @a ask is what the request is. It is no interaction. */
void np_run_open(const np_run_call_t *call, np_run_ask_e ask);

/** Answer with @a status and @a body of @a type, both NULL for none. Browsers
 *  do not keep it, unless it has a Cache-Control. */
int np_run_answer(const np_run_call_t *call, int status, const char *type,
                  const char *body);

/** Answer that nobody can tell at the moment. */
int np_run_answer_unavailable(const np_run_call_t *call);

/** Does the request come from elsewhere than a page of this very origin? With
 *  @a header it also needs one that pages of others cannot send unasked. */
bool np_run_is_foreign(const np_run_call_t *call, bool header);

/** Answer that it does. */
int np_run_refuse_foreign(const np_run_call_t *call);

/** Answer that this method is none of @a methods, a list for Allow. */
int np_run_refuse_method(const np_run_call_t *call, const char *methods);

#endif
