/* SPDX-License-Identifier: Apache-2.0
 * Access control: a live session speaks for its user, and refusals are ours. */
#ifndef NP_ACCESS_H
#define NP_ACCESS_H

#include "np_module.h"

/** For hook access_checker, as its first and as its last: a live session names
 *  the user, before any other module is asked and also where nobody asks. If
 *  another one names its own meanwhile, the session's stands. */
int np_access_name_user(request_rec *r);

/*
 * Each of the next three asks the other modules first, by running the hook
 * once more with itself standing aside, and then turns their answer into ours
 * where a session is at stake.
 */

/** For hook access_checker_ex: rules that need no user, or one who has been
 *  named already. */
int np_access_check(request_rec *r);

/** For hook check_user_id: who it is. */
int np_access_authenticate(request_rec *r);

/** For hook auth_checker: whether that user may. */
int np_access_authorize(request_rec *r);

/** For hook note_auth_failure: the challenge of AuthType SessionNP. */
int np_access_challenge(request_rec *r, const char *auth_type);

#endif
