/* SPDX-License-Identifier: Apache-2.0
 * How many sessions a user may have: a login is let in, or refused. */
#include "np_quota.h"

#include "np_clock.h"
#include "np_events.h"
#include "np_log.h"
#include "np_metrics.h"

static void tell_of_ended(const np_request_t *ctx, request_rec *r,
                          const apr_array_header_t *ended)
{
    for (int i = 0; i < ended->nelts; i++) {
        const np_record_t *record = &APR_ARRAY_IDX(ended, i, np_record_t);
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_ENDED_OLDEST, record->user,
                       ctx->tenant->name,
                       np_request_handle(record->handle, r->pool));
        np_events_tell(r, SESSION_NP_EVENT_REVOKED, record);
        np_metrics_count(ctx->tenant, NP_FIGURE_ENDED_LIMIT);
    }
}

/* Nothing relies on the list, except where a login must not be one too many. */
static apr_status_t tolerate(const np_request_t *ctx, request_rec *r,
                             const char *user, apr_status_t status)
{
    if (status == APR_SUCCESS) {
        return APR_SUCCESS;
    }
    NP_LOG_REQUEST(r, status, NP_MSG_NOT_LISTED, user, ctx->tenant->name);
    return ctx->realm.rules.quota.deny ? status : APR_SUCCESS;
}

apr_status_t np_quota_admit(np_request_t *ctx, request_rec *r,
                            const char *user, np_admission_t *admission)
{
    const np_quota_t *quota = &ctx->realm.rules.quota;
    apr_status_t status =
        np_users_admit(&ctx->realm, &ctx->outcome, user, ctx->now,
                       np_clock_now(), &ctx->budget, admission,
                       ctx->first->pool);

    tell_of_ended(ctx, r, admission->ended);
    if (status == APR_ENOSPC) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_TOO_MANY_SESSIONS, user,
                       ctx->tenant->name, quota->most);
        np_metrics_count(ctx->tenant, NP_FIGURE_LOGINS_REFUSED);
    }
    return status == APR_ENOSPC ? status : tolerate(ctx, r, user, status);
}

apr_status_t np_quota_enter(np_request_t *ctx, request_rec *r,
                            const np_plan_t *plan, np_admission_t *admission)
{
    const np_agent_t agent = {
        .user_agent = apr_table_get(ctx->first->headers_in, "User-Agent"),
        .address = r->useragent_ip,
    };
    apr_status_t status =
        np_users_enter(&ctx->realm, admission, plan, &agent, &ctx->budget,
                       ctx->first->pool);

    return tolerate(ctx, r, plan->record.user, status);
}

/* Also when all time is used up: else other logins of this user would wait until
 * the lock ends by itself. */
void np_quota_leave(np_request_t *ctx, request_rec *r,
                    np_admission_t *admission)
{
    const apr_interval_time_t least = ctx->site->store_timeout / 4;
    np_budget_t extra = { least };

    np_users_leave(&ctx->realm, admission,
                   ctx->budget.left < least ? &extra : &ctx->budget, r->pool);
}

void np_quota_move(np_request_t *ctx, request_rec *r)
{
    const np_outcome_t *outcome = &ctx->outcome;
    apr_status_t status =
        np_users_move(&ctx->realm, &outcome->record, outcome->id.storage_key,
                      ctx->now, np_clock_now(), &ctx->budget, r->pool);

    if (status != APR_SUCCESS && status != APR_NOTFOUND) {
        NP_LOG_REQUEST(r, status, NP_MSG_NOT_LISTED, outcome->record.user,
                       ctx->tenant->name);
    }
}
