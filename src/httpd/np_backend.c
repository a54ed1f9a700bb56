/* SPDX-License-Identifier: Apache-2.0
 * The store that a configuration names: checked, opened, given to children. */
#include "np_backend.h"

#include <string.h>

#include "ap_mpm.h"
#include "ap_provider.h"
#include "apr_strings.h"
#include "util_mutex.h"

#include "np_counted.h"
#include "np_figures.h"
#include "np_memcache.h"
#include "np_near_store.h"
#include "np_rendezvous.h"
#include "np_shm.h"
#include "np_socache.h"

#define MEMCACHE "memcache:"
/** Some 150,000 writes; httpd's own default of 512 KB is full after 2,000. */
#define SHMCB_DEFAULT_SIZE "33554432"
/** Connections of one child process to one memcached server. */
#define MAX_CONNECTIONS 64

/* A small object cache and its lock. Lives in the process pool, because a
 * graceful restart must not lose what is in it. */
typedef struct np_cache_t {
    apr_pool_t *pool;
    ap_socache_instance_t *instance;
    apr_global_mutex_t *mutex;
} np_cache_t;

struct np_backend_t {
    np_backend_conf_t conf;
    /* memcached: */
    const np_memcache_servers_t *servers;
    np_trust_t *trust;
    /* a small object cache: */
    const ap_socache_provider_t *provider;
    np_cache_t *cache;
    np_store_t *store;
    np_cells_t *figures;
    np_near_t near;
};

static const ap_socache_provider_t *find_provider(const char *spec,
                                                  const char **argument,
                                                  apr_pool_t *p)
{
    const char *colon = strchr(spec, ':');
    const char *name =
        colon ? apr_pstrmemdup(p, spec, (apr_size_t)(colon - spec)) : spec;

    *argument = colon ? colon + 1 : NULL;
    if (!*argument && !strcmp(name, NP_BACKEND_DEFAULT)) {
        *argument = ap_runtime_dir_relative(
            p, "session-np(" SHMCB_DEFAULT_SIZE ")");
    }
    return ap_lookup_provider(AP_SOCACHE_PROVIDER_GROUP, name,
                              AP_SOCACHE_PROVIDER_VERSION);
}

static bool is_memcache(const char *spec)
{
    return !strncmp(spec, MEMCACHE, strlen(MEMCACHE));
}

const char *np_backend_check(const char *spec, apr_pool_t *p)
{
    np_memcache_servers_t *servers;
    ap_socache_instance_t *instance;
    const char *argument;

    if (is_memcache(spec)) {
        return np_memcache_parse(spec + strlen(MEMCACHE), &servers, p);
    }
    if (!strcmp(spec, "memcache")) {
        return "names no server: write memcache:127.0.0.1:11211";
    }
    const ap_socache_provider_t *provider =
        find_provider(spec, &argument, p);
    if (!provider) {
        return apr_psprintf(p,
                            "is not available: load mod_socache_%.*s, or "
                            "write memcache:host:port",
                            (int)strcspn(spec, ":"), spec);
    }
    return provider->create(&instance, argument, p, p);
}

const char *np_backend_check_copies(const char *spec, int copies,
                                    apr_pool_t *p)
{
    np_memcache_servers_t *servers;

    if (copies == 1) {
        return NULL;
    }
    if (!is_memcache(spec)) {
        return apr_psprintf(p,
                            "is one store, and %d copies are wanted: write "
                            "memcache: and %d servers",
                            copies, copies);
    }
    if (np_memcache_parse(spec + strlen(MEMCACHE), &servers, p)
        || np_memcache_count(servers) >= copies) {
        return NULL;
    }
    return apr_psprintf(p,
                        "names %d server%s, and %d copies are wanted: name as "
                        "many servers",
                        np_memcache_count(servers),
                        np_memcache_count(servers) == 1 ? "" : "s", copies);
}

static apr_status_t create_cache(np_cache_t *cache, const np_backend_t *backend,
                                 const char *argument, server_rec *server,
                                 const char **error, apr_pool_t *p)
{
    static const struct ap_socache_hints hints = {
        .avg_id_len = 24,
        .avg_obj_size = 300,
        .expiry_interval = APR_USEC_PER_SEC * 60 * 60,
    };
    /* One of its own, younger than that of the configuration, so that it ends
     * before: the provider's code is unloaded with the configuration. */
    apr_pool_create(&cache->pool, server->process->pool);
    *error = backend->provider->create(&cache->instance, argument, p,
                                       cache->pool);
    if (*error) {
        return APR_EINVAL;
    }
    *error = "the provider does not start";
    apr_status_t status = backend->provider->init(
        cache->instance, "session_np", &hints, server, cache->pool);
    if (status != APR_SUCCESS) {
        return status;
    }
    *error = "there is no mutex for it";
    return ap_global_mutex_create(&cache->mutex, NULL, NP_BACKEND_MUTEX, NULL,
                                  server, cache->pool, 0);
}

static apr_status_t open_cache(np_backend_t *backend, server_rec *server,
                               const char **error, apr_pool_t *p)
{
    apr_pool_t *process = server->process->pool;
    const char *argument;
    const char *name = apr_pstrcat(process, "session_np store ",
                                   backend->conf.spec, NULL);
    void *kept = NULL;

    backend->provider = find_provider(backend->conf.spec, &argument, p);
    if (!backend->provider) {
        *error = "its provider is not loaded";
        return APR_ENOTIMPL;
    }
    (void)apr_pool_userdata_get(&kept, name, process);
    backend->cache = kept;
    if (!kept) {
        backend->cache = apr_pcalloc(process, sizeof *backend->cache);
        apr_status_t status =
            create_cache(backend->cache, backend, argument, server, error, p);
        if (status != APR_SUCCESS) {
            return status;
        }
        apr_pool_userdata_setn(backend->cache, name, NULL, process);
    }
    return APR_SUCCESS;
}

/* What is known of the servers lies in memory that all children share, the old
 * ones and those after a graceful restart, also if the list is another one then.
 */
static apr_status_t open_trust(np_backend_t *backend, server_rec *server,
                               const char **error, apr_pool_t *p)
{
    const np_memcache_servers_t *names = backend->servers;
    const int count = np_memcache_count(names);
    void **servers = apr_pcalloc(p, (apr_size_t)count * sizeof *servers);
    const char *list_name = apr_psprintf(p, "trust %d %s", backend->conf.copies,
                                         backend->conf.spec);
    void *machine;
    void *list = NULL;

    *error = "there is no shared memory for it";
    apr_status_t status = np_shm_get(&machine, "trust machine",
                                     np_trust_size_of_machine(), server);
    if (status == APR_SUCCESS) {
        status =
            np_shm_get(&list, list_name, np_trust_size_of_list(), server);
    }
    for (int i = 0; i < count && status == APR_SUCCESS; i++) {
        const char *name = apr_pstrcat(p, "trust server ",
                                       np_memcache_name(names, i), NULL);
        status = np_shm_get(&servers[i], name, np_trust_size_of_server(),
                            server);
    }
    if (status == APR_SUCCESS) {
        backend->trust = np_trust_open(machine, list, servers, count, p);
    }
    return status;
}

/* And so does what is counted of the store. */
static apr_status_t open_figures(np_backend_t *backend, server_rec *server,
                                 const char **error, apr_pool_t *p)
{
    const char *name =
        apr_pstrcat(p, "figures of store ", backend->conf.spec, NULL);
    void *memory;

    *error = "there is no shared memory for its figures";
    apr_status_t status = np_shm_get(
        &memory, name, np_cells_size(NP_STORE_CELLS), server);
    if (status == APR_SUCCESS) {
        backend->figures = np_cells_place(memory, NP_STORE_CELLS);
    }
    return status;
}

apr_status_t np_backend_open(np_backend_t **opened,
                             const np_backend_conf_t *conf, server_rec *server,
                             const char **error, apr_pool_t *p)
{
    np_backend_t *backend = apr_pcalloc(p, sizeof *backend);
    np_memcache_servers_t *servers = NULL;

    *opened = backend;
    backend->conf = *conf;
    apr_status_t status = open_figures(backend, server, error, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    backend->near = (np_near_t){
        .table = conf->near_table,
        .store = np_rendezvous_seed(conf->spec),
        .longest = conf->near,
        .figures = backend->figures,
    };
    if (!is_memcache(conf->spec)) {
        return open_cache(backend, server, error, p);
    }
    *error = np_memcache_parse(conf->spec + strlen(MEMCACHE), &servers, p);
    backend->servers = servers;
    if (*error) {
        return APR_EINVAL;
    }
    return conf->copies > 1 ? open_trust(backend, server, error, p)
                            : APR_SUCCESS;
}

static int connections(void)
{
    int threads = 1;
    (void)ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    if (threads < 1) {
        return 1;
    }
    return threads < MAX_CONNECTIONS ? threads : MAX_CONNECTIONS;
}

static apr_status_t start_cache(np_backend_t *backend, server_rec *server,
                                apr_pool_t *p)
{
    apr_global_mutex_t **mutex = &backend->cache->mutex;
    apr_status_t status =
        apr_global_mutex_child_init(mutex, apr_global_mutex_lockfile(*mutex),
                                    p);
    if (status == APR_SUCCESS) {
        np_socache_create(&backend->store, backend->provider,
                          backend->cache->instance, *mutex, server, p);
    }
    return status;
}

static apr_status_t start_memcache(np_backend_t *backend, apr_pool_t *p)
{
    const np_memcache_limits_t limits = {
        .connections = connections(),
        .timeout = backend->conf.timeout,
        .figures = backend->figures,
    };
    if (backend->trust) {
        return np_memcache_create_copies(&backend->store, backend->servers,
                                         &limits, backend->conf.copies,
                                         backend->trust, p);
    }
    return np_memcache_create(&backend->store, backend->servers, &limits, p);
}

apr_status_t np_backend_start(np_backend_t *backend, server_rec *server,
                              apr_pool_t *p)
{
    apr_status_t status = backend->servers ? start_memcache(backend, p)
                                           : start_cache(backend, server, p);
    if (status == APR_SUCCESS) {
        backend->store = np_counted_create(backend->store, backend->figures, p);
    }
    /* Also without a near cache of its own: another virtual host may have one of
     * the same sessions. */
    if (status == APR_SUCCESS && backend->near.table) {
        backend->store =
            np_near_store_create(backend->store, backend->near.table, p);
    }
    return status;
}

const np_near_t *np_backend_near(const np_backend_t *backend)
{
    return backend->near.longest ? &backend->near : NULL;
}

np_store_t *np_backend_store(const np_backend_t *backend)
{
    return backend->store;
}

bool np_backend_is_common(const np_backend_t *backend)
{
    return backend->servers != NULL;
}

const char *np_backend_spec(const np_backend_t *backend)
{
    return backend->conf.spec;
}

np_cells_t *np_backend_figures(const np_backend_t *backend)
{
    return backend->figures;
}
