/* SPDX-License-Identifier: Apache-2.0
 * Directives of a tenant: <SessionNPTenant> and what stands inside. */
#include "np_directive_args.h"

#include <string.h>

#include "apr_lib.h"
#include "apr_strings.h"

#include "np_cookie.h"
#include "np_directives.h"
#include "np_index.h"
#include "np_profile.h"

#define MINUTE apr_time_from_sec(60)
/** Each failed login writes into one of so many places, one after another. */
#define MAX_ATTEMPTS 100

static np_tenant_conf_t *find_or_add_tenant(const cmd_parms *cmd,
                                            const char *name)
{
    np_server_conf_t *conf = np_config_server(cmd->server);
    if (!conf->tenants) {
        conf->tenants = apr_hash_make(cmd->pool);
    }
    np_tenant_conf_t *tenant =
        apr_hash_get(conf->tenants, name, APR_HASH_KEY_STRING);
    if (!tenant) {
        tenant = np_config_create_tenant(name, cmd->pool);
        tenant->origin = np_directive_origin(cmd);
        apr_hash_set(conf->tenants, name, APR_HASH_KEY_STRING, tenant);
    }
    return tenant;
}

static bool may_stand_in_tenant(const char *name)
{
    for (const command_rec *c = np_directives; c->name; c++) {
        if (!strcasecmp(c->name, name)) {
            return c->req_override == RSRC_CONF;
        }
    }
    return false;
}

/* The one argument of a container: what stands before the '>'. */
static const char *container_argument(cmd_parms *cmd, const char *args,
                                      const char **name)
{
    const char *end = ap_strrchr_c(args, '>');
    if (!end) {
        return apr_pstrcat(cmd->pool, cmd->cmd->name,
                           ": the closing '>' is missing", NULL);
    }
    args = apr_pstrmemdup(cmd->temp_pool, args, (apr_size_t)(end - args));
    *name = ap_getword_conf(cmd->pool, &args);
    if (*args) {
        return apr_pstrcat(cmd->pool, cmd->cmd->name,
                           "> takes one name: write <SessionNPTenant ",
                           *name, ">", NULL);
    }
    return np_directive_tenant_name(cmd, *name);
}

const char *np_open_tenant(cmd_parms *cmd, void *dir, const char *args)
{
    np_server_conf_t *conf = np_config_server(cmd->server);
    const char *name = NULL;

    const char *error = np_directive_only_in_server(cmd);
    if (!error) {
        error = container_argument(cmd, args, &name);
    }
    for (const ap_directive_t *child = cmd->directive->first_child;
         child && !error; child = child->next) {
        if (!may_stand_in_tenant(child->directive)) {
            error = apr_psprintf(cmd->pool,
                                 "%s (line %d of %s) does not belong inside "
                                 "<SessionNPTenant %s>: move it outside",
                                 child->directive, child->line_num,
                                 child->filename, name);
        }
    }
    if (error) {
        return error;
    }
    conf->open_tenant = find_or_add_tenant(cmd, name);
    error = ap_walk_config(cmd->directive->first_child, cmd, cmd->context);
    conf->open_tenant = NULL;
    return error;
}

/* The tenant that a directive of a container is about. */
static const char *current_tenant(const cmd_parms *cmd,
                                  np_tenant_conf_t **tenant)
{
    *tenant = np_config_server(cmd->server)->open_tenant;
    return *tenant ? NULL
                   : apr_psprintf(cmd->pool,
                                  "%s belongs to a tenant: write it inside "
                                  "<SessionNPTenant default>",
                                  cmd->cmd->name);
}

const char *np_set_tenant_choice(cmd_parms *cmd, void *dir,
                                     const char *text)
{
    np_tenant_conf_t *tenant;
    const char *error = current_tenant(cmd, &tenant);
    return error ? error : np_directive_choose(cmd, tenant, text);
}

const char *np_set_profile(cmd_parms *cmd, void *dir, const char *level,
                           const char *strictness)
{
    static const np_word_t levels[] = {
        { "aal1", NP_PROFILE_AAL1 },
        { "aal2", NP_PROFILE_AAL2 },
        { "aal3", NP_PROFILE_AAL3 },
        { "off", NP_PROFILE_OFF },
        { NULL, 0 },
    };
    static const np_word_t ways[] = {
        { "warn", NP_STRICTNESS_WARN },
        { "refuse", NP_STRICTNESS_REFUSE },
        { NULL, 0 },
    };
    np_tenant_conf_t *tenant;

    const char *error = current_tenant(cmd, &tenant);
    if (!error) {
        error = np_directive_word(cmd, levels, level, &tenant->profile);
    }
    if (error) {
        return error;
    }
    tenant->strictness = NP_STRICTNESS_STANDARD;
    tenant->profile_origin = np_directive_origin(cmd);
    return strictness ? np_directive_word(cmd, ways, strictness,
                                          &tenant->strictness)
                      : NULL;
}

/* [mode] duration, into the limits at this offset of a tenant. */
const char *np_set_limit(cmd_parms *cmd, void *dir, const char *first,
                             const char *second)
{
    np_tenant_conf_t *tenant;
    apr_interval_time_t duration = 0;
    int mode = NP_UNSET;

    const char *error = current_tenant(cmd, &tenant);
    if (!error && second) {
        error = np_directive_word(cmd, np_mode_words, first, &mode);
    }
    if (!error) {
        error = np_directive_duration(cmd, second ? second : first, MINUTE, &duration);
    }
    if (error) {
        return error;
    }
    const apr_size_t *offset = cmd->info;
    apr_interval_time_t *limits =
        (apr_interval_time_t *)((char *)tenant + *offset);
    for (int i = 0; i < NP_MODES; i++) {
        if (mode == NP_UNSET || mode == i) {
            limits[i] = duration;
        }
    }
    return NULL;
}

/* A duration, to this offset of a tenant. */
const char *np_set_tenant_duration(cmd_parms *cmd, void *dir,
                                   const char *text)
{
    np_tenant_conf_t *tenant;
    apr_interval_time_t duration = 0;

    const char *error = current_tenant(cmd, &tenant);
    if (!error) {
        error = np_directive_duration(cmd, text, MINUTE, &duration);
    }
    if (!error) {
        const apr_size_t *offset = cmd->info;
        *(apr_interval_time_t *)((char *)tenant + *offset) = duration;
    }
    return error;
}

const char *np_set_login_attempts(cmd_parms *cmd, void *dir,
                                  const char *text)
{
    np_tenant_conf_t *tenant;
    const char *error = current_tenant(cmd, &tenant);
    if (error) {
        return error;
    }
    char *end = NULL;
    apr_int64_t most = apr_strtoi64(text, &end, 10);
    bool off = !strcasecmp(text, "off");
    if (!off && (!apr_isdigit(*text) || *end || most < 1 || most > MAX_ATTEMPTS)) {
        return apr_psprintf(cmd->pool,
                            "%s: \"%s\" is no number of attempts: write one "
                            "from 1 to %d, or off",
                            cmd->cmd->name, text, MAX_ATTEMPTS);
    }
    tenant->attempts = off ? 0 : (int)most;
    return NULL;
}

const char *np_set_max_sessions(cmd_parms *cmd, void *dir, const char *text,
                                const char *then)
{
    static const np_word_t ways[] = {
        { "oldest", false },
        { "deny", true },
        { NULL, 0 },
    };
    np_tenant_conf_t *tenant;
    char *end = NULL;

    const char *error = current_tenant(cmd, &tenant);
    if (error) {
        return error;
    }
    apr_int64_t most = apr_strtoi64(text, &end, 10);
    if (!apr_isdigit(*text) || *end || most < 1 || most > NP_INDEX_MAX) {
        return apr_psprintf(cmd->pool,
                            "%s: \"%s\" is no number of sessions: write one "
                            "from 1 to %d",
                            cmd->cmd->name, text, NP_INDEX_MAX);
    }
    tenant->max_sessions = (int)most;
    tenant->deny_sessions = false;
    return then ? np_directive_word(cmd, ways, then, &tenant->deny_sessions)
                : NULL;
}

const char *np_set_cookie_name(cmd_parms *cmd, void *dir, const char *kind,
                                   const char *name)
{
    static const np_word_t kinds[] = {
        { "session", NP_KIND_SESSION },
        { "mfa", NP_KIND_MFA },
        { "device", NP_KIND_DEVICE },
        { NULL, 0 },
    };
    np_tenant_conf_t *tenant;
    int index = 0;

    const char *error = current_tenant(cmd, &tenant);
    if (!error) {
        error = np_directive_word(cmd, kinds, kind, &index);
    }
    if (error) {
        return error;
    }
    if (!np_directive_is_token(name)) {
        return apr_psprintf(cmd->pool,
                            "%s: \"%s\" cannot name a cookie: use letters, "
                            "digits, '-', '_' and '.'",
                            cmd->cmd->name, name);
    }
    tenant->cookie_name[index - 1] = name;
    return NULL;
}

/* What may stand in an attribute of Set-Cookie (RFC 6265 section 4.1.1). */
static bool is_attribute(const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == ';' || apr_iscntrl(*c) || (unsigned char)*c >= 127) {
            return false;
        }
    }
    return true;
}

const char *np_set_cookie_path(cmd_parms *cmd, void *dir, const char *path)
{
    np_tenant_conf_t *tenant;
    const char *error = current_tenant(cmd, &tenant);
    if (error) {
        return error;
    }
    if (path[0] != '/' || !is_attribute(path)) {
        return apr_psprintf(cmd->pool,
                            "%s: \"%s\" is not a path: begin it with '/', "
                            "such as /app",
                            cmd->cmd->name, path);
    }
    tenant->cookie_path = path;
    return NULL;
}

const char *np_set_cookie_domain(cmd_parms *cmd, void *dir,
                                     const char *domain)
{
    np_tenant_conf_t *tenant;
    const char *error = current_tenant(cmd, &tenant);
    if (error) {
        return error;
    }
    apr_size_t len = strspn(domain, "abcdefghijklmnopqrstuvwxyz"
                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789.-");
    if (!len || domain[len] || domain[strspn(domain, ".")] == '\0') {
        return apr_psprintf(cmd->pool,
                            "%s: \"%s\" is not a domain: write it without "
                            "scheme or port, such as example.com",
                            cmd->cmd->name, domain);
    }
    tenant->cookie_domain = domain;
    return NULL;
}

const char *np_add_host(cmd_parms *cmd, void *dir, const char *host)
{
    np_server_conf_t *conf = np_config_server(cmd->server);
    np_tenant_conf_t *tenant;
    const char *error = current_tenant(cmd, &tenant);
    if (error) {
        return error;
    }
    const char *name = strncmp(host, "*.", 2) ? host : host + 2;
    if (!*name || strpbrk(name, "*:/ ")) {
        return apr_psprintf(cmd->pool,
                            "%s: \"%s\" is not a host: write it without "
                            "scheme or port, such as www.example.com or "
                            "*.example.com",
                            cmd->cmd->name, host);
    }
    if (!conf->hosts) {
        conf->hosts = apr_array_make(cmd->pool, 4, sizeof(np_host_conf_t));
    }
    char *folded = apr_pstrdup(cmd->pool, host);
    ap_str_tolower(folded);
    APR_ARRAY_PUSH(conf->hosts, np_host_conf_t) = (np_host_conf_t){
        .host = folded,
        .tenant = tenant->name,
        .origin = np_directive_origin(cmd),
    };
    return NULL;
}
