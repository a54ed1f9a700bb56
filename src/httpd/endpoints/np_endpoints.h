/* SPDX-License-Identifier: Apache-2.0
 * Our own pages: handlers that an administrator gives a place to. */
#ifndef NP_ENDPOINTS_H
#define NP_ENDPOINTS_H

#include "np_module.h"

/** For hook handler. */
int np_endpoint_logout(request_rec *r);

/** For hook handler. */
int np_endpoint_metrics(request_rec *r);

/** For hook handler. */
int np_endpoint_status(request_rec *r);

/** For hook handler: the management API. */
int np_endpoint_api(request_rec *r);

/** For hook handler: the management page, and below it what it asks. */
int np_endpoint_dashboard(request_rec *r);

/** For hook translate_name: what the pages of sessions
 *  ask that end with the run of their browser. Answered at once, and DONE. */
int np_endpoint_run(request_rec *r);

/* The same as those without "serve", whatever the handler's name: they lie
 * below the management page, too. */
int np_endpoint_serve_api(request_rec *r);
int np_endpoint_serve_logout(request_rec *r);
int np_endpoint_serve_metrics(request_rec *r);
int np_endpoint_serve_status(request_rec *r);

/** Does the management page only look, as it does by itself every few
 *  seconds? */
bool np_endpoint_is_dashboard_query(const request_rec *r);

/** Does @a r only ask for the status, or the page for its figures? That is no
 *  interaction. To be asked
 *  once SetHandler has been evaluated, in fixups or later. */
bool np_endpoint_is_status_query(const request_rec *r);

#endif
