/* SPDX-License-Identifier: Apache-2.0
 * Makes live sessions in a memcached, as logins make them; prints the cookies.
 *   np_grow KEY-FILE HOST:PORT COUNT */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apr_file_io.h"
#include "apr_general.h"
#include "apr_strings.h"

#include "np_clock.h"
#include "np_memcache.h"
#include "np_plan.h"

/** Digits of a key file. */
#define KEY_DIGITS (2 * NP_CRYPTO_KEY_LEN)

/* After so many sessions the memory that they took is given back. */
#define BATCH 1000

#define HOURS(n) apr_time_from_sec(APR_INT64_C(3600) * (n))

static void fail(const char *what)
{
    fprintf(stderr, "np_grow: %s\n", what);
    exit(1);
}

static np_crypto_t *read_ring(const char *path, apr_pool_t *p)
{
    unsigned char octets[NP_CRYPTO_KEY_LEN];
    const np_bytes_t key = { octets, sizeof octets };
    np_crypto_t *crypto = NULL;
    FILE *file = fopen(path, "r");

    for (int i = 0; file && i < NP_CRYPTO_KEY_LEN; i++) {
        unsigned int octet;
        if (fscanf(file, "%2x", &octet) != 1) {
            fail("no key of " APR_STRINGIFY(KEY_DIGITS) " digits");
        }
        octets[i] = (unsigned char)octet;
    }
    if (!file || np_crypto_create(&crypto, &key, 1, p) != APR_SUCCESS) {
        fail("there is no key");
    }
    (void)fclose(file);
    return crypto;
}

static np_store_t *open_store(const char *address, apr_pool_t *p)
{
    static const np_memcache_limits_t limits = {
        .connections = 1,
        .timeout = apr_time_from_sec(5),
    };
    np_memcache_servers_t *servers;
    np_store_t *store = NULL;
    const char *error = np_memcache_parse(address, &servers, p);

    if (error
        || np_memcache_create(&store, servers, &limits, p) != APR_SUCCESS) {
        fail(error ? error : "no store");
    }
    return store;
}

/* A login of somebody with a name of usual length, from a known device. The last
 * interaction lies ahead, so that no request has to write one down: of a million
 * sessions each would be due whenever it is used, of a thousand hardly any. */
static void log_in(const np_realm_t *realm, int n, apr_pool_t *p)
{
    const np_outcome_t nobody = { .state = NP_STATE_NONE };
    np_budget_t budget = { .left = apr_time_from_sec(5) };
    np_login_t login = {
        .user = apr_psprintf(p, "user%d@example.com", n),
        .auth_type = "Basic",
        .device = { .known = NP_DEVICE_KNOWN },
    };
    np_plan_t plan;

    if (np_plan_login(realm, &nobody, &login, np_clock_now(), &plan)
        != APR_SUCCESS) {
        fail("there are no random bits");
    }
    plan.record.times.used_at += HOURS(1);
    if (np_plan_commit(realm, &plan, &budget, p) != APR_SUCCESS) {
        fail("a session was not stored");
    }
    puts(plan.cookie);
}

int main(int argc, char **argv)
{
    apr_pool_t *p, *batch;

    if (argc != 4 || apr_initialize() != APR_SUCCESS) {
        fail("usage: np_grow KEY-FILE HOST:PORT COUNT");
    }
    (void)signal(SIGPIPE, SIG_IGN);
    apr_pool_create(&p, NULL);
    apr_pool_create(&batch, p);
    const np_limits_t limits = { .idle = HOURS(24), .life = HOURS(72) };
    const np_realm_t realm = {
        .crypto = read_ring(argv[1], p),
        .store = open_store(argv[2], p),
        .scope = { NP_KIND_SESSION, "default", "localhost" },
        .rules = {
            .mode = NP_MODE_NON_PERSISTENT,
            .limits = { limits, limits },
        },
    };
    const long count = strtol(argv[3], NULL, 10);
    for (int n = 0; n < count; n++) {
        log_in(&realm, n, batch);
        if (n % BATCH == 0) {
            apr_pool_clear(batch);
        }
    }
    apr_pool_destroy(p);
    return 0;
}
