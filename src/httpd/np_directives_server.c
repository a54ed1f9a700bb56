/* SPDX-License-Identifier: Apache-2.0
 * Directives of the server: store and keys. */
#include "np_directive_args.h"

#include <string.h>

#include "apr_strings.h"

#include "np_cluster.h"

const char *np_set_store(cmd_parms *cmd, void *dir, const char *spec)
{
    np_server_conf_t *conf = np_config_server(cmd->server);
    conf->store = spec;
    conf->store_origin = np_directive_origin(cmd);
    return np_directive_only_in_server(cmd);
}

const char *np_set_store_timeout(cmd_parms *cmd, void *dir,
                                     const char *text)
{
    np_server_conf_t *conf = np_config_server(cmd->server);
    const char *error = np_directive_only_in_server(cmd);
    if (!error) {
        error = np_directive_duration(cmd, text, 0, &conf->store_timeout);
    }
    if (!error && conf->store_timeout > apr_time_from_sec(30)) {
        error = apr_psprintf(cmd->pool,
                             "%s: \"%s\" is over 30s: requests would hang; "
                             "write 30s or less, such as 250ms",
                             cmd->cmd->name, text);
    }
    return error;
}

const char *np_set_store_copies(cmd_parms *cmd, void *dir, const char *text)
{
    np_server_conf_t *conf = np_config_server(cmd->server);
    if (text[0] < '1' || text[0] > '0' + NP_CLUSTER_MAX_COPIES || text[1]) {
        return apr_psprintf(cmd->pool,
                            "%s: \"%s\" is not a number of copies: write 1 "
                            "to %d, such as 2",
                            cmd->cmd->name, text, NP_CLUSTER_MAX_COPIES);
    }
    conf->store_copies = text[0] - '0';
    conf->store_copies_origin = np_directive_origin(cmd);
    return np_directive_only_in_server(cmd);
}

const char *np_set_near_cache(cmd_parms *cmd, void *dir, const char *text)
{
    np_server_conf_t *conf = np_config_server(cmd->server);
    const char *error = np_directive_only_in_server(cmd);

    if (!error && (!strcasecmp(text, "off") || !strcmp(text, "0"))) {
        conf->near_cache = 0;
        return NULL;
    }
    if (!error) {
        error = np_directive_duration(cmd, text, 0, &conf->near_cache);
    }
    if (!error && conf->near_cache > apr_time_from_sec(60)) {
        error = apr_psprintf(cmd->pool,
                             "%s: \"%s\" is over 60s: a logout on another "
                             "machine would take effect so late; write 60s or "
                             "less, such as 5s, or off",
                             cmd->cmd->name, text);
    }
    return error;
}

const char *np_set_state_dir(cmd_parms *cmd, void *dir, const char *path)
{
    np_server_conf_t *conf = np_config_server(cmd->server);
    conf->state_dir = ap_server_root_relative(cmd->pool, path);
    if (!conf->state_dir) {
        return apr_psprintf(cmd->pool, "%s: \"%s\" is not a path",
                            cmd->cmd->name, path);
    }
    return np_directive_only_in_server(cmd);
}

const char *np_add_key_file(cmd_parms *cmd, void *dir, const char *path)
{
    np_server_conf_t *conf = np_config_server(cmd->server);
    const char *absolute = ap_server_root_relative(cmd->pool, path);
    if (!absolute) {
        return apr_psprintf(cmd->pool, "%s: \"%s\" is not a path",
                            cmd->cmd->name, path);
    }
    if (!conf->key_files) {
        conf->key_files = apr_array_make(cmd->pool, 2, sizeof(const char *));
    }
    APR_ARRAY_PUSH(conf->key_files, const char *) = absolute;
    conf->key_files_origin = np_directive_origin(cmd);
    return np_directive_only_in_server(cmd);
}
