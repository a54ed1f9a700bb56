/* SPDX-License-Identifier: Apache-2.0
 * Telling applications who is logged in: environment and request headers. */
#include "np_export.h"

#include <string.h>
#include <strings.h>

#include "apr_strings.h"

#include "mod_session_np.h"
#include "np_answer.h"
#include "np_moment.h"

/* What may be told, in the order of the table below. */
typedef enum np_fact_e {
    FACT_STATE,
    FACT_USER,
    FACT_ID,
    FACT_TENANT,
    FACT_MODE,
    FACT_LOGIN_AT,
    FACT_IDLE_EXPIRES_AT,
    FACT_EXPIRES_AT,
    FACT_MFA,
    FACT_DEVICE,
    FACT_DEVICE_ID,
    FACT_NEW,
    FACTS,
} np_fact_e;

static const struct {
    const char *variable;
    const char *header;
} names[FACTS] = {
    [FACT_STATE] = { SESSION_NP_ENV_STATE,
                     SESSION_NP_HEADER_STATE },
    [FACT_USER] = { SESSION_NP_ENV_USER,
                    SESSION_NP_HEADER_USER },
    [FACT_ID] = { SESSION_NP_ENV_ID,
                  SESSION_NP_HEADER_ID },
    [FACT_TENANT] = { SESSION_NP_ENV_TENANT,
                      SESSION_NP_HEADER_TENANT },
    [FACT_MODE] = { SESSION_NP_ENV_MODE,
                    SESSION_NP_HEADER_MODE },
    [FACT_LOGIN_AT] = { SESSION_NP_ENV_LOGIN_AT,
                        SESSION_NP_HEADER_LOGIN_AT },
    [FACT_IDLE_EXPIRES_AT] = { SESSION_NP_ENV_IDLE_EXPIRES_AT,
                               SESSION_NP_HEADER_IDLE_EXPIRES_AT },
    [FACT_EXPIRES_AT] = { SESSION_NP_ENV_EXPIRES_AT,
                          SESSION_NP_HEADER_EXPIRES_AT },
    [FACT_MFA] = { SESSION_NP_ENV_MFA,
                   SESSION_NP_HEADER_MFA },
    [FACT_DEVICE] = { SESSION_NP_ENV_DEVICE,
                      SESSION_NP_HEADER_DEVICE },
    [FACT_DEVICE_ID] = { SESSION_NP_ENV_DEVICE_ID,
                         SESSION_NP_HEADER_DEVICE_ID },
    [FACT_NEW] = { SESSION_NP_ENV_NEW,
                   SESSION_NP_HEADER_NEW },
};

const char *np_export_mode(np_mode_e mode)
{
    return mode == NP_MODE_PERSISTENT ? "persistent" : "non-persistent";
}

static void describe_device(const np_device_t *device,
                            const char *facts[FACTS], apr_pool_t *p)
{
    static const char *const words[NP_DEVICES] = {
        [NP_DEVICE_UNTOLD] = NULL,
        [NP_DEVICE_NEW] = "new",
        [NP_DEVICE_KNOWN] = "known",
        [NP_DEVICE_KNOWN_USER] = "known-user",
    };

    facts[FACT_DEVICE] = words[device->known];
    if (device->known != NP_DEVICE_UNTOLD) {
        facts[FACT_DEVICE_ID] = np_request_handle(device->handle, p);
    }
}

static void describe(const np_realm_t *realm, const np_record_t *record,
                     const char *facts[FACTS], apr_pool_t *p)
{
    np_limits_t limits = np_session_limits(realm, record);
    const np_times_t *times = &record->times;

    facts[FACT_USER] = record->user;
    facts[FACT_ID] = np_request_handle(record->handle, p);
    facts[FACT_TENANT] = realm->scope.tenant;
    facts[FACT_MODE] = np_export_mode(record->mode);
    facts[FACT_LOGIN_AT] = np_moment_print_seconds(times->login_at, p);
    facts[FACT_IDLE_EXPIRES_AT] =
        np_moment_print_seconds(np_policy_idle_expires_at(times, limits), p);
    facts[FACT_EXPIRES_AT] =
        np_moment_print_seconds(np_policy_expires_at(times, limits), p);
    facts[FACT_MFA] = record->mfa;
    describe_device(&record->device, facts, p);
}

static void gather(np_request_t *ctx, const request_rec *r,
                   const np_place_t *place, const char *facts[FACTS])
{
    np_view_t view;
    bool sees = np_request_glance(ctx, r, place, &view);
    np_state_e state = sees ? view.state : NP_STATE_NONE;

    facts[FACT_STATE] = np_answer_state(state);
    if (state == NP_STATE_LIVE) {
        describe(view.realm, &view.outcome->record, facts, r->pool);
        facts[FACT_NEW] = ctx->new_login ? "1" : NULL;
    }
}

#define OURS "session"

static bool holds_ours(const apr_table_t *table)
{
    const apr_array_header_t *list = apr_table_elts(table);

    for (int i = 0; i < list->nelts; i++) {
        const char *name = APR_ARRAY_IDX(list, i, apr_table_entry_t).key;
        if (!strncasecmp(name, OURS, strlen(OURS))) {
            return true;
        }
    }
    return false;
}

/* To replace them one by one is slow: our names begin alike, and for each a
 * table looks at all that do. Usually there is none. */
static void set_or_unset(apr_table_t *table, bool as_headers,
                         const char *const facts[FACTS])
{
    bool replace = holds_ours(table);

    for (int i = 0; i < FACTS; i++) {
        const char *name = as_headers ? names[i].header : names[i].variable;
        if (replace) {
            apr_table_unset(table, name);
        }
        if (facts[i]) {
            apr_table_addn(table, name, facts[i]);
        }
    }
}

/* A sub-request shares its headers with the request that made it, whose
 * application must not see what is meant for another. */
static apr_table_t *own_headers(request_rec *r)
{
    if (r->main && r->headers_in == r->main->headers_in) {
        r->headers_in = apr_table_copy(r->pool, r->headers_in);
    }
    return r->headers_in;
}

/* A part of a page, and where a request was redirected to, would inherit what
 * the first place was told. */
static bool inherits(const request_rec *r)
{
    return r->main || r->prev;
}

static void tell_by_headers(request_rec *r, bool wanted,
                            const char *const facts[FACTS])
{
    if (!wanted && !inherits(r)) {
        return;
    }
    static const char *const nothing[FACTS] = { NULL };
    set_or_unset(own_headers(r), true, wanted ? facts : nothing);
}

/* A note, for unlike our context it belongs to one request of a chain. */
#define TOLD "session-np-told"

void np_export(np_request_t *ctx, request_rec *r, const np_place_t *place)
{
    const char *facts[FACTS] = { NULL };

    gather(ctx, r, place, facts);
    apr_table_setn(r->notes, TOLD, "1");
    set_or_unset(r->subprocess_env, false, facts);
    tell_by_headers(r, place->headers, facts);
}

void np_export_nothing(request_rec *r)
{
    static const char *const facts[FACTS] = { NULL };

    apr_table_setn(r->notes, TOLD, "1");
    if (!inherits(r)) {
        return;
    }
    for (int i = 0; i < FACTS; i++) {
        apr_table_unset(r->subprocess_env, names[i].variable);
    }
    tell_by_headers(r, false, facts);
}

/* Whoever is refused is told nothing. An error document begins with the status
 * of the request that it is about. */
static bool is_refused(const request_rec *r)
{
    return r->status != HTTP_OK && !(r->prev && r->prev->status == r->status);
}

static int find_fact(const char *variable)
{
    int i = 0;

    while (i < FACTS && strcasecmp(names[i].variable, variable)) {
        i++;
    }
    return i;
}

/* Without a file name the request stands before the rules that map it to its
 * place, and what is known of that may be wrong. */
bool np_export_foretell(request_rec *r, const char *variable,
                        const char **value)
{
    np_request_t *ctx = np_request_get(r);
    const np_place_t *place = np_config_place(r);
    const char *facts[FACTS] = { NULL };
    int fact = find_fact(variable);

    if (!ctx || fact == FACTS || is_refused(r)
        || apr_table_get(r->notes, TOLD)) {
        return false;
    }
    if (place->on && r->filename) {
        gather(ctx, r, place, facts);
    }
    *value = facts[fact];
    return true;
}
