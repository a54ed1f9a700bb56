/* SPDX-License-Identifier: Apache-2.0
 * Changing what a session knows of its browser's run. */
#include "np_run_change.h"

#include "apr_strings.h"

#include "np_clock.h"
#include "np_lock.h"
#include "np_log.h"

static np_binding_t *copy_of(const np_request_t *ctx)
{
    static const np_binding_t nothing = { .key_state = NP_KEY_NONE };
    const np_binding_t *binding = ctx->outcome.record.binding;

    return apr_pmemdup(ctx->first->pool, binding ? binding : &nothing,
                       sizeof *binding);
}

static apr_status_t change_locked(np_request_t *ctx, request_rec *r,
                                  const np_run_change_t *change)
{
    np_binding_t *binding = copy_of(ctx);
    np_plan_t plan;

    if (!change->make(binding, change)) {
        return APR_SUCCESS;           /* another request has done it */
    }
    apr_status_t status =
        np_plan_binding(&ctx->outcome, binding, ctx->now, &plan);
    if (status == APR_SUCCESS) {
        status = np_request_commit(ctx, r, &plan);
    }
    if (status == APR_SUCCESS) {
        ctx->outcome.record.binding = binding;
    }
    return status;
}

apr_status_t np_run_change(np_request_t *ctx, request_rec *r,
                           const np_run_change_t *change)
{
    if (!change->make(copy_of(ctx), change)) {
        return APR_SUCCESS;
    }
    apr_status_t status =
        np_lock_take(&ctx->realm, &ctx->outcome, NP_LOCK_WAIT, np_clock_now(),
                     &ctx->budget, ctx->first->pool);
    if (status != APR_SUCCESS) {
        if (np_store_unavailable(status) && status != APR_EBUSY) {
            NP_LOG_REQUEST(r, status, NP_MSG_STORE_UNAVAILABLE);
        }
        return status;
    }
    status = change_locked(ctx, r, change);
    np_lock_release(&ctx->realm, ctx->outcome.id.storage_key, &ctx->budget,
                    r->pool);
    return status;
}

bool np_run_change_is_done(apr_status_t status)
{
    return status == APR_SUCCESS || status == APR_EINVAL
           || status == APR_NOTFOUND;
}

bool np_run_change_bind(np_binding_t *binding, const np_run_change_t *change)
{
    return change->ha1 && np_binding_bind(binding, change->ha1, change->now);
}
