/* SPDX-License-Identifier: Apache-2.0
 * Guessing attacks: who tries to log in, and whether he may try any more. */
#include "np_guess.h"

#include <string.h>

#include "apr_strings.h"
#include "http_core.h"
#include "http_protocol.h"

#include "np_guard.h"
#include "np_log.h"
#include "np_metrics.h"

bool np_guess_is_counted(const np_request_t *ctx, const request_rec *r,
                         const np_place_t *place)
{
    if (!ctx->tenant || !ctx->realm.store) {
        return false;
    }
    const np_realm_t realm =
        np_request_realm_at(ctx, r, place, NP_KIND_DEVICE);
    return realm.rules.attempts.most > 0;
}

/* The value of username="..." in a Digest header (RFC 7616 section 3.4). Of two
 * nobody knows which one counts. */
static const char *digest_user(const char *header, apr_pool_t *p)
{
    static const char name[] = "username=\"";
    const char *start = ap_strcasestr(header, name);

    if (!start) {
        return NULL;
    }
    start += strlen(name);
    const char *user = apr_pstrmemdup(p, start, strcspn(start, "\""));
    return strchr(user, '\\') || ap_strcasestr(start, "username") ? NULL
                                                                  : user;
}

const char *np_guess_user(request_rec *r)
{
    const char *given = apr_table_get(r->headers_in, "Authorization");
    const char *user = NULL;
    const char *password;

    if (!given) {
        return NULL;
    }
    if (np_request_has_auth_type(r, "Basic")) {
        return ap_get_basic_auth_components(r, &user, &password)
                       == APR_SUCCESS
                   ? user
                   : NULL;
    }
    return np_request_has_auth_type(r, "Digest") && !strncasecmp(given, "Digest ", 7)
               ? digest_user(given + 7, r->pool)
               : NULL;
}

bool np_guess_is_try(request_rec *r)
{
    if (np_request_has_auth_type(r, "form")) {
        return r->method_number == M_POST;
    }
    return (np_request_has_auth_type(r, "Basic") || np_request_has_auth_type(r, "Digest"))
           && (apr_table_get(r->headers_in, "Authorization")
               || apr_table_get(r->headers_in, "Proxy-Authorization"));
}

/* Reads the device's record, if it brought a cookie: it may be the user's. */
static const char *known_device(np_request_t *ctx, const np_realm_t *realm,
                                const char *user)
{
    np_companion_t *device = np_request_companion(ctx, NP_KIND_DEVICE);

    (void)np_companion_read_for(realm, device, user, &ctx->budget,
                                ctx->first->pool);
    return np_device_is_known_to(realm, device, user, ctx->now)
               ? device->id.storage_key
               : NULL;
}

static np_attempt_t attempt_of(np_request_t *ctx, const request_rec *r,
                               const np_place_t *place,
                               const np_realm_t *realm, const char *user)
{
    const np_outcome_t *outcome = np_request_outcome(ctx, r, place);
    const bool logged_in = outcome->state == NP_STATE_LIVE
                           && !strcmp(outcome->record.user, user);

    return (np_attempt_t){
        .user = user,
        .second_factor = logged_in,
        .device = !logged_in && np_request_sees(ctx, r, place)
                      ? known_device(ctx, realm, user)
                      : NULL,
    };
}

static void count(const np_request_t *ctx, const request_rec *r,
                  const np_place_t *place, np_figure_e figure)
{
    np_metrics_count(np_site_tenant(ctx->site, place, r->hostname), figure);
}

/* Nobody knows how many there were: the place says what then. */
static int unknown(const np_place_t *place, request_rec *r,
                   apr_status_t status)
{
    NP_LOG_REQUEST(r, status, NP_MSG_STORE_UNAVAILABLE);
    return place->pass_without_store ? OK : HTTP_SERVICE_UNAVAILABLE;
}

int np_guess_look(np_request_t *ctx, request_rec *r, const np_place_t *place,
                  const char *user)
{
    const np_realm_t realm =
        np_request_realm_at(ctx, r, place, NP_KIND_DEVICE);
    const np_attempt_t attempt = attempt_of(ctx, r, place, &realm, user);
    apr_status_t status =
        np_guard_look(&realm, &attempt, ctx->now, &ctx->budget,
                      &ctx->locked_until, r->pool);

    if (status != APR_SUCCESS) {
        return unknown(place, r, status);
    }
    if (!ctx->locked_until) {
        return OK;
    }
    NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_LOCKED, user, realm.scope.tenant,
                   attempt.second_factor ? "after the first factor"
                   : attempt.device      ? "from his own device"
                                         : "from other browsers");
    count(ctx, r, place, NP_FIGURE_LOGINS_LOCKED);
    return HTTP_TOO_MANY_REQUESTS;
}

int np_guess_count(np_request_t *ctx, request_rec *r, const np_place_t *place,
                   const char *user)
{
    const np_realm_t realm =
        np_request_realm_at(ctx, r, place, NP_KIND_DEVICE);
    bool excess;

    if (ctx->failure_counted) {       /* an error page asked once more */
        return OK;
    }
    ctx->failure_counted = true;
    NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_LOGIN_FAILED, user,
                   realm.scope.tenant);
    count(ctx, r, place, NP_FIGURE_LOGINS_FAILED);
    if (!np_guess_is_counted(ctx, r, place)) {
        return OK;
    }
    const np_attempt_t attempt = attempt_of(ctx, r, place, &realm, user);
    apr_status_t status =
        np_guard_count(&realm, &attempt, ctx->now, &ctx->budget, &excess,
                       r->pool);
    if (status != APR_SUCCESS) {
        return unknown(place, r, status);
    }
    if (!excess) {
        return OK;
    }
    count(ctx, r, place, NP_FIGURE_LOGINS_LOCKED);
    ctx->locked_until = np_policy_sum(ctx->now, realm.rules.attempts.window);
    return HTTP_TOO_MANY_REQUESTS;
}

bool np_guess_may_try(np_request_t *ctx, request_rec *r,
                      const np_place_t *place, const char *user)
{
    int status = np_guess_is_counted(ctx, r, place)
                     ? np_guess_look(ctx, r, place, user)
                     : OK;

    if (status != OK) {
        np_request_refuse(ctx, r, status);
    }
    return status == OK;
}

void np_guess_failed(np_request_t *ctx, request_rec *r,
                     const np_place_t *place, const char *user)
{
    int status = np_guess_count(ctx, r, place, user);

    if (status != OK) {
        np_request_refuse(ctx, r, status);
    }
}
