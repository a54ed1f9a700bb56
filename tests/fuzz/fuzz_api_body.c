/* SPDX-License-Identifier: Apache-2.0
 * Bodies and query strings of the management API: whatever is taken keeps the
 * rules, and what is shown of it is taken again. */
#include "fuzz.h"

#include <string.h>

#include "apr_strings.h"

#include "np_metadata.h"
#include "np_session_json.h"
#include "np_settings.h"

static const char *const types[] = { "application/json",
                                     "application/x-www-form-urlencoded" };

static void check_error(const np_api_error_t *error, apr_pool_t *p)
{
    const char *body = np_api_error_render(error, p);

    NP_FUZZ_CHECK(error->status == 400 || error->status == 413);
    NP_FUZZ_CHECK(body && strlen(body) < 1024);
}

static void check_settings(const np_settings_t *settings)
{
    for (int i = 0; i < NP_SETTINGS; i++) {
        const int value = settings->values[i];
        const bool is_minutes =
            i < NP_SETTING_LIFETIMES || i == NP_SETTING_ANONYMOUS_LIFE;
        NP_FUZZ_CHECK(value == NP_SETTING_UNSET
                      || (is_minutes
                              ? value >= 1 && value <= NP_SETTING_MAX_MINUTES
                              : value == 0 || value == 1));
    }
}

static void patch(np_body_t body, apr_pool_t *p)
{
    const np_settings_t none = np_settings_none();
    np_settings_view_t view = { .plan = { 1, 1 } };
    np_settings_t again;
    np_settings_members_t members;
    np_api_error_t error = { 0 };

    if (!np_settings_patch(&none, body, &view.settings, &error, p)) {
        check_error(&error, p);
        return;
    }
    check_settings(&view.settings);
    NP_FUZZ_CHECK(np_settings_patch(&view.settings, body, &again, &error, p));
    NP_FUZZ_CHECK(!memcmp(&view.settings, &again, sizeof again));
    NP_FUZZ_CHECK(np_settings_select(NULL, &members, &error, p));
    NP_FUZZ_CHECK(np_settings_render(&view, members, p) != NULL);
}

static void patch_metadata(np_body_t body, apr_pool_t *p)
{
    const char *metadata;
    const char *again;
    np_api_error_t error = { 0 };

    if (!np_metadata_patch(body, &metadata, &error, p)) {
        check_error(&error, p);
        return;
    }
    const char *text = apr_pstrcat(
        p, "{\"session_metadata\":", metadata ? metadata : "null", "}", NULL);
    const np_body_t shown = { { (const unsigned char *)text, strlen(text) },
                              types[0] };
    /* (escaped, it can be longer than a body) */
    if (shown.bytes.len <= NP_BODY_MAX) {
        NP_FUZZ_CHECK(np_metadata_patch(shown, &again, &error, p));
        NP_FUZZ_CHECK(!metadata == !again
                      && (!metadata || !strcmp(metadata, again)));
    }
}

static void query(const char *args, apr_pool_t *p)
{
    np_settings_members_t members;
    np_settings_t settings = np_settings_none();
    np_page_t page;
    np_api_error_t error = { 0 };

    if (!np_settings_select(args, &members, &error, p)) {
        check_error(&error, p);
    }
    if (!np_settings_clear(&settings, args, &settings, &error, p)) {
        check_error(&error, p);
    }
    if (np_page_parse(args, &page, &error, p)) {
        NP_FUZZ_CHECK(page.take >= 1 && page.take <= NP_PAGE_MAX_TAKE);
    }
    else {
        check_error(&error, p);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *p = np_fuzz_pool();

    for (int i = 0; i < 2; i++) {
        const np_body_t body = { { data, size }, types[i] };
        patch(body, p);
        patch_metadata(body, p);
    }
    query(apr_pstrmemdup(p, (const char *)data, size), p);
    /* LeakSanitizer does not look for Jansson's memory in a pool */
    (void)np_fuzz_pool();
    return 0;
}
