/* SPDX-License-Identifier: Apache-2.0
 * The settings' file: what is written is read, and nothing else. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "api.h"
#include "fixture.h"
#include "np_settings_file.h"

#define NOW APR_INT64_C(1767225600000000)

static np_settings_entry_t entry_of(const char *tenant, apr_int64_t revision,
                                    const char *node, int minutes)
{
    np_settings_entry_t entry = { tenant, revision, node, np_settings_none() };

    entry.settings.values[NP_SETTING_LIFE] = minutes;
    return entry;
}

static np_bytes_t encode(const apr_array_header_t *entries)
{
    np_bytes_t bytes = { 0 };

    ck_assert_int_eq(np_settings_file_encode(entries, &bytes, np_pool),
                     APR_SUCCESS);
    return bytes;
}

static apr_array_header_t *decode(np_bytes_t bytes)
{
    apr_array_header_t *entries = NULL;
    const char *why = "";

    apr_status_t status =
        np_settings_file_decode(bytes, &entries, &why, np_pool);
    ck_assert_msg(status == APR_SUCCESS, "%s", why);
    return entries;
}

static apr_array_header_t *list_of(const np_settings_entry_t *entry)
{
    apr_array_header_t *entries = np_settings_file_make(np_pool);

    ck_assert(np_settings_file_put(entries, entry));
    return entries;
}

static int minutes_of(const apr_array_header_t *entries, const char *tenant)
{
    return np_settings_file_settings(entries, tenant).values[NP_SETTING_LIFE];
}

START_TEST(what_was_written_is_read)
{
    const np_settings_t settings[] = {
        { { 1, 2, 3, 525600, NP_MODE_PERSISTENT, 0, 1, 5, 0 } },
        { { -1, -1, -1, -1, NP_MODE_NON_PERSISTENT, 1, 0, -1, 1 } },
        { { -1, -1, -1, -1, -1, -1, -1, -1, -1 } },
    };
    apr_array_header_t *entries = np_settings_file_make(np_pool);

    for (int i = 0; i < 3; i++) {
        const np_settings_entry_t entry = {
            apr_psprintf(np_pool, "tenant %d \"\xc3\xa9\"", i), NOW + i,
            "node.example", settings[i]
        };
        ck_assert(np_settings_file_put(entries, &entry));
    }
    apr_array_header_t *again = decode(encode(entries));
    ck_assert_int_eq(again->nelts, 3);
    for (int i = 0; i < 3; i++) {
        const np_settings_entry_t *entry = np_settings_file_find(
            again, apr_psprintf(np_pool, "tenant %d \"\xc3\xa9\"", i));
        ck_assert_ptr_nonnull(entry);
        ck_assert_int_eq(entry->revision, NOW + i);
        ck_assert_str_eq(entry->node, "node.example");
        ck_assert_mem_eq(&entry->settings, &settings[i], sizeof settings[i]);
    }
}
END_TEST

START_TEST(the_format_stays)
{
    np_settings_entry_t entry = entry_of("default", 7, "a", 60);

    entry.settings.values[NP_SETTING_MODE] = NP_MODE_NON_PERSISTENT;
    entry.settings.values[NP_SETTING_METADATA_IN_LOGS] = 1;
    np_bytes_t bytes = encode(list_of(&entry));
    ck_assert_str_eq(
        apr_pstrmemdup(np_pool, (const char *)bytes.data, bytes.len),
        "{\"format\":\"session-np-settings\",\"version\":1,\"tenants\":"
        "{\"default\":{\"revision\":7,\"node\":\"a\",\"settings\":"
        "{\"session_lifetime\":60,\"session_cookie_mode\":\"non-persistent\","
        "\"include_session_metadata_in_tenant_logs\":true}}}}\n");
}
END_TEST

START_TEST(no_bytes_are_an_empty_file)
{
    const np_bytes_t none = { 0 };

    ck_assert_int_eq(decode(none)->nelts, 0);
    ck_assert_int_eq(decode(encode(np_settings_file_make(np_pool)))->nelts, 0);
}
END_TEST

static void assert_status(np_bytes_t bytes, apr_status_t expected)
{
    apr_array_header_t *entries = NULL;
    const char *why = NULL;

    ck_assert_int_eq(np_settings_file_decode(bytes, &entries, &why, np_pool),
                     expected);
    ck_assert_ptr_null(entries);
    ck_assert_ptr_nonnull(why);
}

START_TEST(every_shorter_file_is_refused)
{
    const np_settings_entry_t entry = entry_of("default", NOW, "a", 60);
    np_bytes_t bytes = encode(list_of(&entry));

    /* (without the last newline it is whole) */
    for (apr_size_t len = 1; len < bytes.len - 1; len++) {
        assert_status((np_bytes_t){ bytes.data, len }, APR_EINVAL);
    }
}
END_TEST

#define FILE_OF(tenants) \
    "{\"format\":\"session-np-settings\",\"version\":1,\"tenants\":" tenants "}"
#define FILE_WITH(settings) \
    FILE_OF("{\"t\":{\"revision\":1,\"node\":\"a\",\"settings\":" settings "}}")

static const struct {
    const char *file;
    apr_status_t status;
} bad[] = {
    { " ", APR_EINVAL },
    { "[]", APR_EINVAL },
    { "{}", APR_EINVAL },
    { "{\"format\":\"other\",\"version\":1,\"tenants\":{}}", APR_EINVAL },
    { "{\"format\":1,\"version\":1,\"tenants\":{}}", APR_EINVAL },
    { "{\"format\":\"session-np-settings\",\"tenants\":{}}", APR_EINVAL },
    { "{\"format\":\"session-np-settings\",\"version\":\"1\",\"tenants\":{}}",
      APR_EINVAL },
    { "{\"format\":\"session-np-settings\",\"version\":2}", APR_ENOTIMPL },
    { "{\"format\":\"session-np-settings\",\"version\":0,\"tenants\":{}}",
      APR_ENOTIMPL },
    { "{\"format\":\"session-np-settings\",\"version\":1}", APR_EINVAL },
    { "{\"format\":\"session-np-settings\",\"version\":1,\"tenants\":{},"
      "\"x\":1}",
      APR_EINVAL },
    { FILE_OF("[]"), APR_EINVAL },
    { FILE_OF("{\"t\":1}"), APR_EINVAL },
    { FILE_OF("{\"t\":{}}"), APR_EINVAL },
    { FILE_OF("{\"t\":{\"revision\":1,\"node\":\"a\"}}"), APR_EINVAL },
    { FILE_OF("{\"t\":{\"revision\":1,\"node\":\"a\",\"x\":{}}}"), APR_EINVAL },
    { FILE_OF("{\"t\":{\"revision\":1,\"node\":\"a\",\"settings\":{},"
              "\"x\":1}}"),
      APR_EINVAL },
    { FILE_OF("{\"t\":{\"revision\":0,\"node\":\"a\",\"settings\":{}}}"),
      APR_EINVAL },
    { FILE_OF("{\"t\":{\"revision\":9007199254740992,\"node\":\"a\","
              "\"settings\":{}}}"),
      APR_EINVAL },
    { FILE_OF("{\"t\":{\"revision\":\"1\",\"node\":\"a\",\"settings\":{}}}"),
      APR_EINVAL },
    { FILE_OF("{\"t\":{\"revision\":1.0,\"node\":\"a\",\"settings\":{}}}"),
      APR_EINVAL },
    { FILE_OF("{\"t\":{\"revision\":1,\"node\":\"\",\"settings\":{}}}"),
      APR_EINVAL },
    { FILE_OF("{\"t\":{\"revision\":1,\"node\":1,\"settings\":{}}}"),
      APR_EINVAL },
    { FILE_OF("{\"\":{\"revision\":1,\"node\":\"a\",\"settings\":{}}}"),
      APR_EINVAL },
    { FILE_OF("{\"a\\n\":{\"revision\":1,\"node\":\"a\",\"settings\":{}}}"),
      APR_EINVAL },
    { FILE_WITH("[]"), APR_EINVAL },
    { FILE_WITH("null"), APR_EINVAL },
    { FILE_WITH("{\"x\":1}"), APR_EINVAL },
    { FILE_WITH("{\"session_lifetime\":0}"), APR_EINVAL },
    { FILE_WITH("{\"session_lifetime\":-1}"), APR_EINVAL },
    { FILE_WITH("{\"session_lifetime\":525601}"), APR_EINVAL },
    { FILE_WITH("{\"session_lifetime\":4294967297}"), APR_EINVAL },
    { FILE_WITH("{\"session_lifetime\":1.0}"), APR_EINVAL },
    { FILE_WITH("{\"session_lifetime\":null}"), APR_EINVAL },
    { FILE_WITH("{\"session_lifetime\":1,\"session_lifetime\":1}"),
      APR_EINVAL },
    { FILE_WITH("{\"session_cookie_mode\":0}"), APR_EINVAL },
    { FILE_WITH("{\"session_cookie_mode\":\"x\"}"), APR_EINVAL },
    { FILE_WITH("{\"oidc_logout_prompt_enabled\":1}"), APR_EINVAL },
    { FILE_WITH("{}") "x", APR_EINVAL },
};

START_TEST(damaged_files_are_refused)
{
    assert_status(np_text(bad[_i].file), bad[_i].status);
}
END_TEST

START_TEST(files_at_their_bounds_are_read)
{
    ck_assert_int_eq(
        minutes_of(decode(np_text(FILE_WITH("{\"session_lifetime\":1}"))), "t"),
        1);
    ck_assert_int_eq(
        minutes_of(decode(np_text(FILE_WITH("{\"session_lifetime\":525600}"))),
                   "t"),
        525600);
    ck_assert_int_eq(
        decode(np_text(FILE_OF("{\"t\":{\"revision\":9007199254740991,"
                               "\"node\":\"a\",\"settings\":{}}}")))
            ->nelts,
        1);
}
END_TEST

START_TEST(files_have_a_mebibyte_at_the_most)
{
    const char *file = FILE_WITH("{}");
    const int room = NP_SETTINGS_FILE_MAX - (int)strlen(file);

    ck_assert_int_eq(
        decode(np_text(apr_pstrcat(np_pool, file, np_repeat(" ", room), NULL)))
            ->nelts,
        1);
    assert_status(
        np_text(apr_pstrcat(np_pool, file, np_repeat(" ", room + 1), NULL)),
        APR_EINVAL);
}
END_TEST

START_TEST(what_cannot_be_read_is_not_written)
{
    const char *longest = np_repeat("n", NP_SETTINGS_MAX_NAME);
    np_settings_entry_t entry = entry_of(longest, 1, longest, 1);
    const np_settings_entry_t whole = entry;
    np_bytes_t bytes;

    ck_assert_int_eq(decode(encode(list_of(&entry)))->nelts, 1);
    entry.tenant = np_repeat("n", NP_SETTINGS_MAX_NAME + 1);
    ck_assert_int_eq(np_settings_file_encode(list_of(&entry), &bytes, np_pool),
                     APR_EINVAL);
    entry = whole;
    entry.tenant = "\xff";
    ck_assert_int_eq(np_settings_file_encode(list_of(&entry), &bytes, np_pool),
                     APR_EINVAL);
    entry = whole;
    entry.node = "\xff";
    ck_assert_int_eq(np_settings_file_encode(list_of(&entry), &bytes, np_pool),
                     APR_EINVAL);
    entry = whole;
    entry.settings.values[NP_SETTING_LIFE] = 525601;
    ck_assert_int_eq(np_settings_file_encode(list_of(&entry), &bytes, np_pool),
                     APR_EINVAL);
}
END_TEST

START_TEST(the_newest_wins)
{
    const np_settings_entry_t first = entry_of("t", NOW, "b", 1);
    const np_settings_entry_t older = entry_of("t", NOW - 1, "c", 2);
    const np_settings_entry_t lower = entry_of("t", NOW, "a", 3);
    const np_settings_entry_t higher = entry_of("t", NOW, "c", 4);
    const np_settings_entry_t newer = entry_of("t", NOW + 1, "a", 5);
    const np_settings_entry_t other = entry_of("u", 1, "a", 6);
    apr_array_header_t *entries = list_of(&first);

    ck_assert(!np_settings_file_put(entries, &first));
    ck_assert(!np_settings_file_put(entries, &older));
    ck_assert(!np_settings_file_put(entries, &lower));
    ck_assert_int_eq(minutes_of(entries, "t"), 1);
    ck_assert(np_settings_file_put(entries, &higher));
    ck_assert_int_eq(minutes_of(entries, "t"), 4);
    ck_assert(np_settings_file_put(entries, &newer));
    ck_assert_int_eq(minutes_of(entries, "t"), 5);
    ck_assert(np_settings_file_put(entries, &other));
    ck_assert_int_eq(minutes_of(entries, "t"), 5);
    ck_assert_int_eq(minutes_of(entries, "u"), 6);
    ck_assert_int_eq(minutes_of(entries, "v"), NP_SETTING_UNSET);
    ck_assert_ptr_null(np_settings_file_find(entries, "v"));
}
END_TEST

START_TEST(lists_are_merged_the_same_either_way)
{
    const np_settings_entry_t old_t = entry_of("t", 1, "a", 1);
    const np_settings_entry_t new_t = entry_of("t", 2, "b", 2);
    const np_settings_entry_t cleared = entry_of("u", 2, "a", NP_SETTING_UNSET);
    const np_settings_entry_t set = entry_of("u", 1, "b", 3);
    apr_array_header_t *a = list_of(&old_t);
    apr_array_header_t *b = list_of(&new_t);

    ck_assert(np_settings_file_put(a, &cleared));
    ck_assert(np_settings_file_put(b, &set));
    ck_assert_int_eq(np_settings_file_merge(a, b), 1);
    ck_assert_int_eq(np_settings_file_merge(b, a), 1);
    ck_assert_int_eq(np_settings_file_merge(a, b), 0);
    ck_assert_int_eq(minutes_of(a, "t"), 2);
    ck_assert_int_eq(minutes_of(b, "t"), 2);
    ck_assert_int_eq(minutes_of(a, "u"), NP_SETTING_UNSET);
    ck_assert_int_eq(minutes_of(b, "u"), NP_SETTING_UNSET);
}
END_TEST

START_TEST(revisions_grow)
{
    const np_settings_entry_t entry = entry_of("t", NOW, "a", 1);
    const apr_array_header_t *entries = list_of(&entry);

    ck_assert_int_eq(np_settings_file_revision(entries, "u", NOW), NOW);
    ck_assert_int_eq(np_settings_file_revision(entries, "t", NOW + 1), NOW + 1);
    ck_assert_int_eq(np_settings_file_revision(entries, "t", NOW), NOW + 1);
    ck_assert_int_eq(np_settings_file_revision(entries, "t", NOW - 9), NOW + 1);
}
END_TEST

Suite *np_suite_settings_file(void)
{
    Suite *suite = suite_create("settings file");
    TCase *tc = tcase_create("bytes");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, what_was_written_is_read);
    tcase_add_test(tc, the_format_stays);
    tcase_add_test(tc, no_bytes_are_an_empty_file);
    tcase_add_test(tc, every_shorter_file_is_refused);
    tcase_add_loop_test(tc, damaged_files_are_refused, 0,
                        sizeof bad / sizeof bad[0]);
    tcase_add_test(tc, files_at_their_bounds_are_read);
    tcase_add_test(tc, files_have_a_mebibyte_at_the_most);
    tcase_add_test(tc, what_cannot_be_read_is_not_written);
    tcase_add_test(tc, the_newest_wins);
    tcase_add_test(tc, lists_are_merged_the_same_either_way);
    tcase_add_test(tc, revisions_grow);
    suite_add_tcase(suite, tc);
    return suite;
}
