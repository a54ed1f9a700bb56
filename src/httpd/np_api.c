/* SPDX-License-Identifier: Apache-2.0
 * The optional functions of include/mod_session_np.h. */
#include "np_api.h"

#include <string.h>

#include "apr_strings.h"

#include "mod_session_np.h"
#include "np_app_data.h"
#include "np_app_map.h"
#include "np_data.h"
#include "np_login.h"
#include "np_said.h"
#include "np_turn.h"

/* For a call that changes the session, and so the response. */
static apr_status_t enter_to_change(request_rec *r, const np_place_t **place,
                                    np_request_t **ctx)
{
    *ctx = np_request_enter(r, place);
    if (!*ctx) {
        return APR_ENOTIMPL;
    }
    if ((*ctx)->sent) {
        return APR_EOF;
    }
    return (*ctx)->realm.store ? APR_SUCCESS : APR_EGENERAL;
}

/* For a call that is about the live session. "There is none" and "nobody
 * knows" are two answers. */
static apr_status_t need_live(const np_request_t *ctx)
{
    if (ctx->outcome.state == NP_STATE_UNAVAILABLE) {
        return APR_EGENERAL;
    }
    return ctx->outcome.state == NP_STATE_LIVE ? APR_SUCCESS : APR_EINVAL;
}

/* An old id may look, but the session goes on without it. */
static apr_status_t need_own_id(const np_request_t *ctx)
{
    apr_status_t status = need_live(ctx);

    return status == APR_SUCCESS && ctx->outcome.old_id ? APR_EEXIST : status;
}

static session_np_state_e get_state(request_rec *r)
{
    const np_place_t *place;
    const np_request_t *ctx = np_request_enter(r, &place);

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
    const np_place_t *place;
    const np_request_t *ctx = np_request_enter(r, &place);

    return ctx && ctx->outcome.state == NP_STATE_LIVE
               ? ctx->outcome.record.user
               : NULL;
}

static bool is_key(const char *key)
{
    return key && np_app_map_is_name(key);
}

static apr_status_t get_value(request_rec *r, const char *key,
                              const char **value, apr_size_t *len)
{
    const np_place_t *place;
    np_bytes_t data;
    np_bytes_t found;
    const np_request_t *ctx = np_request_enter(r, &place);

    if (!ctx) {
        return APR_ENOTIMPL;
    }
    apr_status_t status = is_key(key) ? need_live(ctx) : APR_EINVAL;
    if (status == APR_SUCCESS) {
        status = np_data_read(ctx, &data);
    }
    if (status == APR_SUCCESS) {
        status = np_app_map_get(data, key, &found);
    }
    if (status == APR_SUCCESS) {
        *value = apr_pstrmemdup(r->pool, (const char *)found.data, found.len);
        *len = found.len;
    }
    return status;
}

/* What to put, for np_data_change(). */
typedef struct np_setting_t {
    const char *key;
    const np_bytes_t *value;
} np_setting_t;

static apr_status_t apply(np_bytes_t data, np_bytes_t *changed,
                          const void *how, apr_pool_t *p)
{
    const np_setting_t *setting = how;

    return np_app_map_set(data, setting->key, setting->value, NP_APP_DATA_MAX,
                          changed, p);
}

static apr_status_t set_value(request_rec *r, const char *key,
                              const char *value, apr_size_t len)
{
    const np_bytes_t octets = { (const unsigned char *)value, len };
    const np_setting_t setting = { key, value ? &octets : NULL };
    const np_place_t *place;
    np_request_t *ctx = np_request_enter(r, &place);

    if (!ctx) {
        return APR_ENOTIMPL;
    }
    apr_status_t status = is_key(key) ? need_own_id(ctx) : APR_EINVAL;
    if (status == APR_SUCCESS && value && len > NP_APP_DATA_MAX) {
        status = APR_ENOSPC;
    }
    return status == APR_SUCCESS ? np_data_change(ctx, r, apply, &setting)
                                 : status;
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
    const np_place_t *place;
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
    const np_place_t *place;
    np_request_t *ctx;

    apr_status_t status = enter_to_change(r, &place, &ctx);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = is_method(method, r->pool) ? need_own_id(ctx) : APR_EINVAL;
    return status == APR_SUCCESS
               ? np_login_step_up(ctx, r, method, remember)
               : status;
}

static apr_status_t end_session(request_rec *r)
{
    const np_place_t *place;
    np_request_t *ctx;

    apr_status_t status = enter_to_change(r, &place, &ctx);
    return status == APR_SUCCESS ? np_turn_log_out(ctx, r, place) : status;
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
