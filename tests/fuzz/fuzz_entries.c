/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing mod_session's entries among the data of a session: what is put there
 * is found again, and what is not theirs is left alone. */
#include "fuzz.h"

#include <string.h>

#include "apr_strings.h"

#include "np_app_map.h"
#include "np_entries.h"

/* Lines of name=value, or of a name alone. */
static apr_table_t *read_lines(char *lines, apr_pool_t *p)
{
    apr_table_t *entries = apr_table_make(p, 4);

    while (*lines) {
        char *line = lines;
        lines += strcspn(lines, "\n");
        if (*lines) {
            *lines++ = '\0';
        }
        char *value = strchr(line, '=');
        if (value) {
            *value++ = '\0';
        }
        apr_table_setn(entries, line, value ? value : "");
    }
    return entries;
}

static void store_and_read(const np_entries_change_t *change, apr_pool_t *p)
{
    static const np_bytes_t other = { (const unsigned char *)"1", 1 };
    const np_entries_change_t away = { change->to, change->from };
    np_bytes_t data = { 0 };
    np_bytes_t changed;
    np_bytes_t value;

    NP_FUZZ_CHECK(np_app_map_set(data, "theirs", &other, 64, &data, p)
                  == APR_SUCCESS);
    if (np_entries_apply(data, &changed, change, p) != APR_SUCCESS) {
        return;
    }
    NP_FUZZ_CHECK(np_app_map_get(changed, "theirs", &value) == APR_SUCCESS);
    const np_entries_change_t nothing = { np_entries_read(changed, p),
                                          change->to };
    NP_FUZZ_CHECK(np_entries_are_same(&nothing));
    NP_FUZZ_CHECK(np_entries_apply(changed, &changed, &away, p) == APR_SUCCESS);
    NP_FUZZ_CHECK(changed.len == data.len
                  && !memcmp(changed.data, data.data, data.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *p = np_fuzz_pool();
    const np_entries_change_t change = {
        apr_table_make(p, 1),
        read_lines(apr_pstrmemdup(p, (const char *)data, size), p),
    };

    (void)np_entries_read((np_bytes_t){ data, size }, p);
    store_and_read(&change, p);
    return 0;
}
