/* SPDX-License-Identifier: Apache-2.0
 * Counting what happens, in memory that all children share, and reading it. */
#ifndef NP_METRICS_H
#define NP_METRICS_H

#include "np_module.h"

#include "mod_session_np.h"
#include "np_figures.h"
#include "np_session.h"
#include "np_site.h"

/**
 * Give each tenant of @a site its counters. Tenants of one name and host share
 * them, on whatever virtual hosts they are.
 * @return APR_SUCCESS, or why there is no memory
 */
apr_status_t np_metrics_open(np_site_t *site, server_rec *server);

/** Count one of @a figure. Does nothing where @a tenant is NULL. */
void np_metrics_count(const np_tenant_t *tenant, np_figure_e figure);

/** Count a request, by what it found. */
void np_metrics_count_request(const np_tenant_t *tenant,
                              const np_outcome_t *outcome);

/** Count what other modules are told of the session of @a r. */
void np_metrics_count_event(const request_rec *r, session_np_event_e event);

/** All figures of this httpd, in @a p. */
np_figures_t np_metrics_read(apr_pool_t *p);

/** Add our section to the page of mod_status, if that is there. */
void np_metrics_register(void);

#endif
