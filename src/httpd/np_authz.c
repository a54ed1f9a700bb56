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

typedef enum np_rule_e {
    RULE_VALID,
    RULE_FRESH,
} np_rule_e;

/* A Require line, read. */
typedef struct np_require_t {
    np_rule_e rule;
    apr_interval_time_t fresh;
} np_require_t;

static const char *parse(cmd_parms *cmd, const char *line,
                         const void **parsed)
{
    np_require_t *require = apr_pcalloc(cmd->pool, sizeof *require);
    const char *args = line;
    const char *word = ap_getword_conf(cmd->temp_pool, &args);
    const char *argument = ap_getword_conf(cmd->temp_pool, &args);

    *parsed = require;
    if (!strcasecmp(word, "valid") && !*argument && !*args) {
        require->rule = RULE_VALID;
        return NULL;
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
                        "\"Require session-np valid\" or \"Require session-np "
                        "fresh 15m\"",
                        line);
}

static authz_status deny(np_request_t *ctx, const char *reason)
{
    ctx->denied = reason;
    return AUTHZ_DENIED;
}

static authz_status check(request_rec *r, const char *line, const void *parsed)
{
    const np_require_t *require = parsed;
    np_request_t *ctx = np_request_get(r);
    np_place_t place = np_config_place(r);

    if (!ctx || !place.on) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_NOT_ON, "Require session-np");
        return AUTHZ_DENIED;
    }
    const np_outcome_t *outcome = np_request_outcome(ctx, r, &place);
    if (outcome->state != NP_STATE_LIVE) {
        /* A login in this very request becomes a session after it. */
        return ctx->authenticated == r ? AUTHZ_GRANTED
                                       : AUTHZ_DENIED_NO_USER;
    }
    switch (require->rule) {
    case RULE_VALID:
        return AUTHZ_GRANTED;
    case RULE_FRESH:
        return ctx->now - outcome->record.fresh_at < require->fresh
                   ? AUTHZ_GRANTED
                   : deny(ctx, NP_REASON_STALE);
    }
    return AUTHZ_DENIED;
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
