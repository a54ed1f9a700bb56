/* SPDX-License-Identifier: Apache-2.0
 * The least that a session in memcached can cost: SHA-256 of the cookie, and
 * one get by apr_memcache's own client, as httpd's modules use it. */
#include <string.h>

#include <openssl/evp.h>

#include "apr_memcache.h"
#include "apr_strings.h"
#include "ap_mpm.h"
#include "http_config.h"
#include "http_request.h"
#include "httpd.h"

#define COOKIE "floor="
#define DIGEST_LEN 32

module AP_MODULE_DECLARE_DATA np_floor_module;

typedef struct floor_conf_t {
    const char *address;
    apr_memcache_t *client;
    EVP_MD *sha256;
} floor_conf_t;

static void *create_server(apr_pool_t *p, server_rec *server)
{
    return apr_pcalloc(p, sizeof(floor_conf_t));
}

static const char *set_address(cmd_parms *cmd, void *dir, const char *address)
{
    floor_conf_t *conf = ap_get_module_config(cmd->server->module_config,
                                              &np_floor_module);
    conf->address = address;
    return NULL;
}

/* As mod_socache_memcache does it, with its defaults. */
static apr_status_t open_client(floor_conf_t *conf, apr_pool_t *p)
{
    apr_memcache_server_t *server;
    apr_port_t port = 0;
    char *host, *scope;
    int threads = 1;

    (void)ap_mpm_query(AP_MPMQ_HARD_LIMIT_THREADS, &threads);
    apr_status_t status =
        apr_parse_addr_port(&host, &scope, &port, conf->address, p);
    if (status == APR_SUCCESS) {
        status = apr_memcache_create(p, 1, 0, &conf->client);
    }
    if (status == APR_SUCCESS) {
        status = apr_memcache_server_create(
            p, host, port, 0, 1, (apr_uint32_t)threads,
            (apr_uint32_t)apr_time_from_sec(15), &server);
    }
    return status == APR_SUCCESS
               ? apr_memcache_add_server(conf->client, server)
               : status;
}

static int post_config(apr_pool_t *p, apr_pool_t *log, apr_pool_t *scratch,
                       server_rec *server)
{
    floor_conf_t *conf =
        ap_get_module_config(server->module_config, &np_floor_module);

    if (!conf->address) {
        return OK;
    }
    conf->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    return conf->sha256 && open_client(conf, p) == APR_SUCCESS
               ? OK
               : HTTP_INTERNAL_SERVER_ERROR;
}

static int check_access(request_rec *r)
{
    const floor_conf_t *conf =
        ap_get_module_config(r->server->module_config, &np_floor_module);
    const char *cookie = apr_table_get(r->headers_in, "Cookie");
    const char *value = cookie ? strstr(cookie, COOKIE) : NULL;
    unsigned char digest[DIGEST_LEN];
    char *key = apr_palloc(r->pool, 2 * DIGEST_LEN + 1);
    char *found;
    apr_size_t len;

    if (!conf->client || !value) {
        return DECLINED;
    }
    value += strlen(COOKIE);
    if (EVP_Digest(value, strcspn(value, "; "), digest, NULL, conf->sha256,
                   NULL)
        != 1) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    ap_bin2hex(digest, DIGEST_LEN, key);
    return apr_memcache_getp(conf->client, r->pool, key, &found, &len, NULL)
                   == APR_SUCCESS
               ? OK
               : HTTP_FORBIDDEN;
}

static const command_rec directives[] = {
    AP_INIT_TAKE1("NPFloor", set_address, NULL, RSRC_CONF,
                  "host:port of a memcached"),
    { .name = NULL },
};

static void register_hooks(apr_pool_t *p)
{
    ap_hook_post_config(post_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_check_access(check_access, NULL, NULL, APR_HOOK_MIDDLE,
                         AP_AUTH_INTERNAL_PER_CONF);
}

module AP_MODULE_DECLARE_DATA np_floor_module = {
    STANDARD20_MODULE_STUFF,
    NULL,
    NULL,
    create_server,
    NULL,
    directives,
    register_hooks,
#ifdef AP_MODULE_FLAG_NONE
    AP_MODULE_FLAG_NONE,
#endif
};
