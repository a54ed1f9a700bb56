/* SPDX-License-Identifier: Apache-2.0
 * The management API: a tenant's settings. */
#include "np_api_endpoint.h"

#include "apr_strings.h"

#include "np_log.h"
#include "np_settings.h"

static int show(np_call_t *call, const np_settings_t *settings,
                np_settings_members_t members)
{
    const np_settings_view_t view = {
        .file = call->tenant->rules,
        .plan = call->tenant->plan,
        .settings = *settings,
    };

    call->answer = np_settings_render(&view, members, call->r->pool);
    return call->answer ? HTTP_OK : np_api_fail(call, NP_API_INTERNAL);
}

static int show_all(np_call_t *call, const np_settings_t *settings)
{
    np_settings_members_t members;

    return np_settings_select(NULL, &members, &call->error, call->r->pool)
               ? show(call, settings, members)
               : 0;
}

int np_api_settings_get(np_call_t *call)
{
    const np_override_t *place = call->tenant->override;
    np_settings_members_t members;
    np_settings_t settings = np_settings_none();

    if (!np_settings_select(call->r->args, &members, &call->error,
                            call->r->pool)) {
        return 0;
    }
    if (place && !np_override_read(place, &settings)) {
        settings = np_settings_none();
    }
    return show(call, &settings, members);
}

/* --- changes ---------------------------------------------------------------- */

static bool make_patch(void *data, const np_settings_t *current,
                       np_settings_t *next)
{
    np_call_t *call = data;

    return np_settings_patch(current, call->body, next, &call->error,
                             call->r->pool);
}

static bool make_clear(void *data, const np_settings_t *current,
                       np_settings_t *next)
{
    np_call_t *call = data;

    return np_settings_clear(current, call->r->args, next, &call->error,
                             call->r->pool);
}

/* A disk that is full may have room again: 503. */
static int not_changed(np_call_t *call, apr_status_t status)
{
    NP_LOG_REQUEST(call->r, status, NP_MSG_SETTINGS_NOT_CHANGED,
                   call->tenant->name, call->who,
                   apr_pstrcat(call->r->pool, call->documents->path, "/",
                               np_overrides_document.name, NULL));
    call->error = (np_api_error_t){
        .status = APR_STATUS_IS_ENOSPC(status) ? HTTP_SERVICE_UNAVAILABLE
                                               : HTTP_INTERNAL_SERVER_ERROR,
        .code = "settings_not_written",
        .message = "The settings could not be written; nothing has changed.",
    };
    return 0;
}

static int change(np_call_t *call,
                  bool (*make)(void *data, const np_settings_t *current,
                               np_settings_t *next))
{
    apr_pool_t *p = call->r->pool;
    np_override_change_t wanted = {
        .tenant = call->tenant->name,
        .node = call->documents->node,
        .now = call->ctx->now,
        .make = make,
        .data = call,
    };

    const apr_status_t status =
        np_shared_change(call->documents->all[NP_DOCUMENT_SETTINGS],
                         np_overrides_change, &wanted, p);
    if (status == APR_BADARG) {
        return 0;                     /* the error is the client's */
    }
    if (status != APR_SUCCESS) {
        return not_changed(call, status);
    }
    NP_LOG_REQUEST(call->r, APR_SUCCESS, NP_MSG_SETTINGS_CHANGED,
                   call->tenant->name, call->who, call->r->useragent_ip,
                   np_settings_difference(&wanted.before, &wanted.after, p));
    np_documents_push(call->documents, NP_DOCUMENT_SETTINGS,
                      &call->ctx->budget, p);
    return show_all(call, &wanted.after);
}

int np_api_settings_patch(np_call_t *call)
{
    return change(call, make_patch);
}

int np_api_settings_delete(np_call_t *call)
{
    return change(call, make_clear);
}
