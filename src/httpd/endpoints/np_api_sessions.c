/* SPDX-License-Identifier: Apache-2.0
 * The management API: sessions, one of them, and those of a user. */
#include "np_api_endpoint.h"

#include <string.h>

#include "np_clock.h"
#include "np_events.h"
#include "np_log.h"
#include "np_metadata.h"
#include "np_metrics.h"
#include "np_session_json.h"
#include "np_users.h"

#define NOTHING "{}"

/* Where the sessions of the tenant are. False, with the error filled in, where
 * this server has none, or this process no store. */
static bool open_realm(np_call_t *call, np_realm_t *realm)
{
    if (call->ctx->site->backend) {
        *realm = np_request_realm_at(call->ctx, call->r, call->place,
                                     NP_KIND_SESSION);
        if (realm->store) {
            return true;
        }
    }
    call->error = np_api_error(NP_API_UNAVAILABLE);
    return false;
}

static int unavailable(np_call_t *call, apr_status_t status)
{
    NP_LOG_REQUEST(call->r, status, NP_MSG_STORE_UNAVAILABLE);
    return np_api_fail(call, NP_API_UNAVAILABLE);
}

static int accepted(np_call_t *call)
{
    call->answer = NOTHING;
    return HTTP_ACCEPTED;
}

static const char *text_or_none(const char *text)
{
    return *text ? text : NULL;
}

static np_session_view_t view_of(const np_realm_t *realm,
                                 const np_listed_t *listed)
{
    const np_record_t *record = &listed->outcome.record;

    return (np_session_view_t){
        .record = record,
        .limits = np_session_limits(realm, record),
        .initial = {
            .user_agent = text_or_none(listed->entry.agent),
            .ip = text_or_none(listed->entry.address),
        },
        .metadata = record->metadata,
    };
}

static int show(np_call_t *call, const np_realm_t *realm,
                const np_listed_t *listed)
{
    const np_session_view_t view = view_of(realm, listed);

    call->answer = np_session_json_render(&view, call->r->pool);
    return call->answer ? HTTP_OK : np_api_fail(call, NP_API_INTERNAL);
}

/* --- one session ------------------------------------------------------------ */

/* APR_SUCCESS; anything else, with the error filled in: APR_NOTFOUND if there is
 * no such session. */
static apr_status_t find(np_call_t *call, np_realm_t *realm,
                         np_listed_t *found)
{
    unsigned char handle[NP_HANDLE_LEN];
    apr_pool_t *p = call->r->pool;

    if (!open_realm(call, realm)) {
        return APR_ENOTIMPL;
    }
    apr_status_t status = np_session_json_parse_id(call->parts[1], handle,
                                                   &call->error, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = np_users_find(realm, handle, call->ctx->now, &call->ctx->budget,
                           found, p);
    if (status == APR_NOTFOUND) {
        call->error = np_api_error(NP_API_NO_SUCH_SESSION);
    }
    else if (status != APR_SUCCESS) {
        (void)unavailable(call, status);
    }
    return status;
}

int np_api_session_get(np_call_t *call)
{
    np_realm_t realm;
    np_listed_t found;

    return find(call, &realm, &found) == APR_SUCCESS
               ? show(call, &realm, &found)
               : 0;
}

/* What went wrong when the metadata were to be written. */
static int not_described(np_call_t *call, apr_status_t status)
{
    if (status == APR_NOTFOUND) {
        return np_api_fail(call, NP_API_NO_SUCH_SESSION);
    }
    if (status == APR_ENOSPC) {
        call->error = np_api_error_body(
            "There is no room for so much beside the application's data",
            "session_metadata", NULL, call->r->pool);
        return 0;
    }
    return unavailable(call, status);
}

int np_api_session_patch(np_call_t *call)
{
    apr_pool_t *p = call->r->pool;
    const char *metadata;
    np_realm_t realm;
    np_listed_t found;

    if (!np_metadata_patch(call->body, &metadata, &call->error, p)
        || find(call, &realm, &found) != APR_SUCCESS) {
        return 0;
    }
    const apr_status_t status = np_users_describe(
        &realm, found.entry.handle, metadata, call->ctx->now, np_clock_now(),
        &call->ctx->budget, &found, p);
    if (status != APR_SUCCESS) {
        return not_described(call, status);
    }
    NP_LOG_REQUEST(call->r, APR_SUCCESS, NP_MSG_DESCRIBED,
                   found.outcome.record.user, call->tenant->name,
                   np_request_handle(found.entry.handle, p), call->who,
                   call->r->useragent_ip);
    return show(call, &realm, &found);
}

static void tell_of_end(np_call_t *call, const np_record_t *record)
{
    NP_LOG_REQUEST(call->r, APR_SUCCESS, NP_MSG_ENDED_BY_API, record->user,
                   call->tenant->name,
                   np_request_handle(record->handle, call->r->pool),
                   call->who, call->r->useragent_ip);
    np_events_tell(call->r, SESSION_NP_EVENT_REVOKED, record);
    np_metrics_count(call->tenant, NP_FIGURE_ENDED_REVOKED);
}

static int end(np_call_t *call, const np_realm_t *realm,
               const np_listed_t *found)
{
    const np_outcome_t *outcome = &found->outcome;
    const apr_status_t status =
        np_users_end(realm, outcome, call->ctx->now, &call->ctx->budget,
                     call->r->pool);

    if (status != APR_SUCCESS) {
        return unavailable(call, status);
    }
    tell_of_end(call, &outcome->record);
    return accepted(call);
}

/* That it is not there any more is what was asked for. */
int np_api_session_delete(np_call_t *call)
{
    np_realm_t realm;
    np_listed_t found;

    switch (find(call, &realm, &found)) {
    case APR_SUCCESS:
        return end(call, &realm, &found);
    case APR_NOTFOUND:
        return accepted(call);
    default:
        return 0;
    }
}

int np_api_session_revoke(np_call_t *call)
{
    np_realm_t realm;
    np_listed_t found;

    return find(call, &realm, &found) == APR_SUCCESS
               ? end(call, &realm, &found)
               : 0;
}

/* --- a user's sessions ------------------------------------------------------ */

int np_api_user_get(np_call_t *call)
{
    apr_pool_t *p = call->r->pool;
    np_page_t page;
    np_realm_t realm;
    np_listing_t listing;

    if (!np_page_parse(call->r->args, &page, &call->error, p)
        || !open_realm(call, &realm)) {
        return 0;
    }
    const apr_status_t status =
        np_users_list(&realm, call->parts[1], page.from, page.take,
                      call->ctx->now, &call->ctx->budget, &listing, p);
    if (status == APR_EINVAL) {
        call->error = np_api_error_query("It is not what `next` said", "from",
                                         p);
        return 0;
    }
    if (status != APR_SUCCESS) {
        return unavailable(call, status);
    }
    np_session_view_t *views =
        apr_palloc(p, ((apr_size_t)listing.count + 1) * sizeof *views);
    for (int i = 0; i < listing.count; i++) {
        views[i] = view_of(&realm, &listing.sessions[i]);
    }
    call->answer = np_page_render(views, listing.count, listing.next, p);
    return call->answer ? HTTP_OK : np_api_fail(call, NP_API_INTERNAL);
}

/* From this moment on whatever began before is over, listed or not, here at once
 * and on the other machines in a moment. */
static apr_status_t revoke_all(np_call_t *call, const np_realm_t *realm,
                               const char *user)
{
    apr_pool_t *p = call->r->pool;
    np_revocation_t revocation = { .until = call->ctx->now };

    apr_status_t status = np_name_user(realm->crypto, 0, &realm->scope, user,
                                       revocation.name, p);
    if (status == APR_SUCCESS) {
        status = np_shared_change(
            call->documents->all[NP_DOCUMENT_REVOCATIONS], np_revocations_add,
            &revocation, p);
    }
    if (status == APR_SUCCESS) {
        np_documents_push(call->documents, NP_DOCUMENT_REVOCATIONS,
                          &call->ctx->budget, p);
    }
    return status;
}

/* So that the browsers' cookies say "ended", and other modules are told. Where
 * the store does not answer to all of it, they are over all the same. */
static void end_listed(np_call_t *call, const np_realm_t *realm,
                       const char *user)
{
    apr_array_header_t *ended;

    (void)np_users_end_all(realm, user, call->ctx->now, &call->ctx->budget,
                           &ended, call->r->pool);
    for (int i = 0; i < ended->nelts; i++) {
        tell_of_end(call, &APR_ARRAY_IDX(ended, i, np_record_t));
    }
}

int np_api_user_delete(np_call_t *call)
{
    const char *user = call->parts[1];
    np_realm_t realm;

    if (!np_record_is_user(user)) {
        return np_api_fail(call, NP_API_NO_SUCH_USER);
    }
    if (!open_realm(call, &realm)) {
        return 0;
    }
    const apr_status_t status = revoke_all(call, &realm, user);
    end_listed(call, &realm, user);
    if (status == APR_SUCCESS) {
        NP_LOG_REQUEST(call->r, APR_SUCCESS, NP_MSG_ALL_ENDED, user,
                       call->tenant->name, call->who, call->r->useragent_ip);
        return accepted(call);
    }
    NP_LOG_REQUEST(call->r, status, NP_MSG_ALL_NOT_ENDED, user,
                   call->tenant->name, call->who);
    call->error = (np_api_error_t){
        .status = HTTP_SERVICE_UNAVAILABLE,
        .code = "revocation_not_written",
        .message = "Only the sessions that are listed were ended: that all are "
                   "could not be written.",
    };
    return 0;
}
