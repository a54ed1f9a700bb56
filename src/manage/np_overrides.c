/* SPDX-License-Identifier: Apache-2.0
 * What was set of tenants while the server runs. */
#include "np_overrides.h"

#include <stdatomic.h>
#include <string.h>

#include "apr_strings.h"

#include "np_settings_file.h"

#define NAME_SIZE (NP_SETTINGS_MAX_NAME + 1)

/* Whoever changes a tenant writes the copy that is not read, and then says that
 * it is the one. If he dies before that, nobody has seen anything. */
struct np_override_t {
    char tenant[NAME_SIZE];
    /* 0: never set. The lowest bit is the copy that counts. */
    atomic_uint version;
    struct {
        atomic_int values[NP_SETTINGS];
    } copies[2];
    /* Only for who has the lock; by the same bit. */
    apr_int64_t revisions[2];
    char nodes[2][NAME_SIZE];
};

typedef struct table_t {
    atomic_int count;
    np_override_t places[NP_OVERRIDES_MAX];
} table_t;

bool np_override_read(const np_override_t *place, np_settings_t *settings)
{
    unsigned version = atomic_load_explicit(&place->version,
                                            memory_order_acquire);
    unsigned before;

    if (!version) {
        return false;
    }
    do {
        before = version;
        for (int i = 0; i < NP_SETTINGS; i++) {
            settings->values[i] =
                atomic_load_explicit(&place->copies[version & 1].values[i],
                                     memory_order_relaxed);
        }
        atomic_thread_fence(memory_order_acquire);
        version = atomic_load_explicit(&place->version, memory_order_acquire);
    } while (version != before);
    return true;
}

static void write_place(np_override_t *place, const np_settings_entry_t *entry)
{
    unsigned version = atomic_load(&place->version) + 1;
    if (!version) {
        version = 2;                  /* it has come round: not to "never" */
    }
    const unsigned copy = version & 1;

    atomic_thread_fence(memory_order_release);
    for (int i = 0; i < NP_SETTINGS; i++) {
        atomic_store_explicit(&place->copies[copy].values[i],
                              entry->settings.values[i], memory_order_relaxed);
    }
    place->revisions[copy] = entry->revision;
    apr_cpystrn(place->nodes[copy], entry->node, NAME_SIZE);
    atomic_store_explicit(&place->version, version, memory_order_release);
}

/* --- the table -------------------------------------------------------------- */

/* The number of its place; that of the next free one if it has none. */
static int find(const table_t *table, const char *tenant)
{
    const int count = atomic_load(&table->count);
    int i = 0;

    while (i < count && strcmp(table->places[i].tenant, tenant) != 0) {
        i++;
    }
    return i;
}

np_override_t *np_overrides_place(void *memory, const char *tenant)
{
    table_t *table = memory;
    const int count = atomic_load(&table->count);
    const int i = find(table, tenant);

    if (i < count) {
        return &table->places[i];
    }
    if (count == NP_OVERRIDES_MAX) {
        return NULL;
    }
    apr_cpystrn(table->places[count].tenant, tenant, NAME_SIZE);
    atomic_store(&table->count, count + 1);
    return &table->places[count];
}

/* Entries for all that was ever set; their names lie in the table. */
static apr_array_header_t *list(const table_t *table, apr_pool_t *p)
{
    apr_array_header_t *entries = np_settings_file_make(p);
    const int count = atomic_load(&table->count);

    for (int i = 0; i < count; i++) {
        const np_override_t *place = &table->places[i];
        const unsigned copy = atomic_load(&place->version) & 1;
        np_settings_entry_t entry = {
            .tenant = place->tenant,
            .revision = place->revisions[copy],
            .node = place->nodes[copy],
        };
        if (np_override_read(place, &entry.settings)) {
            (void)np_settings_file_put(entries, &entry);
        }
    }
    return entries;
}

/* A document that would have to be cut is not taken at all. */
static bool has_room(const table_t *table, const apr_array_header_t *entries)
{
    const int count = atomic_load(&table->count);
    int all = count;

    for (int i = 0; i < entries->nelts; i++) {
        all += find(table,
                    APR_ARRAY_IDX(entries, i, np_settings_entry_t).tenant)
               == count;
    }
    return all <= NP_OVERRIDES_MAX;
}

static apr_status_t encode(const void *memory, np_bytes_t *octets,
                           apr_pool_t *p)
{
    const apr_array_header_t *entries = list(memory, p);

    if (!entries->nelts) {
        *octets = (np_bytes_t){ (const unsigned char *)"", 0 };
        return APR_SUCCESS;
    }
    return np_settings_file_encode(entries, octets, p);
}

static apr_status_t merge(void *memory, np_bytes_t octets, np_news_t *news,
                          const char **why, apr_pool_t *p)
{
    apr_array_header_t *known = list(memory, p);
    apr_array_header_t *entries;

    apr_status_t status = np_settings_file_decode(octets, &entries, why, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    if (!has_room(memory, entries)) {
        *why = "it has settings of too many tenants";
        return APR_ENOSPC;
    }
    *news = (np_news_t){ .newer = false };
    for (int i = 0; i < entries->nelts; i++) {
        const np_settings_entry_t *entry =
            &APR_ARRAY_IDX(entries, i, np_settings_entry_t);
        if (np_settings_file_put(known, entry)) {
            write_place(np_overrides_place(memory, entry->tenant), entry);
            news->newer = true;
        }
    }
    news->outdated = np_settings_file_merge(entries, known) > 0;
    return APR_SUCCESS;
}

const np_document_t np_overrides_document = {
    .name = "settings",
    .size = sizeof(table_t),
    .encode = encode,
    .merge = merge,
};

/* --- changes ---------------------------------------------------------------- */

apr_status_t np_overrides_change(const void *memory, void *data,
                                 np_bytes_t *octets, apr_pool_t *p)
{
    np_override_change_t *change = data;
    apr_array_header_t *entries = list(memory, p);
    np_settings_entry_t entry = {
        .tenant = change->tenant,
        .revision =
            np_settings_file_revision(entries, change->tenant, change->now),
        .node = change->node,
    };

    change->before = np_settings_file_settings(entries, change->tenant);
    if (!change->make(change->data, &change->before, &change->after)) {
        return APR_BADARG;
    }
    entry.settings = change->after;
    (void)np_settings_file_put(entries, &entry);
    return has_room(memory, entries)
               ? np_settings_file_encode(entries, octets, p)
               : APR_ENOSPC;
}
