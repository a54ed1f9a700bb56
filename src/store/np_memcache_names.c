/* SPDX-License-Identifier: Apache-2.0
 * memcached servers by name: reads what the configuration says. */
#include "np_memcache_names.h"

#include <string.h>
#include <sys/un.h>

#include "apr_lib.h"
#include "apr_strings.h"
#include "apr_tables.h"

#define DEFAULT_PORT 11211
/* Digits of the highest port. */
#define MAX_PORT_LEN 5

static bool host_is_good(const char *host)
{
    for (const char *at = host; *at; at++) {
        if (!apr_isalnum(*at) && *at != '-' && *at != '.' && *at != '_') {
            return false;
        }
    }
    return *host != '\0';
}

/* The number that text is, or 0 if it is no port. */
static apr_port_t read_port(const char *text)
{
    const apr_size_t len = strspn(text, "0123456789");
    if (len == 0 || len > MAX_PORT_LEN || text[len] != '\0') {
        return 0;
    }
    const apr_int64_t port = apr_strtoi64(text, NULL, 10);
    return port <= APR_UINT16_MAX ? (apr_port_t)port : 0;
}

static char *fold(const char *text, apr_pool_t *p)
{
    char *folded = apr_pstrdup(p, text);
    for (char *at = folded; *at; at++) {
        *at = (char)apr_tolower(*at);
    }
    return folded;
}

static const char *read_path(const char *path, np_memcache_name_t *name,
                             apr_pool_t *p)
{
    if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
        return apr_psprintf(p, "the path \"%s\" is too long for a unix socket",
                            path);
    }
    name->text = path;
    name->host = path;
    name->port = 0;
    return NULL;
}

static const char *read_name(char *text, np_memcache_name_t *name,
                             apr_pool_t *p)
{
    if (*text == '\0') {
        return "a memcached server is missing: write host:port or "
               "/path/to/unix.sock, separated by single commas";
    }
    if (*text == '/') {
        return read_path(text, name, p);
    }
    if (strchr(text, '[') || strchr(text, ':') != strrchr(text, ':')) {
        return apr_psprintf(p,
                            "\"%s\": memcached is reached over IPv4 or a unix "
                            "socket only, write a host name, an IPv4 address "
                            "or /path/to/unix.sock",
                            text);
    }
    char *colon = strchr(text, ':');
    name->port = colon ? read_port(colon + 1) : DEFAULT_PORT;
    if (name->port == 0) {
        return apr_psprintf(p, "\"%s\": the port has to be 1 to 65535", text);
    }
    name->host = fold(
        colon ? apr_pstrmemdup(p, text, (apr_size_t)(colon - text)) : text, p);
    name->text = apr_psprintf(p, "%s:%u", name->host, (unsigned)name->port);
    if (!host_is_good(name->host)) {
        return apr_psprintf(p,
                            "\"%s\" is no host name: write host:port or "
                            "/path/to/unix.sock",
                            text);
    }
    return NULL;
}

static bool is_named(const apr_array_header_t *names, const char *text)
{
    for (int i = 0; i < names->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(names, i, np_memcache_name_t).text, text)
            == 0) {
            return true;
        }
    }
    return false;
}

const char *np_memcache_parse(const char *text, np_memcache_servers_t **servers,
                              apr_pool_t *p)
{
    apr_array_header_t *names =
        apr_array_make(p, 2, sizeof(np_memcache_name_t));
    for (char *rest = apr_pstrdup(p, text); rest;) {
        char *item = rest;
        rest = strchr(item, ',');
        if (rest) {
            *rest++ = '\0';
        }
        np_memcache_name_t name = { 0 };
        const char *wrong = read_name(item, &name, p);
        if (wrong) {
            return wrong;
        }
        if (is_named(names, name.text)) {
            return apr_psprintf(p, "\"%s\" is named twice", name.text);
        }
        APR_ARRAY_PUSH(names, np_memcache_name_t) = name;
    }
    *servers = apr_palloc(p, sizeof(**servers));
    (*servers)->count = names->nelts;
    (*servers)->names = (np_memcache_name_t *)(void *)names->elts;
    return NULL;
}

int np_memcache_count(const np_memcache_servers_t *servers)
{
    return servers->count;
}

const char *np_memcache_name(const np_memcache_servers_t *servers, int server)
{
    return servers->names[server].text;
}
