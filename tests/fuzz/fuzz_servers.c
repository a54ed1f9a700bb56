/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing the list of memcached servers: what is accepted names each of them
 * once, and in a way that reads the same again. */
#include "fuzz.h"

#include <string.h>

#include "apr_strings.h"

#include "np_memcache_names.h"

static void check(const np_memcache_name_t *name)
{
    if (np_memcache_name_is_path(name)) {
        NP_FUZZ_CHECK(!name->port && !strcmp(name->host, name->text));
        NP_FUZZ_CHECK(strlen(name->host) < 108 && !strchr(name->host, ','));
        return;
    }
    NP_FUZZ_CHECK(name->port && *name->host);
    NP_FUZZ_CHECK(!strpbrk(name->host, "/:[], \t\r\n"));
    NP_FUZZ_CHECK(!strncmp(name->text, name->host, strlen(name->host)));
    NP_FUZZ_CHECK(name->text[strlen(name->host)] == ':');
}

static const char *join(const np_memcache_servers_t *servers, apr_pool_t *p)
{
    const char *text = servers->names[0].text;

    for (int i = 1; i < servers->count; i++) {
        text = apr_pstrcat(p, text, ",", servers->names[i].text, NULL);
    }
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *p = np_fuzz_pool();
    const char *text = apr_pstrmemdup(p, (const char *)data, size);
    np_memcache_servers_t *servers = NULL;
    np_memcache_servers_t *again = NULL;

    const char *wrong = np_memcache_parse(text, &servers, p);
    if (wrong) {
        NP_FUZZ_CHECK(*wrong && !servers);
        return 0;
    }
    NP_FUZZ_CHECK(servers->count > 0);
    const char *joined = join(servers, p);
    NP_FUZZ_CHECK(!np_memcache_parse(joined, &again, p));
    NP_FUZZ_CHECK(again->count == servers->count);
    for (int i = 0; i < servers->count; i++) {
        check(&servers->names[i]);
        NP_FUZZ_CHECK(!strcmp(again->names[i].text, servers->names[i].text));
    }
    return 0;
}
