/* SPDX-License-Identifier: Apache-2.0
 * Telling other modules what happens to sessions. */
#include "np_events.h"

#include "np_metrics.h"
#include "np_request.h"

APR_IMPLEMENT_OPTIONAL_HOOK_RUN_ALL(session_np, SESSION_NP, int,
                                    session_np_event,
                                    (request_rec *r, session_np_event_e event,
                                     const char *user, const char *id),
                                    (r, event, user, id), OK, DECLINED)

void np_events_tell(request_rec *r, session_np_event_e event,
                    const np_record_t *record)
{
    np_metrics_count_event(r, event);
    (void)session_np_run_session_np_event(r, event, record->user,
                                          np_request_handle(record->handle, r->pool));
}
