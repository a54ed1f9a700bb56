/* SPDX-License-Identifier: Apache-2.0
 * Sessions as clients of the management API see them, one or a page. */
#include "np_session_json.h"

#include <string.h>

#include "apr_cstr.h"
#include "apr_strings.h"

#include "np_base64url.h"
#include "np_form.h"
#include "np_json.h"
#include "np_moment.h"

static np_bytes_t bytes_of(const char *text)
{
    return (np_bytes_t){ (const unsigned char *)text, text ? strlen(text) : 0 };
}

apr_status_t np_session_json_parse_id(const char *text,
                                      unsigned char handle[NP_HANDLE_LEN],
                                      np_api_error_t *error, apr_pool_t *p)
{
    if (strlen(text) > NP_SESSION_JSON_MAX_ID) {
        *error = np_api_error_path("String is too long, maximum 50", "id", p);
        return APR_EINVAL;
    }
    if (np_base64url_decode(handle, NP_HANDLE_LEN, bytes_of(text))
        != APR_SUCCESS) {
        *error = np_api_error(NP_API_NO_SUCH_SESSION);
        return APR_NOTFOUND;
    }
    return APR_SUCCESS;
}

/* --- a session ------------------------------------------------------------ */

static void set(json_t *object, const char *name, json_t *value)
{
    json_object_set_new(object, name, value);
}

static void set_text(json_t *object, const char *name, const char *text,
                     apr_pool_t *p)
{
    if (text) {
        set(object, name, np_json_text(text, p));
    }
}

static void set_moment(json_t *object, const char *name, apr_time_t moment,
                       apr_pool_t *p)
{
    set(object, name, json_string(np_moment_print(moment, p)));
}

static json_t *handle_text(const unsigned char handle[NP_HANDLE_LEN])
{
    char text[NP_BASE64URL_LEN(NP_HANDLE_LEN) + 1];

    np_base64url_encode(text, handle, NP_HANDLE_LEN);
    return json_string(text);
}

/* An address may be null there, a text may only be left out. */
static json_t *device(const np_session_view_t *view, apr_pool_t *p)
{
    json_t *object = json_object();

    set_text(object, "initial_user_agent", view->initial.user_agent, p);
    set(object, "initial_ip",
        view->initial.ip ? np_json_text(view->initial.ip, p) : json_null());
    set_text(object, "last_user_agent", view->last.user_agent, p);
    set(object, "last_ip",
        view->last.ip ? np_json_text(view->last.ip, p) : json_null());
    return object;
}

/* The clients' list has no name for whatever else vouched for the user. */
static const char *method_name(const char *auth_type)
{
    static const char *const passwords[] = { "Basic", "Digest", "form" };

    for (int i = 0; i < 3; i++) {
        if (auth_type && !apr_cstr_casecmp(auth_type, passwords[i])) {
            return "pwd";
        }
    }
    return "federated";
}

static json_t *method(const char *name, apr_time_t moment, apr_pool_t *p)
{
    json_t *object = json_object();

    set(object, "name", json_string(name));
    set_moment(object, "timestamp", moment, p);
    return object;
}

static json_t *authentication(const np_record_t *record, apr_pool_t *p)
{
    json_t *object = json_object();
    json_t *methods = json_array();

    json_array_append_new(methods, method(method_name(record->auth_type),
                                          record->times.login_at, p));
    if (record->mfa) {
        json_t *mfa = method("mfa", record->fresh_at, p);
        set_text(mfa, "type", record->mfa, p);
        json_array_append_new(methods, mfa);
    }
    set(object, "methods", methods);
    return object;
}

static json_t *cookie(np_mode_e mode)
{
    json_t *object = json_object();

    set(object, "mode",
        json_string(mode == NP_MODE_PERSISTENT ? "persistent"
                                               : "non-persistent"));
    return object;
}

static json_t *metadata(const char *text, apr_pool_t *p)
{
    const char *why;
    const json_t *object = text ? np_json_parse(bytes_of(text), &why, p) : NULL;

    return object ? json_deep_copy(object) : json_null();
}

static json_t *ours(const np_record_t *record, apr_pool_t *p)
{
    static const char *const known[NP_DEVICES] = {
        [NP_DEVICE_UNTOLD] = NULL,
        [NP_DEVICE_NEW] = "new",
        [NP_DEVICE_KNOWN] = "known",
        [NP_DEVICE_KNOWN_USER] = "known-user",
    };
    json_t *object = json_object();

    set_text(object, "auth_type",
             record->auth_type && *record->auth_type ? record->auth_type : NULL,
             p);
    if (record->device.known != NP_DEVICE_UNTOLD) {
        set(object, "device", json_string(known[record->device.known]));
        set(object, "device_id", handle_text(record->device.handle));
    }
    return object;
}

static void set_moments(json_t *object, const np_session_view_t *view,
                        apr_pool_t *p)
{
    const np_record_t *record = view->record;
    const np_times_t *times = &record->times;

    set_moment(object, "created_at", times->login_at, p);
    set_moment(object, "updated_at",
               times->used_at > record->fresh_at ? times->used_at
                                                 : record->fresh_at,
               p);
    set_moment(object, "authenticated_at", record->fresh_at, p);
    set_moment(object, "idle_expires_at",
               np_policy_idle_expires_at(times, view->limits), p);
    set_moment(object, "expires_at", np_policy_expires_at(times, view->limits),
               p);
    set_moment(object, "last_interacted_at", times->used_at, p);
}

static json_t *session(const np_session_view_t *view, apr_pool_t *p)
{
    const np_record_t *record = view->record;
    json_t *object = json_object();

    set(object, "id", handle_text(record->handle));
    set_text(object, "user_id", record->user, p);
    set_moments(object, view, p);
    set(object, "device", device(view, p));
    set(object, "clients", json_array());
    set(object, "authentication", authentication(record, p));
    set(object, "cookie", cookie(record->mode));
    set(object, "session_metadata", metadata(view->metadata, p));
    set(object, "session_np", ours(record, p));
    return object;
}

const char *np_session_json_render(const np_session_view_t *view, apr_pool_t *p)
{
    json_t *object = session(view, p);
    const char *text = np_json_print(object, p);

    json_decref(object);
    return text;
}

/* --- a page --------------------------------------------------------------- */

/* 0: it is none. */
static int read_take(const char *text)
{
    const apr_size_t len = strlen(text);
    int take = 0;

    if (len > 3 || strspn(text, "0123456789") != len) {
        return 0;
    }
    for (; *text; text++) {
        take = take * 10 + (*text - '0');
    }
    return take <= NP_PAGE_MAX_TAKE ? take : 0;
}

static bool is_from(const char *text)
{
    const apr_size_t len = strlen(text);

    return len && len <= NP_PAGE_MAX_FROM
           && np_base64url_span(text) == len;
}

bool np_page_parse(const char *args, np_page_t *page, np_api_error_t *error,
                   apr_pool_t *p)
{
    apr_array_header_t *pairs;
    const char *take = NULL;
    const char *from = NULL;

    if (np_form_parse(bytes_of(args), &pairs, p) != APR_SUCCESS) {
        *error = np_api_error_query("It is not well encoded", "query", p);
        return false;
    }
    if (np_form_get(pairs, "take", &take) != APR_SUCCESS
        || (take && !read_take(take))) {
        *error = np_api_error_query("It is a number from 1 to 100", "take", p);
        return false;
    }
    if (np_form_get(pairs, "from", &from) != APR_SUCCESS
        || (from && !is_from(from))) {
        *error =
            np_api_error_query("It is what next of an answer said", "from", p);
        return false;
    }
    *page = (np_page_t){ take ? read_take(take) : NP_PAGE_TAKE, from };
    return true;
}

const char *np_page_render(const np_session_view_t *views, int count,
                           const char *next, apr_pool_t *p)
{
    json_t *page = np_json_object(p);
    json_t *sessions = json_array();

    for (int i = 0; i < count; i++) {
        json_array_append_new(sessions, session(&views[i], p));
    }
    set(page, "sessions", sessions);
    set_text(page, "next", next, p);
    return np_json_print(page, p);
}
