/* SPDX-License-Identifier: Apache-2.0
 * Guessing attacks: who tries to log in, and whether he may try any more. */
#include "np_guess.h"

#include <string.h>

#include "apr_strings.h"
#include "http_core.h"
#include "http_protocol.h"

#include "np_guard.h"
#include "np_log.h"

bool np_guess_is_counted(const np_request_t *ctx)
{
    return ctx->tenant && ctx->tenant->rules.attempts.most > 0
           && ctx->realm.store;
}

/* The value of username="..." in a Digest header (RFC 7616 section 3.4); NULL
 * if it has none. Whoever checks the password may read it otherwise: he is
 * asked again afterwards, see np_access.c. */
static const char *digest_user(const char *header, apr_pool_t *p)
{
    const char *start = ap_strcasestr(header, "username=\"");

    if (!start) {
        return NULL;
    }
    start += strlen("username=\"");
    return apr_pstrmemdup(p, start, strcspn(start, "\""));
}

const char *np_guess_user(request_rec *r)
{
    const char *type = ap_auth_type(r);
    const char *given = apr_table_get(r->headers_in, "Authorization");
    const char *user = NULL;
    const char *password;

    if (!type || !given) {
        return NULL;
    }
    if (!strcasecmp(type, "Basic")
        && ap_get_basic_auth_components(r, &user, &password)
               == APR_SUCCESS) {
        return user;
    }
    if (!strcasecmp(type, "Digest")
        && !strncasecmp(given, "Digest ", strlen("Digest "))) {
        return digest_user(given + strlen("Digest "), r->pool);
    }
    return NULL;
}

bool np_guess_is_form(request_rec *r)
{
    const char *type = ap_auth_type(r);

    return r->method_number == M_POST && type && !strcasecmp(type, "form");
}

/* Reads the device's record, if it brought a cookie: it may be the user's. */
static np_attempt_t attempt_of(np_request_t *ctx, const np_realm_t *realm,
                               const char *user)
{
    np_companion_t *device = np_request_companion(ctx, NP_KIND_DEVICE);

    (void)np_companion_read(realm, device, &ctx->budget, ctx->first->pool);
    return (np_attempt_t){
        .user = user,
        .device = np_device_is_known_to(realm, device, user, ctx->now)
                      ? device->id.storage_key
                      : NULL,
    };
}

int np_guess_look(np_request_t *ctx, request_rec *r, const char *user)
{
    const np_realm_t realm = np_request_realm(ctx, NP_KIND_DEVICE);
    const np_attempt_t attempt = attempt_of(ctx, &realm, user);
    apr_status_t status =
        np_guard_look(&realm, &attempt, ctx->now, &ctx->budget,
                      &ctx->locked_until, r->pool);

    if (status != APR_SUCCESS) {
        NP_LOG_REQUEST(r, status, NP_MSG_STORE_UNAVAILABLE);
        return HTTP_SERVICE_UNAVAILABLE;
    }
    if (!ctx->locked_until) {
        return OK;
    }
    NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_LOCKED, user, ctx->tenant->name,
                   attempt.device ? "his own device" : "other browsers");
    return HTTP_TOO_MANY_REQUESTS;
}

bool np_guess_may_try(np_request_t *ctx, request_rec *r,
                      const np_place_t *place, const char *user)
{
    int status = np_guess_is_counted(ctx) ? np_guess_look(ctx, r, user) : OK;

    if (status == OK
        || (status == HTTP_SERVICE_UNAVAILABLE
            && place->pass_without_store)) {
        return true;
    }
    np_request_refuse(ctx, status);
    return false;
}

int np_guess_count(np_request_t *ctx, request_rec *r, const char *user)
{
    const np_realm_t realm = np_request_realm(ctx, NP_KIND_DEVICE);
    const np_attempt_t attempt = attempt_of(ctx, &realm, user);
    bool excess;

    NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_LOGIN_FAILED, user,
                   ctx->tenant->name);
    apr_status_t status =
        np_guard_count(&realm, &attempt, ctx->now, &ctx->budget, &excess,
                       r->pool);
    if (status != APR_SUCCESS) {
        NP_LOG_REQUEST(r, status, NP_MSG_STORE_UNAVAILABLE);
        return OK;
    }
    if (!excess) {
        return OK;
    }
    ctx->locked_until =
        np_policy_sum(ctx->now, ctx->tenant->rules.attempts.window);
    return HTTP_TOO_MANY_REQUESTS;
}
