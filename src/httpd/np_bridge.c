/* SPDX-License-Identifier: Apache-2.0
 * The bridge to mod_session: its sessions live in ours.
 *
 * mod_session may not be loaded, or loaded after us. So nothing of it is linked
 * to: its hooks are looked up by name when all modules are there.
 */
#include "np_bridge.h"

#include <dlfcn.h>

#include "apr_dso.h"
#include "apr_hooks.h"
#include "apr_strings.h"
#include "http_core.h"
#include "mod_session.h"

#include "np_data.h"
#include "np_entries.h"
#include "np_guess.h"
#include "np_log.h"
#include "np_login.h"
#include "np_turn.h"

#define LOGIN_HANDLER "form-login-handler"

/** What mod_session adds to the entries for its own SessionMaxAge. */
#define EXPIRY "expiry"

/* A session of mod_session, one for the chain of a request. */
struct np_bridge_t {
    session_rec *session;
    /* The entries as they are in our record. */
    apr_table_t *stored;
    /* They were too old, and the session began anew. */
    bool expired;
};

/* --- loading --------------------------------------------------------------- */

static void set_expiry(session_rec *session)
{
    const char *expiry = apr_table_get(session->entries, EXPIRY);

    if (expiry) {
        session->expiry = apr_atoi64(expiry);
        apr_table_unset(session->entries, EXPIRY);
    }
}

/* One whose SessionMaxAge is over begins anew, and is written over. */
static bool drop_expired(session_rec *session, apr_time_t now)
{
    if (!session->expiry || session->expiry >= now) {
        return false;
    }
    apr_table_clear(session->entries);
    session->expiry = 0;
    return true;
}

static apr_status_t build(np_request_t *ctx)
{
    apr_pool_t *p = ctx->first->pool;
    struct np_bridge_t *bridge = apr_pcalloc(p, sizeof *bridge);
    np_bytes_t data = { NULL, 0 };

    if (ctx->outcome.state == NP_STATE_LIVE) {
        apr_status_t status = np_data_read(ctx, &data);
        if (status != APR_SUCCESS) {
            return status;
        }
    }
    bridge->stored = np_entries_read(data, p);
    bridge->session = apr_pcalloc(p, sizeof *bridge->session);
    bridge->session->pool = p;
    bridge->session->entries = apr_table_clone(p, bridge->stored);
    set_expiry(bridge->session);
    bridge->expired = drop_expired(bridge->session, ctx->now);
    ctx->bridge = bridge;
    return APR_SUCCESS;
}

static int load(request_rec *r, session_rec **session)
{
    const np_place_t *place;
    np_request_t *ctx = np_request_enter(r, &place);

    if (!ctx) {
        return DECLINED;
    }
    if (ctx->outcome.state == NP_STATE_UNAVAILABLE) {
        return APR_EGENERAL;
    }
    if (!ctx->bridge && build(ctx) != APR_SUCCESS) {
        return APR_EGENERAL;
    }
    *session = ctx->bridge->session;
    return OK;
}

/* --- saving ---------------------------------------------------------------- */

static const char *form_entry(request_rec *r, const char *what)
{
    const char *name = ap_auth_name(r);
    return name ? apr_pstrcat(r->pool, name, "-", what, NULL) : what;
}

static bool is_login_handler(const request_rec *r)
{
    return r->handler && !strcmp(r->handler, LOGIN_HANDLER);
}

/* The login handler of mod_auth_form has just found a password right: nobody
 * else writes one into a session there. */
static const char *form_login(request_rec *r, const session_rec *session)
{
    const apr_table_t *entries = session->entries;

    if (!is_login_handler(r)
        || !apr_table_get(entries, form_entry(r, MOD_SESSION_PW))) {
        return NULL;
    }
    return apr_table_get(entries, form_entry(r, MOD_SESSION_USER));
}

static apr_status_t log_in(np_request_t *ctx, request_rec *r,
                           const np_place_t *place, const char *user)
{
    const np_login_t login = {
        .user = apr_pstrdup(ctx->first->pool, user),
        .auth_type = "form",
    };

    if (!np_record_is_user(user)) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_BAD_USER);
        return APR_SUCCESS;
    }
    if (!np_guess_may_try(ctx, r, place, user)) {
        return APR_SUCCESS;
    }
    apr_status_t status = np_login(ctx, r, &login);
    if (status == APR_ENOSPC) {
        np_request_refuse(ctx, r, HTTP_FORBIDDEN);
        return APR_SUCCESS;
    }
    if (status == APR_SUCCESS) {      /* a new session holds nothing yet */
        ctx->bridge->stored = apr_table_make(ctx->first->pool, 1);
    }
    return status;
}

/* The logout handler of mod_auth_form takes the user out; others empty the
 * session. */
static bool is_logout(request_rec *r, const struct np_bridge_t *bridge,
                      const apr_table_t *entries)
{
    const char *user = form_entry(r, MOD_SESSION_USER);

    if (bridge->expired || apr_is_empty_table(bridge->stored)) {
        return false;
    }
    return apr_is_empty_table(entries)
           || (apr_table_get(bridge->stored, user)
               && !apr_table_get(entries, user));
}

static apr_status_t store(np_request_t *ctx, request_rec *r,
                          const np_place_t *place,
                          const apr_table_t *entries)
{
    const np_entries_change_t change = {
        .from = ctx->bridge->stored,
        .to = entries,
    };

    if (ctx->outcome.state != NP_STATE_LIVE) {
        if (!apr_is_empty_table(entries)) {
            NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_DATA_OF_NOBODY);
        }
        return APR_SUCCESS;
    }
    if (is_logout(r, ctx->bridge, entries)) {
        return np_turn_log_out(ctx, r, place);
    }
    if (np_entries_are_same(&change)) {
        return APR_SUCCESS;
    }
    apr_status_t status =
        np_data_change(ctx, r, np_entries_apply, &change);
    if (status == APR_EEXIST || status == APR_EINVAL) {
        NP_LOG_REQUEST(r, status, NP_MSG_NOT_TOUCHED);
        return APR_SUCCESS;           /* what is over keeps nothing */
    }
    return status;
}

/* What goes into the record: without the password, which nobody needs any more,
 * and without the expiry if there is nothing that could expire. */
static apr_table_t *entries_to_store(request_rec *r,
                                     const session_rec *session)
{
    apr_table_t *entries = apr_table_clone(r->pool, session->entries);

    apr_table_unset(entries, form_entry(r, MOD_SESSION_PW));
    if (apr_table_elts(entries)->nelts == 1
        && apr_table_get(entries, EXPIRY)) {
        apr_table_clear(entries);
    }
    return entries;
}

static int save(request_rec *r, session_rec *session)
{
    const np_place_t *place;
    np_request_t *ctx = np_request_enter(r, &place);

    if (!ctx) {
        return DECLINED;
    }
    if (!ctx->bridge) {
        return APR_EGENERAL;
    }
    const char *user = form_login(r, session);
    apr_status_t status = user ? log_in(ctx, r, place, user) : APR_SUCCESS;
    if (status == APR_SUCCESS && !ctx->refusal) {
        status = store(ctx, r, place, entries_to_store(r, session));
    }
    if (status != APR_SUCCESS) {
        NP_LOG_REQUEST(r, status, NP_MSG_DATA_NOT_STORED);
        np_request_store_failed(ctx, r, place);
        return APR_EGENERAL;
    }
    return OK;
}

void np_bridge_settle(np_request_t *ctx, request_rec *r)
{
    if (ctx->new_login || ctx->refusal || ctx->sent) {
        return;
    }
    for (request_rec *q = r; q; q = q->prev) {
        const np_place_t *place = np_config_place(q);
        if (is_login_handler(q) && q->method_number == M_POST && q->user
            && np_request_sees(ctx, q, place)) {
            np_guess_failed(ctx, q, place, q->user);
        }
    }
}

/* --- finding mod_session --------------------------------------------------- */

typedef void hook_load_t(ap_HOOK_session_load_t *function,
                         const char *const *before, const char *const *after,
                         int order);
typedef void hook_save_t(ap_HOOK_session_save_t *function,
                         const char *const *before, const char *const *after,
                         int order);

static void *find(const module *session, const char *name)
{
    apr_dso_handle_sym_t found = NULL;

    if (session->dynamic_load_handle
        && apr_dso_sym(&found, session->dynamic_load_handle, name)
               == APR_SUCCESS) {
        return (void *)found;
    }
    return dlsym(RTLD_DEFAULT, name); /* compiled into httpd */
}

void np_bridge_register(void)
{
    /* We come before them, where both are asked. */
    static const char *const others[] = { "mod_session_cookie.c",
                                          "mod_session_dbd.c", NULL };
    const module *session = ap_find_linked_module("mod_session.c");
    const char *current = apr_hook_debug_current;

    if (!session) {
        return;
    }
    hook_load_t *add_load =
        (hook_load_t *)find(session, "ap_hook_session_load");
    hook_save_t *add_save =
        (hook_save_t *)find(session, "ap_hook_session_save");
    if (!add_load || !add_save) {
        return;
    }
    /* The order of hooks goes by this name, which is that of the last module
     * that was loaded. */
    apr_hook_debug_current = "mod_session_np.c";
    add_load(load, NULL, others, APR_HOOK_MIDDLE);
    add_save(save, NULL, others, APR_HOOK_MIDDLE);
    apr_hook_debug_current = current;
}
