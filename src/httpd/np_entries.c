/* SPDX-License-Identifier: Apache-2.0
 * The entries of a mod_session session, among the data of ours. */
#include "np_entries.h"

#include <string.h>

#include "apr_escape.h"
#include "apr_strings.h"

#include "np_app_data.h"
#include "np_app_map.h"

/** What the names of entries begin with among the data of a session. */
#define PREFIX "mod_session:"

/* Names of entries may be any text, those in a map have no blanks. */
static const char *map_name(const char *name, apr_pool_t *p)
{
    return apr_pstrcat(p, PREFIX, apr_pescape_urlencoded(p, name), NULL);
}

apr_table_t *np_entries_read(np_bytes_t data, apr_pool_t *p)
{
    apr_table_t *entries = apr_table_make(p, 8);
    np_bytes_t name;
    np_bytes_t value;

    while (np_app_map_next(&data, &name, &value)) {
        const char *text =
            apr_pstrmemdup(p, (const char *)name.data, name.len);
        if (strncmp(text, PREFIX, strlen(PREFIX))) {
            continue;
        }
        text = apr_punescape_url(p, text + strlen(PREFIX), NULL, NULL, 1);
        if (text) {
            apr_table_setn(entries, text,
                           apr_pstrmemdup(p, (const char *)value.data,
                                          value.len));
        }
    }
    return entries;
}

/* Is there an entry in one that is not the same in the other? */
static bool differs(const apr_table_t *one, const apr_table_t *other)
{
    const apr_array_header_t *list = apr_table_elts(one);

    for (int i = 0; i < list->nelts; i++) {
        const apr_table_entry_t *entry =
            &APR_ARRAY_IDX(list, i, apr_table_entry_t);
        const char *value = apr_table_get(other, entry->key);
        if (!value || strcmp(value, entry->val)) {
            return true;
        }
    }
    return false;
}

bool np_entries_are_same(const np_entries_change_t *change)
{
    return !differs(change->from, change->to)
           && !differs(change->to, change->from);
}

static apr_status_t put(np_bytes_t *data, const char *name, const char *value,
                        apr_pool_t *p)
{
    np_bytes_t octets = { NULL, 0 };

    if (value) {
        octets = (np_bytes_t){ (const unsigned char *)value, strlen(value) };
    }
    return np_app_map_set(*data, map_name(name, p), value ? &octets : NULL,
                          NP_APP_DATA_MAX, data, p);
}

apr_status_t np_entries_apply(np_bytes_t data, np_bytes_t *changed,
                              const void *how, apr_pool_t *p)
{
    const np_entries_change_t *change = how;
    const apr_array_header_t *from = apr_table_elts(change->from);
    const apr_array_header_t *to = apr_table_elts(change->to);
    apr_status_t status = APR_SUCCESS;

    for (int i = 0; i < from->nelts && status == APR_SUCCESS; i++) {
        const char *key = APR_ARRAY_IDX(from, i, apr_table_entry_t).key;
        if (!apr_table_get(change->to, key)) {
            status = put(&data, key, NULL, p);
        }
    }
    for (int i = 0; i < to->nelts && status == APR_SUCCESS; i++) {
        const apr_table_entry_t *entry =
            &APR_ARRAY_IDX(to, i, apr_table_entry_t);
        const char *before = apr_table_get(change->from, entry->key);
        if (!before || strcmp(before, entry->val)) {
            status = put(&data, entry->key, entry->val, p);
        }
    }
    *changed = data;
    return status;
}
