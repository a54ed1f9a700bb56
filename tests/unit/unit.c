/* SPDX-License-Identifier: Apache-2.0
 * Runs all unit tests and reports them as TAP on the standard output. */
#include "unit.h"

#include <stdlib.h>

#include "apr_general.h"

typedef Suite *np_suite_fn(void);

static np_suite_fn *const suites[] = {
    np_suite_api_body,
    np_suite_app_data,
    np_suite_app_map,
    np_suite_base64url,
    np_suite_binding,
    np_suite_binding_pages,
    np_suite_browser,
    np_suite_cells,
    np_suite_challenge,
    np_suite_companion,
    np_suite_cookie,
    np_suite_copies,
    np_suite_copies_late,
    np_suite_copies_race,
    np_suite_copy,
    np_suite_crypto,
    np_suite_csp,
    np_suite_deadline,
    np_suite_device,
    np_suite_digest,
    np_suite_duration,
    np_suite_exchange,
    np_suite_figures,
    np_suite_guard,
    np_suite_guard_race,
    np_suite_html_scan,
    np_suite_id,
    np_suite_index,
    np_suite_lock,
    np_suite_memcache,
    np_suite_memcache_names,
    np_suite_memcache_peer,
    np_suite_metadata,
    np_suite_missed,
    np_suite_mfa,
    np_suite_moment,
    np_suite_near,
    np_suite_near_limits,
    np_suite_near_race,
    np_suite_near_session,
    np_suite_outage,
    np_suite_plan,
    np_suite_policy,
    np_suite_processor,
    np_suite_profile,
    np_suite_rate,
    np_suite_rates,
    np_suite_record,
    np_suite_record_binding,
    np_suite_record_device,
    np_suite_record_metadata,
    np_suite_revoked,
    np_suite_revoked_session,
    np_suite_said,
    np_suite_session,
    np_suite_session_json,
    np_suite_set_cookie,
    np_suite_settings,
    np_suite_settings_file,
    np_suite_settings_patch,
    np_suite_shared,
    np_suite_store,
    np_suite_token,
    np_suite_token_file,
    np_suite_url,
    np_suite_users,
    np_suite_users_index,
    np_suite_users_list,
    np_suite_users_metadata,
    np_suite_users_race,
    np_suite_vault,
    np_suite_vault_room,
};

int main(int argc, const char *const *argv, const char *const *env)
{
    if (apr_app_initialize(&argc, &argv, &env) != APR_SUCCESS) {
        return EXIT_FAILURE;
    }
    SRunner *runner = srunner_create(NULL);
    for (size_t i = 0; i < sizeof(suites) / sizeof(*suites); i++) {
        srunner_add_suite(runner, suites[i]());
    }
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    apr_terminate();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
