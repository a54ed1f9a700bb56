/* SPDX-License-Identifier: Apache-2.0
 * The optional functions of include/mod_session_np.h. */
#include "np_api.h"

#include <string.h>

#include "apr_strings.h"

#include "mod_session_np.h"
#include "np_app_data.h"
#include "np_app_map.h"
#include "np_login.h"
#include "np_said.h"
#include "np_turn.h"

/* A call for a request: its context and place. NULL where there are no
 * sessions. */
static np_request_t *enter(request_rec *r, np_place_t *place)
{
    np_request_t *ctx = np_request_get(r);

    *place = np_config_place(r);
    if (!ctx || !place->on || !ctx->site->backend) {
        return NULL;
    }
    np_request_open(ctx, r, place);   /* a sub-request may be the first here */
    return np_request_sees(ctx, r, place) ? ctx : NULL;
}

/* The same, for a call that changes the session and so the response. */
static apr_status_t enter_to_change(request_rec *r, np_place_t *place,
                                    np_request_t **ctx)
{
    *ctx = enter(r, place);
    if (!*ctx || !(*ctx)->realm.store) {
        return APR_ENOTIMPL;
    }
    return (*ctx)->sent ? APR_EOF : APR_SUCCESS;
}

static session_np_state_e get_state(request_rec *r)
{
    np_place_t place;
    const np_request_t *ctx = enter(r, &place);

    switch (ctx ? ctx->outcome.state : NP_STATE_NONE) {
    case NP_STATE_NONE:
        break;
    case NP_STATE_LIVE:
        return SESSION_NP_LIVE;
    case NP_STATE_IDLE:
        return SESSION_NP_IDLE;
    case NP_STATE_EXPIRED:
        return SESSION_NP_EXPIRED;
    case NP_STATE_ENDED:
        return SESSION_NP_ENDED;
    case NP_STATE_UNAVAILABLE:
        return SESSION_NP_UNAVAILABLE;
    }
    return SESSION_NP_NONE;
}

static const char *get_user(request_rec *r)
{
    np_place_t place;
    const np_request_t *ctx = enter(r, &place);

    return ctx && ctx->outcome.state == NP_STATE_LIVE
               ? ctx->outcome.record.user
               : NULL;
}

static apr_status_t open_data(const np_request_t *ctx, np_bytes_t *data,
                              apr_pool_t *p)
{
    const np_outcome_t *outcome = &ctx->outcome;

    if (outcome->state != NP_STATE_LIVE) {
        return APR_EINVAL;
    }
    return np_app_data_open(ctx->realm.crypto, &outcome->id, &outcome->record,
                            data, p);
}

static apr_status_t get_value(request_rec *r, const char *key,
                              const char **value, apr_size_t *len)
{
    np_place_t place;
    np_bytes_t data;
    np_bytes_t found;
    const np_request_t *ctx = enter(r, &place);

    if (!ctx) {
        return APR_ENOTIMPL;
    }
    apr_status_t status = open_data(ctx, &data, r->pool);
    if (status == APR_SUCCESS) {
        status = np_app_map_get(data, key, &found);
    }
    if (status == APR_SUCCESS) {
        *value = apr_pstrmemdup(r->pool, (const char *)found.data, found.len);
        *len = found.len;
    }
    return status;
}

static apr_status_t set_value(request_rec *r, const char *key,
                              const char *value, apr_size_t len)
{
    const np_bytes_t octets = { (const unsigned char *)value, len };
    np_place_t place;
    np_bytes_t data;
    np_plan_t plan;
    np_request_t *ctx = enter(r, &place);

    if (!ctx) {
        return APR_ENOTIMPL;
    }
    apr_pool_t *p = ctx->first->pool;
    apr_status_t status = open_data(ctx, &data, p);
    if (status == APR_SUCCESS) {
        status = np_app_map_set(data, key, value ? &octets : NULL,
                                NP_APP_DATA_MAX, &data, p);
    }
    if (status == APR_SUCCESS) {
        status = np_plan_data(&ctx->realm, &ctx->outcome, data, ctx->now,
                              &plan, p);
    }
    if (status == APR_SUCCESS) {
        status = np_request_commit(ctx, r, &plan);
    }
    if (status == APR_SUCCESS) {
        ctx->outcome.record.app_data = plan.record.app_data;
    }
    return status == APR_NOTFOUND ? APR_EEXIST : status;
}

/* Only what an application could say in a header, without its parameters. */
static bool is_method(const char *method, apr_pool_t *p)
{
    np_said_t said = { .logout = false };

    return method && np_said_hear(&said, NP_SAID_MFA, method, p)
           && !strcmp(said.mfa, method);
}

static apr_status_t log_in(request_rec *r, const char *user,
                           session_np_mode_e mode, const char *mfa)
{
    np_place_t place;
    np_request_t *ctx;

    apr_status_t status = enter_to_change(r, &place, &ctx);
    if (status != APR_SUCCESS) {
        return status;
    }
    if (!np_record_is_user(user) || (mfa && !is_method(mfa, r->pool))
        || (unsigned int)mode > SESSION_NP_MODE_NON_PERSISTENT) {
        return APR_EINVAL;
    }
    const np_login_t login = {
        .user = apr_pstrdup(ctx->first->pool, user),
        .mode_chosen = mode != SESSION_NP_MODE_TENANT,
        .mode = mode == SESSION_NP_MODE_PERSISTENT ? NP_MODE_PERSISTENT
                                                   : NP_MODE_NON_PERSISTENT,
        .mfa = mfa ? apr_pstrdup(ctx->first->pool, mfa) : NULL,
    };
    return np_login(ctx, r, &login);
}

static apr_status_t step_up(request_rec *r, const char *method, int remember)
{
    np_place_t place;
    np_request_t *ctx;

    apr_status_t status = enter_to_change(r, &place, &ctx);
    if (status != APR_SUCCESS) {
        return status;
    }
    return is_method(method, r->pool)
               ? np_login_step_up(ctx, r, method, remember)
               : APR_EINVAL;
}

static apr_status_t end_session(request_rec *r)
{
    np_place_t place;
    np_request_t *ctx;

    apr_status_t status = enter_to_change(r, &place, &ctx);
    return status == APR_SUCCESS ? np_turn_log_out(ctx, r, &place) : status;
}

/* APR_REGISTER_OPTIONAL_FN() takes the name of the function for that of the
 * optional one; ours stay static under names of their own. */
#define REGISTER(name, function)                                               \
    do {                                                                       \
        APR_OPTIONAL_FN_TYPE(name) *checked = (function);                      \
        apr_dynamic_fn_register(#name, (apr_opt_fn_t *)checked);               \
    } while (0)

void np_api_register(void)
{
    REGISTER(session_np_state, get_state);
    REGISTER(session_np_user, get_user);
    REGISTER(session_np_get, get_value);
    REGISTER(session_np_set, set_value);
    REGISTER(session_np_login, log_in);
    REGISTER(session_np_step_up, step_up);
    REGISTER(session_np_end, end_session);
}
