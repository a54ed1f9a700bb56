/* SPDX-License-Identifier: Apache-2.0
 * The suites of the unit tests: one for each tests/unit/test_<name>.c. */
#ifndef NP_UNIT_H
#define NP_UNIT_H

#include <check.h>

Suite *np_suite_api_body(void);
Suite *np_suite_app_data(void);
Suite *np_suite_app_map(void);
Suite *np_suite_base64url(void);
Suite *np_suite_browser(void);
Suite *np_suite_cells(void);
Suite *np_suite_companion(void);
Suite *np_suite_cookie(void);
Suite *np_suite_copies(void);
Suite *np_suite_copies_late(void);
Suite *np_suite_copies_race(void);
Suite *np_suite_copy(void);
Suite *np_suite_crypto(void);
Suite *np_suite_deadline(void);
Suite *np_suite_device(void);
Suite *np_suite_duration(void);
Suite *np_suite_figures(void);
Suite *np_suite_guard(void);
Suite *np_suite_guard_race(void);
Suite *np_suite_id(void);
Suite *np_suite_index(void);
Suite *np_suite_lock(void);
Suite *np_suite_memcache(void);
Suite *np_suite_metadata(void);
Suite *np_suite_missed(void);
Suite *np_suite_mfa(void);
Suite *np_suite_outage(void);
Suite *np_suite_plan(void);
Suite *np_suite_policy(void);
Suite *np_suite_profile(void);
Suite *np_suite_rate(void);
Suite *np_suite_rates(void);
Suite *np_suite_exchange(void);
Suite *np_suite_shared(void);
Suite *np_suite_record(void);
Suite *np_suite_record_device(void);
Suite *np_suite_record_metadata(void);
Suite *np_suite_revoked(void);
Suite *np_suite_revoked_session(void);
Suite *np_suite_said(void);
Suite *np_suite_session(void);
Suite *np_suite_session_json(void);
Suite *np_suite_set_cookie(void);
Suite *np_suite_settings(void);
Suite *np_suite_settings_file(void);
Suite *np_suite_settings_patch(void);
Suite *np_suite_store(void);
Suite *np_suite_token(void);
Suite *np_suite_token_file(void);
Suite *np_suite_url(void);
Suite *np_suite_users(void);
Suite *np_suite_users_index(void);
Suite *np_suite_users_list(void);
Suite *np_suite_users_metadata(void);
Suite *np_suite_users_race(void);
Suite *np_suite_vault(void);
Suite *np_suite_vault_room(void);

#endif
