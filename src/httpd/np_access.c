/* SPDX-License-Identifier: Apache-2.0
 * Access control: a live session speaks for its user, and refusals are ours. */
#include "np_access.h"

#include <string.h>

#include "apr_strings.h"
#include "http_core.h"
#include "http_protocol.h"
#include "http_request.h"
#include "http_ssl.h"

#include "np_answer.h"
#include "np_guess.h"
#include "np_log.h"
#include "np_scrub.h"

#define AUTH_TYPE "SessionNP"

/* A request at the gate. */
typedef struct np_visit_t {
    request_rec *r;
    np_request_t *ctx;
    const np_place_t *place;
    const np_outcome_t *outcome;
} np_visit_t;

/* False where the gate stands open for other modules: no sessions here, or
 * it is we who are asking them. */
static bool visit(request_rec *r, np_visit_t *v)
{
    v->r = r;
    v->ctx = np_request_get(r);
    v->place = np_config_place(r);
    if (!v->ctx || !v->place->on || v->ctx->asking == r) {
        return false;
    }
    /* Sub-requests pass no header_parser, and may be the first to get here. */
    np_request_open(v->ctx, r, v->place);
    v->outcome = np_request_outcome(v->ctx, r, v->place);
    return true;
}

static int ask_others(const np_visit_t *v, int (*run)(request_rec *))
{
    const request_rec *before = v->ctx->asking;

    v->ctx->asking = v->r;
    int status = run(v->r);
    v->ctx->asking = before;
    return status;
}

static bool is_live(const np_visit_t *v)
{
    return v->outcome->state == NP_STATE_LIVE;
}

static bool repeats_password(request_rec *r)
{
    return (np_request_has_auth_type(r, "Basic") || np_request_has_auth_type(r, "Digest"))
           && apr_table_get(r->headers_in, "Authorization");
}

/* The session speaks for its user, and nobody has checked a password: the
 * application must not take one that names somebody else for checked. */
static void drop_unchecked_password(const np_visit_t *v)
{
    if (!apr_table_get(v->r->headers_in, "Authorization")) {
        return;
    }
    const char *named = np_guess_user(v->r);
    if (np_guess_is_try(v->r)
        && (!named || strcmp(named, v->outcome->record.user))) {
        apr_table_unset(v->r->headers_in, "Authorization");
    }
}

/* mod_auth_openidc is not asked, and would have removed what clients say in its
 * name. Where anybody was asked in this chain it may have spoken itself. */
static void drop_unchecked_claims(const np_visit_t *v)
{
    const char *type = v->ctx->authenticated ? NULL : ap_auth_type(v->r);

    if (type && (!strcasecmp(type, "openid-connect")
                 || !strcasecmp(type, "auth-openidc"))) {
        np_scrub_claims(v->r);
    }
}

int np_access_name_user(request_rec *r)
{
    np_visit_t v;

    if (!visit(r, &v)) {
        return DECLINED;
    }
    if (is_live(&v)) {
        r->user = (char *)v.outcome->record.user;
        r->ap_auth_type = (char *)AUTH_TYPE;
        drop_unchecked_password(&v);
        drop_unchecked_claims(&v);
    }
    else if (!r->user) {
        v.ctx->nameless = r;
    }
    return DECLINED;
}

/* A live session was refused by a Require line: logging in again does not
 * help, unless it was one of our rules that asks for it. */
static int refuse_user(const np_visit_t *v)
{
    const char *reason = v->ctx->denied ? v->ctx->denied : NP_REASON_FORBIDDEN;

    apr_table_unset(v->r->err_headers_out, "WWW-Authenticate");
    return np_answer_refuse(v->r, v->place, HTTP_FORBIDDEN, reason);
}

/* It is the user who is refused, not a visitor: he has a session, or his
 * password was right and one of our rules wants more. */
static int settle(const np_visit_t *v, int status)
{
    bool refused =
        status == HTTP_UNAUTHORIZED || status == HTTP_FORBIDDEN;

    if (!refused) {
        v->ctx->denied = NULL;        /* another rule let him in */
        return status;
    }
    return is_live(v) || v->ctx->denied ? refuse_user(v) : status;
}

/* A name that cannot stand in a record is nobody's. */
static int refuse_name(const np_visit_t *v)
{
    NP_LOG_REQUEST(v->r, APR_SUCCESS, NP_MSG_BAD_USER);
    v->r->user = NULL;
    ap_note_auth_failure(v->r);
    return HTTP_UNAUTHORIZED;
}

/* With SSLVerifyClient optional_no_ca anybody can write himself a certificate,
 * and mod_ssl takes the name from it all the same. */
static bool is_unverified(request_rec *r)
{
    const char *verified =
        ap_ssl_var_lookup(r->pool, r->server, r->connection, r,
                          "SSL_CLIENT_VERIFY");
    return verified && *verified && strcmp(verified, "SUCCESS")
           && strcmp(verified, "NONE");
}

/* Did somebody name the user before anybody was asked who it is? mod_ssl does,
 * by SSLUserName. */
static bool is_named(const np_visit_t *v)
{
    return v->ctx->nameless == v->r && v->r->user && !is_live(v);
}

/* Whoever is let in by such a name alone has logged in by it. Where anybody
 * may come in, or where Require is content without a user, nobody logs in. */
static int check_named(const np_visit_t *v)
{
    char *user = v->r->user;

    v->r->user = NULL;
    int without = ask_others(v, ap_run_access_checker_ex);
    v->r->user = user;
    int status = ask_others(v, ap_run_access_checker_ex);
    if (status != OK || without == OK || is_unverified(v->r)) {
        return status;
    }
    if (!np_record_is_user(user)) {
        return refuse_name(v);
    }
    v->ctx->authenticated = v->r;
    return OK;
}

int np_access_check(request_rec *r)
{
    np_visit_t v;

    if (!visit(r, &v)) {
        return DECLINED;
    }
    return settle(&v, is_named(&v)
                          ? check_named(&v)
                          : ask_others(&v, ap_run_access_checker_ex));
}

int np_access_authorize(request_rec *r)
{
    np_visit_t v;

    if (!visit(r, &v)) {
        return DECLINED;
    }
    return settle(&v, ask_others(&v, ap_run_auth_checker));
}

/* The session is over, and the browser answers for a user who may be gone:
 * make it ask. From then on the cookie has nothing to mark any more. */
static int ask_for_password(const np_visit_t *v)
{
    NP_LOG_REQUEST(v->r, APR_SUCCESS, NP_MSG_PASSWORD_AGAIN);
    if (!v->r->main) {                /* nobody sees a sub-request's answer */
        np_request_remove_cookies(v->ctx, true);
    }
    ap_note_auth_failure(v->r);
    return HTTP_UNAUTHORIZED;
}

static int refuse_visitor(const np_visit_t *v)
{
    np_state_e state = v->outcome->state;

    return np_answer_refuse(v->r, v->place, HTTP_UNAUTHORIZED,
                            state == NP_STATE_UNAVAILABLE
                                ? NP_REASON_NONE
                                : np_answer_state(state));
}

static int ask_who(const np_visit_t *v)
{
    int status = ask_others(v, ap_run_check_user_id);

    if (status == OK && v->r->user) {
        if (!np_record_is_user(v->r->user)) {
            return refuse_name(v);
        }
        v->ctx->authenticated = v->r;
    }
    return status;
}

/* What a guess is answered with in place of what it would have told. */
static int refuse_guess(const np_visit_t *v, int status)
{
    v->ctx->authenticated = NULL;
    apr_table_unset(v->r->err_headers_out, "WWW-Authenticate");
    return status == HTTP_SERVICE_UNAVAILABLE
               ? np_answer_unavailable(v->r, v->place)
               : np_answer_locked(v->r, v->place);
}

/* Digest: the password was right, only the nonce was too old. */
static bool is_stale(const request_rec *r)
{
    const char *challenge =
        apr_table_get(r->err_headers_out, "WWW-Authenticate");
    return challenge && ap_strcasestr(challenge, "stale=true");
}

/* What the other module found must not be seen, whatever it is, if the browser
 * is locked out by now for the name that it read. */
static int look_after(const np_visit_t *v, int status)
{
    const char *user = v->r->user;

    if (status == HTTP_UNAUTHORIZED && !is_stale(v->r)) {
        return np_guess_count(v->ctx, v->r, v->place, user);
    }
    return status == OK || status == HTTP_UNAUTHORIZED
               ? np_guess_look(v->ctx, v->r, v->place, user)
               : OK;
}

/* Before the password is checked, if it is clear for whom, and once more after:
 * others may have guessed meanwhile, and whoever checks may read another name. */
static int ask_who_tries(const np_visit_t *v)
{
    const char *user = np_guess_user(v->r);
    int refusal =
        user ? np_guess_look(v->ctx, v->r, v->place, user) : OK;

    if (refusal != OK) {
        return refuse_guess(v, refusal);
    }
    int status = ask_who(v);
    refusal = v->r->user ? look_after(v, status) : OK;
    return refusal == OK ? status : refuse_guess(v, refusal);
}

int np_access_authenticate(request_rec *r)
{
    np_visit_t v;

    if (!visit(r, &v)) {
        if (np_request_has_auth_type(r, AUTH_TYPE)) {
            NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_NOT_ON,
                           "AuthType SessionNP");
            return HTTP_INTERNAL_SERVER_ERROR;
        }
        return DECLINED;
    }
    if (is_live(&v)) {
        return OK;
    }
    if (v.outcome->state == NP_STATE_UNAVAILABLE
        && !v.place->pass_without_store) {
        return np_answer_unavailable(r, v.place);
    }
    if (np_state_is_over(v.outcome->state) && !v.outcome->old_id
        && repeats_password(r)) {
        return ask_for_password(&v);
    }
    if (!ap_auth_type(r) || np_request_has_auth_type(r, AUTH_TYPE)) {
        return refuse_visitor(&v);
    }
    return np_guess_is_try(r) && np_guess_is_counted(v.ctx, r, v.place)
               ? ask_who_tries(&v)
               : ask_who(&v);
}

int np_access_challenge(request_rec *r, const char *auth_type)
{
    if (strcasecmp(auth_type, AUTH_TYPE)) {
        return DECLINED;
    }
    const char *realm = ap_auth_name(r);
    apr_table_setn(r->err_headers_out, "WWW-Authenticate",
                   apr_pstrcat(r->pool, AUTH_TYPE " realm=\"",
                               realm ? ap_escape_quotes(r->pool, realm) : "",
                               "\"", NULL));
    return OK;
}
