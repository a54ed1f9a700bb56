/* SPDX-License-Identifier: Apache-2.0
 * "Require session-np ...": rules about the session itself. */
#include "np_authz.h"

#include <string.h>

#include "apr_strings.h"
#include "http_request.h"
#include "mod_auth.h"

#include "np_answer.h"
#include "np_duration.h"
#include "np_log.h"
#include "np_login.h"

typedef enum np_rule_e {
    RULE_VALID,
    RULE_MFA,
    RULE_FRESH,
    RULE_KNOWN_DEVICE,
} np_rule_e;

/* A Require line, read. */
typedef struct np_require_t {
    np_rule_e rule;
    apr_interval_time_t fresh;
} np_require_t;

/* Rules without an argument. */
static const struct {
    const char *word;
    np_rule_e rule;
} words[] = {
    { "valid", RULE_VALID },
    { "mfa", RULE_MFA },
    { "known-device", RULE_KNOWN_DEVICE },
    { NULL, RULE_VALID },
};

static const char *parse(cmd_parms *cmd, const char *line,
                         const void **parsed)
{
    np_require_t *require = apr_pcalloc(cmd->pool, sizeof *require);
    const char *args = line;
    const char *word = ap_getword_conf(cmd->temp_pool, &args);
    const char *argument = ap_getword_conf(cmd->temp_pool, &args);

    *parsed = require;
    for (int i = 0; words[i].word; i++) {
        if (!strcasecmp(word, words[i].word) && !*argument && !*args) {
            require->rule = words[i].rule;
            return NULL;
        }
    }
    if (!strcasecmp(word, "fresh") && *argument && !*args) {
        require->rule = RULE_FRESH;
        const char *error = np_duration_parse(
            argument, apr_time_from_sec(60), &require->fresh);
        return error ? apr_psprintf(cmd->pool,
                                    "Require session-np fresh: \"%s\" %s",
                                    argument, error)
                     : NULL;
    }
    return apr_psprintf(cmd->pool,
                        "Require session-np \"%s\" is not known: write "
                        "\"Require session-np valid\", \"mfa\", "
                        "\"known-device\" or \"fresh 15m\"",
                        line);
}

static authz_status deny(np_request_t *ctx, const char *reason)
{
    ctx->denied = reason;
    return AUTHZ_DENIED;
}

static authz_status decide(np_request_t *ctx, bool granted,
                           const char *reason)
{
    return granted ? AUTHZ_GRANTED : deny(ctx, reason);
}

/* A login in this very request: a session that begins after it. What the
 * browser brought belongs to the tenant of the session. */
static authz_status check_login(np_request_t *ctx, const request_rec *r,
                                const np_place_t *place,
                                const np_require_t *require)
{
    const bool sees = np_request_sees(ctx, r, place);

    switch (require->rule) {
    case RULE_VALID:
    case RULE_FRESH:
        return AUTHZ_GRANTED;
    case RULE_MFA:
        return decide(ctx,
                      sees && np_login_mfa_is_remembered(ctx, r->user),
                      NP_REASON_MFA);
    case RULE_KNOWN_DEVICE:
        return decide(
            ctx,
            sees && np_request_companion(ctx, NP_KIND_DEVICE)->brought,
            NP_REASON_DEVICE);
    }
    return AUTHZ_DENIED;
}

static authz_status check_session(np_request_t *ctx,
                                  const np_record_t *record,
                                  const np_require_t *require)
{
    switch (require->rule) {
    case RULE_VALID:
        return AUTHZ_GRANTED;
    case RULE_MFA:
        return decide(ctx, record->mfa, NP_REASON_MFA);
    case RULE_FRESH:
        return decide(ctx, ctx->now - record->fresh_at < require->fresh,
                      NP_REASON_STALE);
    case RULE_KNOWN_DEVICE:
        return decide(ctx, record->device.brought, NP_REASON_DEVICE);
    }
    return AUTHZ_DENIED;
}

static authz_status check(request_rec *r, const char *line, const void *parsed)
{
    const np_require_t *require = parsed;
    np_request_t *ctx = np_request_get(r);
    const np_place_t *place = np_config_place(r);

    if (!ctx || !place->on) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_NOT_ON, "Require session-np");
        return AUTHZ_DENIED;
    }
    const np_outcome_t *outcome = np_request_outcome(ctx, r, place);
    if (outcome->state == NP_STATE_LIVE) {
        return check_session(ctx, &outcome->record, require);
    }
    return ctx->authenticated == r ? check_login(ctx, r, place, require)
                                   : AUTHZ_DENIED_NO_USER;
}

static const authz_provider provider = {
    .check_authorization = check,
    .parse_require_line = parse,
};

void np_authz_register(apr_pool_t *p)
{
    ap_register_auth_provider(p, AUTHZ_PROVIDER_GROUP, "session-np",
                              AUTHZ_PROVIDER_VERSION, &provider,
                              AP_AUTH_INTERNAL_PER_CONF);
}
