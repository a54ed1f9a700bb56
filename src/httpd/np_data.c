/* SPDX-License-Identifier: Apache-2.0
 * The data that applications and modules keep in a session. */
#include "np_data.h"

#include <string.h>

#include "np_app_data.h"
#include "np_clock.h"
#include "np_lock.h"

apr_status_t np_data_read(const np_request_t *ctx, np_bytes_t *data)
{
    const np_outcome_t *outcome = &ctx->outcome;

    if (outcome->state != NP_STATE_LIVE) {
        return APR_EINVAL;
    }
    return np_app_data_open(ctx->realm.crypto, &outcome->id, &outcome->record,
                            data, ctx->first->pool);
}

static bool same(np_bytes_t a, np_bytes_t b)
{
    return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}

/* Would it change what the request found? If not, there is nothing to lock. */
static apr_status_t try_edit(const np_request_t *ctx, np_data_edit_t *edit,
                             const void *how, bool *changes)
{
    np_bytes_t data;
    np_bytes_t changed;

    apr_status_t status = np_data_read(ctx, &data);
    if (status == APR_SUCCESS) {
        status = edit(data, &changed, how, ctx->first->pool);
    }
    *changes = status == APR_SUCCESS && !same(data, changed);
    return status;
}

/* The record is locked, and has just been read. */
static apr_status_t edit_locked(np_request_t *ctx, request_rec *r,
                                np_data_edit_t *edit, const void *how)
{
    np_bytes_t data;
    np_bytes_t changed;
    np_plan_t plan;

    apr_status_t status = np_data_read(ctx, &data);
    if (status == APR_SUCCESS) {
        status = edit(data, &changed, how, ctx->first->pool);
    }
    if (status != APR_SUCCESS || same(data, changed)) {
        return status;
    }
    status = np_plan_data(&ctx->realm, &ctx->outcome, changed, ctx->now,
                          &plan, ctx->first->pool);
    if (status == APR_SUCCESS) {
        status = np_request_commit(ctx, r, &plan);
    }
    if (status == APR_SUCCESS) {
        ctx->outcome.record.app_data = plan.record.app_data;
    }
    return status;
}

apr_status_t np_data_change(np_request_t *ctx, request_rec *r,
                            np_data_edit_t *edit, const void *how)
{
    bool changes;

    apr_status_t status = try_edit(ctx, edit, how, &changes);
    if (!changes) {
        return status;
    }
    status =
        np_lock_take(&ctx->realm, &ctx->outcome, NP_LOCK_WAIT, np_clock_now(),
                     &ctx->budget, ctx->first->pool);
    if (status == APR_SUCCESS) {
        status = edit_locked(ctx, r, edit, how);
        np_lock_release(&ctx->realm, ctx->outcome.id.storage_key, &ctx->budget,
                        r->pool);
    }
    return status == APR_NOTFOUND ? APR_EEXIST : status;
}
