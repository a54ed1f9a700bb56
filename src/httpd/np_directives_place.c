/* SPDX-License-Identifier: Apache-2.0
 * Directives of a place: what holds in a directory or location. */
#include "np_directive_args.h"

#include <string.h>

#include "apr_strings.h"

#include "np_url.h"

const char *np_set_place_choice(cmd_parms *cmd, void *dir,
                                    const char *text)
{
    np_dir_conf_t *conf = dir;

    conf->set |= ((const np_choice_t *)cmd->info)->set;
    return np_directive_choose(cmd, &conf->place, text);
}

const char *np_set_on(cmd_parms *cmd, void *dir, int on)
{
    np_dir_conf_t *conf = dir;

    conf->place.on = on;
    conf->set |= NP_SET_ON;
    if (on) {
        np_config_server(cmd->server)->wanted = true;
    }
    return NULL;
}

const char *np_set_tenant(cmd_parms *cmd, void *dir, const char *name)
{
    np_server_conf_t *server = np_config_server(cmd->server);
    np_dir_conf_t *conf = dir;
    const char *error = np_directive_tenant_name(cmd, name);
    if (error) {
        return error;
    }
    if (!server->tenant_refs) {
        server->tenant_refs =
            apr_array_make(cmd->pool, 4, sizeof(np_tenant_ref_t));
    }
    APR_ARRAY_PUSH(server->tenant_refs, np_tenant_ref_t) = (np_tenant_ref_t){
        .tenant = name,
        .origin = np_directive_origin(cmd),
    };
    conf->place.tenant = name;
    conf->set |= NP_SET_TENANT;
    return NULL;
}

/* So that the page itself is known wherever it lies. */
static void add_login_page(cmd_parms *cmd, const char *url)
{
    np_server_conf_t *conf = np_config_server(cmd->server);
    const char *path = apr_pstrmemdup(cmd->pool, url, strcspn(url, "?#"));

    if (!conf->login_pages) {
        conf->login_pages = apr_hash_make(cmd->pool);
    }
    apr_hash_set(conf->login_pages, path, APR_HASH_KEY_STRING, path);
}

const char *np_set_login_url(cmd_parms *cmd, void *dir, const char *url)
{
    np_dir_conf_t *conf = dir;
    bool none = !strcasecmp(url, "none");
    if (!none && !np_url_is_local(url)) {
        return apr_psprintf(cmd->pool,
                            "%s: \"%s\" is not a path on this server: begin "
                            "it with one '/', such as /login",
                            cmd->cmd->name, url);
    }
    conf->place.login_url = none ? NULL : url;
    conf->set |= NP_SET_LOGIN_URL;
    if (!none) {
        add_login_page(cmd, url);
    }
    return NULL;
}

const char *np_set_app_cookies(cmd_parms *cmd, void *dir, int argc,
                               char *const argv[])
{
    static const np_word_t words[] = {
        { "pass", NP_APP_COOKIES_PASS },
        { "harden", NP_APP_COOKIES_HARDEN },
        { "vault", NP_APP_COOKIES_VAULT },
        { NULL, 0 },
    };
    np_dir_conf_t *conf = dir;
    np_place_t *place = &conf->place;
    const char *error = np_directive_word(cmd, words, argc ? argv[0] : "",
                                          &place->app_cookies);

    conf->set |= NP_SET_APP_COOKIES;
    place->app_cookie_names = NULL;
    for (int i = 1; i < argc && !error; i++) {
        if (!np_directive_is_token(argv[i])) {
            error = apr_psprintf(cmd->pool,
                                 "%s: \"%s\" cannot be the name of a cookie: "
                                 "write one, such as PHPSESSID",
                                 cmd->cmd->name, argv[i]);
            break;
        }
        if (!place->app_cookie_names) {
            place->app_cookie_names =
                apr_array_make(cmd->pool, argc, sizeof(const char *));
        }
        APR_ARRAY_PUSH(place->app_cookie_names, const char *) = argv[i];
    }
    return error;
}

const char *np_add_passive(cmd_parms *cmd, void *dir, const char *pattern)
{
    np_dir_conf_t *conf = dir;
    ap_regex_t *regex = ap_pregcomp(cmd->pool, pattern, AP_REG_EXTENDED);
    if (!regex) {
        return apr_psprintf(cmd->pool,
                            "%s: \"%s\" is not a regular expression: write "
                            "one, such as ^/app/poll",
                            cmd->cmd->name, pattern);
    }
    if (!conf->place.passive) {
        conf->place.passive =
            apr_array_make(cmd->pool, 2, sizeof(ap_regex_t *));
    }
    APR_ARRAY_PUSH(conf->place.passive, ap_regex_t *) = regex;
    conf->set |= NP_SET_PASSIVE;
    return NULL;
}

const char *np_add_clear_site_data(cmd_parms *cmd, void *dir,
                                       const char *value)
{
    np_dir_conf_t *conf = dir;
    const char *before =
        conf->set & NP_SET_CLEAR_SITE_DATA ? conf->place.clear_site_data : "";

    conf->set |= NP_SET_CLEAR_SITE_DATA;
    if (!strcasecmp(value, "none")) {
        conf->place.clear_site_data = "";
        return NULL;
    }
    if (strcmp(value, "*") && !np_directive_is_token(value)) {
        return apr_psprintf(cmd->pool,
                            "%s: \"%s\" is not a kind of data: use cache, "
                            "cookies, storage, executionContexts, * or none",
                            cmd->cmd->name, value);
    }
    conf->place.clear_site_data =
        apr_pstrcat(cmd->pool, before, *before ? ", " : "", "\"", value, "\"",
                    NULL);
    return NULL;
}

const char *np_set_token_file(cmd_parms *cmd, void *dir, const char *path)
{
    np_server_conf_t *server = np_config_server(cmd->server);
    np_dir_conf_t *conf = dir;
    const bool none = !strcasecmp(path, "none");
    const char *absolute =
        none ? NULL : ap_server_root_relative(cmd->pool, path);

    if (!none && !absolute) {
        return apr_psprintf(cmd->pool, "%s: \"%s\" is not a path",
                            cmd->cmd->name, path);
    }
    conf->place.token_file = absolute;
    conf->set |= NP_SET_TOKEN_FILE;
    if (none) {
        return NULL;
    }
    server->wanted = true;
    if (!server->token_refs) {
        server->token_refs =
            apr_array_make(cmd->pool, 2, sizeof(np_token_ref_t));
    }
    APR_ARRAY_PUSH(server->token_refs, np_token_ref_t) = (np_token_ref_t){
        .path = absolute,
        .origin = np_directive_origin(cmd),
    };
    return NULL;
}
