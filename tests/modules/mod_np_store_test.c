/* SPDX-License-Identifier: Apache-2.0
 * Runs the store's contract inside httpd, on its small object caches.
 *
 *   <handler>/shmcb         the contract, as TAP
 *   <handler>/shmcb?races   of it, what races with itself in other processes
 *   <handler>/shmcb?add=KEY "added", "taken", or what went wrong */
#include "np_socache.h"

#include <string.h>
#include <unistd.h>

#include "ap_provider.h"
#include "apr_strings.h"
#include "http_config.h"
#include "http_core.h"
#include "http_log.h"
#include "http_protocol.h"
#include "util_mutex.h"

#include "store_contract.h"

#define HANDLER  "np-store-test"
#define PATIENCE apr_time_from_sec(10)

extern module AP_MODULE_DECLARE_DATA np_store_test_module;

/* A cache that is put to the test. */
typedef struct cache_t {
    const char *name;
    /** Octets of the largest value that it is expected to take. */
    apr_size_t largest;
    /** Its file below the runtime directory, and what belongs to it. */
    const char *argument;
    const ap_socache_provider_t *provider;
    ap_socache_instance_t *instance;
    np_store_t *store;
} cache_t;

typedef struct config_t {
    cache_t caches[2];
    apr_global_mutex_t *mutex;
} config_t;

#define CACHES 2

static void *create_config(apr_pool_t *p, server_rec *server)
{
    config_t *config = apr_pcalloc(p, sizeof(*config));
    /* With room for all that the races write: shmcb takes back what was
     * removed or replaced only when it has come round, and forgets what is
     * still good on the way. */
    config->caches[0] = (cache_t){ .name = "shmcb",
                                   .largest = 16384,
                                   .argument = HANDLER "(4194304)" };
    config->caches[1] = (cache_t){ .name = "dbm", .largest = 600 };
    return config;
}

static config_t *config_of(server_rec *server)
{
    return ap_get_module_config(server->module_config, &np_store_test_module);
}

static int pre_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp)
{
    return ap_mutex_register(pconf, HANDLER, NULL, APR_LOCK_DEFAULT, 0)
                   == APR_SUCCESS
               ? OK
               : HTTP_INTERNAL_SERVER_ERROR;
}

static int open_cache(cache_t *cache, server_rec *server, apr_pool_t *ptemp,
                      apr_pool_t *p)
{
    /* As large as sessions are, so that shmcb divides itself as it will. */
    static const struct ap_socache_hints hints = { 24, 300, 0 };
    cache->provider = ap_lookup_provider(AP_SOCACHE_PROVIDER_GROUP, cache->name,
                                         AP_SOCACHE_PROVIDER_VERSION);
    if (!cache->provider) {
        return OK;
    }
    const char *argument =
        cache->argument ? ap_runtime_dir_relative(p, cache->argument) : NULL;
    const char *wrong =
        cache->provider->create(&cache->instance, argument, ptemp, p);
    if (wrong) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, server, "%s: %s", cache->name,
                     wrong);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    return cache->provider->init(cache->instance, HANDLER, &hints, server, p)
                   == APR_SUCCESS
               ? OK
               : HTTP_INTERNAL_SERVER_ERROR;
}

static int post_config(apr_pool_t *p, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *server)
{
    config_t *config = config_of(server);
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    if (ap_global_mutex_create(&config->mutex, NULL, HANDLER, NULL, server, p,
                               0)
        != APR_SUCCESS) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    for (int i = 0; i < CACHES; i++) {
        if (open_cache(&config->caches[i], server, ptemp, p) != OK) {
            return HTTP_INTERNAL_SERVER_ERROR;
        }
    }
    return OK;
}

static void child_init(apr_pool_t *p, server_rec *server)
{
    config_t *config = config_of(server);
    if (apr_global_mutex_child_init(&config->mutex,
                                    apr_global_mutex_lockfile(config->mutex), p)
        != APR_SUCCESS) {
        return;
    }
    for (int i = 0; i < CACHES; i++) {
        cache_t *cache = &config->caches[i];
        if (cache->provider) {
            np_socache_create(&cache->store, cache->provider, cache->instance,
                              config->mutex, server, p);
        }
    }
}

/* The request's answer, and whether the case that runs has failed. */
typedef struct answer_t {
    request_rec *request;
    bool has_failed;
} answer_t;

static void failed(const np_contract_t *contract, const char *what)
{
    answer_t *answer = contract->data;
    answer->has_failed = true;
    ap_rprintf(answer->request, "# %s\n", what);
}

static void run_contract(request_rec *r, const cache_t *cache, bool races)
{
    answer_t answer = { .request = r };
    const np_contract_t contract = {
        .store = cache->store,
        .prefix = apr_psprintf(r->pool, "%" APR_PID_T_FMT "-%pp-%" APR_TIME_T_FMT "-",
                               getpid(), r, r->request_time),
        .largest = cache->largest,
        .forgets = true,
        .failed = failed,
        .data = &answer,
        .p = r->pool,
    };
    int number = 0;
    for (int i = 0; i < np_contract_case_count; i++) {
        const np_contract_case_t *one = &np_contract_cases[i];
        if (races && !one->is_race) {
            continue;
        }
        answer.has_failed = false;
        one->run(&contract);
        ap_rprintf(r, "%sok %d - %s\n", answer.has_failed ? "not " : "",
                   ++number, one->name);
    }
    ap_rprintf(r, "1..%d\n", number);
}

static void add_key(request_rec *r, const cache_t *cache, const char *key)
{
    np_budget_t budget = { PATIENCE };
    const apr_status_t status = cache->store->put(
        cache->store, key, np_contract_text("value"), NP_PUT_ADD,
        r->request_time + apr_time_from_sec(60), &budget, r->pool);
    if (status == APR_SUCCESS) {
        ap_rputs("added\n", r);
    }
    else if (status == APR_EEXIST) {
        ap_rputs("taken\n", r);
    }
    else {
        ap_rprintf(r, "status %d\n", status);
    }
}

static const cache_t *find_cache(request_rec *r)
{
    const config_t *config = config_of(r->server);
    const char *name = strrchr(r->uri, '/');
    for (int i = 0; name && i < CACHES; i++) {
        if (strcmp(config->caches[i].name, name + 1) == 0) {
            return &config->caches[i];
        }
    }
    return NULL;
}

static int handler(request_rec *r)
{
    if (!r->handler || strcmp(r->handler, HANDLER) != 0) {
        return DECLINED;
    }
    const cache_t *cache = find_cache(r);
    if (!cache || !cache->store) {
        return HTTP_NOT_FOUND;
    }
    ap_set_content_type(r, "text/plain");
    if (r->args && strncmp(r->args, "add=", 4) == 0) {
        add_key(r, cache, r->args + 4);
    }
    else {
        run_contract(r, cache, r->args && strcmp(r->args, "races") == 0);
    }
    return OK;
}

static void register_hooks(apr_pool_t *p)
{
    ap_hook_pre_config(pre_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(post_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_handler(handler, NULL, NULL, APR_HOOK_MIDDLE);
}

AP_DECLARE_MODULE(np_store_test) = {
    STANDARD20_MODULE_STUFF,
    NULL,
    NULL,
    create_config,
    NULL,
    NULL,
    register_hooks,
    AP_MODULE_FLAG_NONE,
};
