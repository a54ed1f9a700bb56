/* SPDX-License-Identifier: Apache-2.0
 * The application's voice: what its response headers say of the session. */
#include "np_voice.h"

#include <string.h>

#include "np_guess.h"
#include "np_log.h"
#include "np_login.h"
#include "np_metrics.h"
#include "np_said.h"
#include "np_scrub.h"
#include "np_turn.h"

/* CGI programs speak in err_headers_out, proxied applications in the other. */
static int find(const request_rec *r, const char *name, const char **value)
{
    const apr_table_t *const tables[] = { r->headers_out,
                                          r->err_headers_out };
    int count = 0;

    for (int i = 0; i < 2; i++) {
        const apr_array_header_t *list = apr_table_elts(tables[i]);
        for (int j = 0; j < list->nelts; j++) {
            const apr_table_entry_t *entry =
                &APR_ARRAY_IDX(list, j, apr_table_entry_t);
            if (!strcasecmp(entry->key, name)) {
                *value = entry->val;
                count++;
            }
        }
    }
    return count;
}

static void ignore(request_rec *r, const char *header, const char *why)
{
    NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_NOT_OBEYED, header, why);
    np_metrics_count(np_request_get(r)->tenant, NP_FIGURE_HEADERS_IGNORED);
}

/* Of two headers of one name nobody knows which one is meant. */
static np_said_t hear(const np_request_t *ctx, request_rec *r)
{
    np_said_t said = { .logout = false };

    for (int i = 0; i < NP_SAID_HEADERS; i++) {
        const char *name = np_said_header((np_said_e)i);
        const char *value = NULL;
        int count = find(r, name, &value);
        if (count > 1) {
            ignore(r, name, "it came more than once");
        }
        else if (count
                 && !np_said_hear(&said, (np_said_e)i, value,
                                  ctx->first->pool)) {
            ignore(r, name, "its value is not known");
        }
    }
    return said;
}

static void log_out(np_request_t *ctx, request_rec *r,
                    const np_place_t *place)
{
    if (np_turn_log_out(ctx, r, place) != APR_SUCCESS) {
        np_request_refuse(ctx, r, HTTP_SERVICE_UNAVAILABLE);
    }
}

static void log_in(np_request_t *ctx, request_rec *r, const np_place_t *place,
                   const np_said_t *said)
{
    const np_login_t login = {
        .user = said->login,
        .mode_chosen = said->mode_chosen,
        .mode = said->mode,
        .mfa = said->mfa,
    };

    apr_status_t status = np_login(ctx, r, &login);
    if (status == APR_ENOSPC) {
        np_request_refuse(ctx, r, HTTP_FORBIDDEN);
        return;
    }
    if (status != APR_SUCCESS) {
        np_request_store_failed(ctx, r, place);
        return;
    }
    if (said->mfa && said->remember) {
        np_login_remember_mfa(ctx, r);
    }
}

static void step_up(np_request_t *ctx, request_rec *r,
                    const np_place_t *place, const np_said_t *said)
{
    const char *header = np_said_header(NP_SAID_MFA);

    switch (np_login_step_up(ctx, r, said->mfa, said->remember)) {
    case APR_SUCCESS:
        break;
    case APR_EINVAL:
        ignore(r, header, "there is no session, or its id has just changed");
        break;
    case APR_EEXIST:
        ignore(r, header, "another request ended or renewed the session");
        break;
    default:
        np_request_store_failed(ctx, r, place);
    }
}

/* A second factor can be guessed like a password. */
static const char *who_tries(const np_request_t *ctx, const np_said_t *said)
{
    if (said->login || said->login_failed) {
        return said->login ? said->login : said->login_failed;
    }
    return said->mfa && ctx->outcome.state == NP_STATE_LIVE
               ? ctx->outcome.record.user
               : NULL;
}

/* Logout, then login with mode and second factor as one new id, then a second
 * factor alone, then a failure. */
static void obey(np_request_t *ctx, request_rec *r, const np_place_t *place,
                 const np_said_t *said)
{
    const char *user = who_tries(ctx, said);

    if (user && !np_guess_may_try(ctx, r, place, user)) {
        return;
    }
    if (said->logout) {
        log_out(ctx, r, place);
    }
    if (said->mode_chosen && !said->login) {
        ignore(r, np_said_header(NP_SAID_MODE), "it needs Session-NP-Login");
    }
    if (ctx->refusal) {
        return;
    }
    if (said->login) {
        log_in(ctx, r, place, said);
    }
    else if (said->mfa) {
        step_up(ctx, r, place, said);
    }
    if (said->login_failed) {
        np_guess_failed(ctx, r, place, said->login_failed);
    }
}

static bool is_trusted(const np_request_t *ctx, const request_rec *r,
                       const np_place_t *place)
{
    return place->on && place->trust && np_request_sees(ctx, r, place)
           && ctx->site->backend;
}

void np_voice_listen(np_request_t *ctx, request_rec *r)
{
    if (r->prev) {                    /* its headers may have moved on to r */
        np_voice_listen(ctx, r->prev);
    }
    const np_place_t *place = np_config_place(r);
    if (!ctx->sent && is_trusted(ctx, r, place)) {
        const np_said_t said = hear(ctx, r);
        if (np_said_anything(&said)) {
            obey(ctx, r, place, &said);
        }
    }
    np_scrub_response(r);
}
