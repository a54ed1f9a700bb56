/* SPDX-License-Identifier: Apache-2.0
 * Telling other modules what happens to sessions. */
#ifndef NP_EVENTS_H
#define NP_EVENTS_H

#include "np_module.h"

#include "mod_session_np.h"
#include "np_record.h"

/** Run the optional hook session_np_event for the session of @a record. */
void np_events_tell(request_rec *r, session_np_event_e event,
                    const np_record_t *record);

#endif
