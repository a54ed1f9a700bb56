/* SPDX-License-Identifier: Apache-2.0
 * An example to copy: a module that uses the sessions of mod_session_np. */

/*
 * It is a tiny application, "SetHandler np-example", that does what the query
 * says, and answers with the name of the status and the result:
 *
 *   ?do=state                            ?do=user
 *   ?do=get&key=K                        ?do=set&key=K&value=V
 *   ?do=unset&key=K                      ?do=end
 *   ?do=login&user=U&mode=tenant|persistent|non-persistent&mfa=METHOD
 *   ?do=step-up&method=METHOD&remember=1
 *   ?do=late&user=U                      a login when it is too late
 *
 * A real one changes a session by POST only, and for nobody's page but its own:
 * a link on any page can send a GET.
 *
 * It includes httpd, APR and one header of ours, links to none of us, and is
 * loaded before or after mod_session_np, or without it.
 */
#include <string.h>

#include "apr_strings.h"
#include "httpd.h"
#include "http_config.h"
#include "http_log.h"
#include "http_protocol.h"
#include "util_script.h"

#include "mod_session_np.h"

#define HANDLER "np-example"

extern module AP_MODULE_DECLARE_DATA np_example_module;
APLOG_USE_MODULE(np_example);

/* --- the functions --------------------------------------------------------- */

/* Set once, while httpd starts and has one thread; only read from then on. NULL
 * means that the module is not there, or too old to have the function. */
static APR_OPTIONAL_FN_TYPE(session_np_state) *get_state;
static APR_OPTIONAL_FN_TYPE(session_np_user) *get_user;
static APR_OPTIONAL_FN_TYPE(session_np_get) *get_value;
static APR_OPTIONAL_FN_TYPE(session_np_set) *set_value;
static APR_OPTIONAL_FN_TYPE(session_np_login) *log_in;
static APR_OPTIONAL_FN_TYPE(session_np_step_up) *step_up;
static APR_OPTIONAL_FN_TYPE(session_np_end) *end_session;

/* This hook runs when all modules have registered theirs, at each start and
 * restart. So the order of LoadModule does not matter. */
static void retrieve(void)
{
    get_state = APR_RETRIEVE_OPTIONAL_FN(session_np_state);
    get_user = APR_RETRIEVE_OPTIONAL_FN(session_np_user);
    get_value = APR_RETRIEVE_OPTIONAL_FN(session_np_get);
    set_value = APR_RETRIEVE_OPTIONAL_FN(session_np_set);
    log_in = APR_RETRIEVE_OPTIONAL_FN(session_np_login);
    step_up = APR_RETRIEVE_OPTIONAL_FN(session_np_step_up);
    end_session = APR_RETRIEVE_OPTIONAL_FN(session_np_end);
}

static int all_are_there(void)
{
    return get_state && get_user && get_value && set_value && log_in && step_up
           && end_session;
}

/* --- what the application does --------------------------------------------- */

/* In each of these, what is missing in the query is NULL. */

/* The names of a status that can be told apart; all others are one: the store
 * did not answer. */
static const char *name_of(apr_status_t status, apr_pool_t *p)
{
    switch (status) {
    case APR_SUCCESS:
        return "APR_SUCCESS";
    case APR_NOTFOUND:
        return "APR_NOTFOUND";
    case APR_ENOTIMPL:
        return "APR_ENOTIMPL";
    case APR_EINVAL:
        return "APR_EINVAL";
    case APR_EEXIST:
        return "APR_EEXIST";
    case APR_ENOSPC:
        return "APR_ENOSPC";
    case APR_EOF:
        return "APR_EOF";
    default:
        return apr_psprintf(p, "%d", status);
    }
}

static apr_status_t do_state(request_rec *r, const apr_table_t *query,
                             const char **result)
{
    switch (get_state(r)) {
    case SESSION_NP_NONE:
        *result = "none";
        break;
    case SESSION_NP_LIVE:
        *result = "live";
        break;
    case SESSION_NP_IDLE:
        *result = "idle";
        break;
    case SESSION_NP_EXPIRED:
        *result = "expired";
        break;
    case SESSION_NP_ENDED:
        *result = "ended";
        break;
    case SESSION_NP_UNAVAILABLE:
        *result = "unavailable";
        break;
    }
    return APR_SUCCESS;
}

/* NULL without a live session. The name need not be copied: it lives as long
 * as the request. */
static apr_status_t do_user(request_rec *r, const apr_table_t *query,
                            const char **result)
{
    *result = get_user(r);
    return APR_SUCCESS;
}

/* Your keys begin with your name: all modules share the session. */
static const char *key_of(const apr_table_t *query, apr_pool_t *p)
{
    const char *key = apr_table_get(query, "key");
    return key ? apr_pstrcat(p, "np-example.", key, NULL) : NULL;
}

/* The value is ours, in r->pool. It may hold any octets; here it is text, which
 * ends with the NUL that always follows. */
static apr_status_t do_get(request_rec *r, const apr_table_t *query,
                           const char **result)
{
    apr_size_t len;
    return get_value(r, key_of(query, r->pool), result, &len);
}

/* A value is copied; it only has to be there during the call. */
static apr_status_t do_set(request_rec *r, const apr_table_t *query,
                           const char **result)
{
    const char *value = apr_table_get(query, "value");

    if (!value) {
        return APR_EINVAL;                 /* or it would remove the key */
    }
    return set_value(r, key_of(query, r->pool), value, strlen(value));
}

static apr_status_t do_unset(request_rec *r, const apr_table_t *query,
                             const char **result)
{
    return set_value(r, key_of(query, r->pool), NULL, 0);
}

/* Whether the password was right is for you to find out, before this. */
static apr_status_t do_login(request_rec *r, const apr_table_t *query,
                             const char **result)
{
    const char *word = apr_table_get(query, "mode");
    session_np_mode_e mode = SESSION_NP_MODE_TENANT;

    if (word && !strcmp(word, "persistent")) {
        mode = SESSION_NP_MODE_PERSISTENT;
    }
    else if (word && !strcmp(word, "non-persistent")) {
        mode = SESSION_NP_MODE_NON_PERSISTENT;
    }
    return log_in(r, apr_table_get(query, "user"), mode,
                  apr_table_get(query, "mfa"));
}

static apr_status_t do_step_up(request_rec *r, const apr_table_t *query,
                               const char **result)
{
    return step_up(r, apr_table_get(query, "method"),
                   apr_table_get(query, "remember") != NULL);
}

static apr_status_t do_end(request_rec *r, const apr_table_t *query,
                           const char **result)
{
    return end_session(r);
}

/* Cookies go out with the headers, and those with the first output that leaves
 * httpd. So log in before you write. */
static apr_status_t do_late(request_rec *r, const apr_table_t *query,
                            const char **result)
{
    (void)ap_rputs("the headers are out\n", r);
    (void)ap_rflush(r);
    return do_login(r, query, result);
}

static const struct {
    const char *name;
    apr_status_t (*run)(request_rec *r, const apr_table_t *query,
                        const char **result);
} actions[] = {
    { "state", do_state },     { "user", do_user },   { "get", do_get },
    { "set", do_set },         { "unset", do_unset }, { "login", do_login },
    { "step-up", do_step_up }, { "end", do_end },     { "late", do_late },
};

static int handler(request_rec *r)
{
    apr_table_t *query;
    const char *result = NULL;

    if (!r->handler || strcmp(r->handler, HANDLER) != 0) {
        return DECLINED;
    }
    ap_set_content_type(r, "text/plain");
    if (!all_are_there()) {
        (void)ap_rputs("not there\n", r);
        return OK;
    }
    ap_args_to_table(r, &query);
    const char *what = apr_table_get(query, "do");
    for (size_t i = 0; what && i < sizeof actions / sizeof actions[0]; i++) {
        if (!strcmp(actions[i].name, what)) {
            apr_status_t status = actions[i].run(r, query, &result);
            (void)ap_rprintf(r, "%s\n%s\n", name_of(status, r->pool),
                             result ? result : "-");
            return OK;
        }
    }
    return HTTP_NOT_FOUND;
}

/* --- what happens to sessions ---------------------------------------------- */

/* Called in the request in which it happens. The strings live as long as that;
 * copy what you keep. */
static int tell(request_rec *r, session_np_event_e event, const char *user,
                const char *id)
{
    static const char *const names[] = {
        [SESSION_NP_EVENT_LOGIN] = "login",
        [SESSION_NP_EVENT_STEP_UP] = "step-up",
        [SESSION_NP_EVENT_LOGOUT] = "logout",
        [SESSION_NP_EVENT_IDLE] = "idle",
        [SESSION_NP_EVENT_EXPIRED] = "expired",
        [SESSION_NP_EVENT_REVOKED] = "revoked",
        [SESSION_NP_EVENT_NEW_DEVICE] = "new-device",
        [SESSION_NP_EVENT_RUN_OVER] = "run-over",
    };

    /* a later version may have events that this one knows nothing of */
    const char *name =
        (size_t)event < sizeof names / sizeof names[0] ? names[event] : NULL;
    if (name) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r,
                      "np-example: event %s user %s session %s", name, user,
                      id);
    }
    return DECLINED;
}

static void register_hooks(apr_pool_t *p)
{
    ap_hook_optional_fn_retrieve(retrieve, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_handler(handler, NULL, NULL, APR_HOOK_MIDDLE);
    /* nobody runs it if the module is not there */
    APR_OPTIONAL_HOOK(session_np, session_np_event, tell, NULL, NULL,
                      APR_HOOK_MIDDLE);
}

module AP_MODULE_DECLARE_DATA np_example_module = {
    STANDARD20_MODULE_STUFF,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    register_hooks,
#ifdef AP_MODULE_FLAG_NONE
    AP_MODULE_FLAG_NONE,
#endif
};
