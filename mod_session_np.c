/* SPDX-License-Identifier: Apache-2.0
 * mod_session_np: login sessions in memcached, in cookies that need not last.
 *
 * This file is the table of contents: what happens when, and which file does
 * it. docs/architecture.md has the picture.
 */
#include "httpd.h"
#include "http_config.h"
#include "http_protocol.h"
#include "http_request.h"
#include "mod_auth.h"

#include "np_access.h"
#include "np_api.h"
#include "np_authz.h"
#include "np_check.h"
#include "np_config.h"
#include "np_directives.h"
#include "np_endpoints.h"
#include "np_expr.h"
#include "np_hooks.h"
#include "np_inject.h"
#include "np_metrics.h"
#include "np_output.h"
#include "np_start.h"

static void register_response_hooks(void)
{
    /* The response goes out, whoever made it: np_output.c, and np_voice.c hears
     * what the application says in it. Last, to see what mod_headers and
     * mod_expires did; before mod_cache stores it. */
    np_output_register();
    ap_hook_insert_filter(np_output_insert, NULL, NULL, APR_HOOK_REALLY_LAST);
    ap_hook_insert_error_filter(np_output_insert_error, NULL, NULL,
                                APR_HOOK_REALLY_LAST);
    /* A page gets our script: np_inject.c. Its headers are settled when ours
     * are there. */
    np_inject_register();
    ap_hook_insert_filter(np_inject_insert, NULL, NULL,
                          APR_HOOK_REALLY_LAST + 1);
}

static void register_hooks(apr_pool_t *p)
{
    /* Where both ask to be first, the order of LoadModule lines would decide. */
    static const char *const before_forensic[] = { "mod_log_forensic.c", NULL };
    static const char *const before_rewrite[] = { "mod_rewrite.c", NULL };

    /* What other modules may call: include/mod_session_np.h. */
    np_api_register();

    /* What was counted: np_metrics.c; on mod_status's page, too. */
    np_metrics_register();

    /* Start: np_check.c finds errors, np_start.c opens keys and stores. */
    ap_hook_pre_config(np_start_pre_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_check_config(np_check_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(np_start_post_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(np_start_child, NULL, NULL, APR_HOOK_MIDDLE);

    /* A request comes in: np_scrub.c. */
    ap_hook_post_read_request(np_hook_scrub, NULL, before_forensic,
                              APR_HOOK_REALLY_FIRST);

    /* What pages say of their browser's run, before anybody maps or forwards it:
     * np_run_endpoints.c. */
    ap_hook_translate_name(np_endpoint_run, NULL, NULL,
                           APR_HOOK_REALLY_FIRST);

    /* Its place is known: np_request.c looks its session up. */
    ap_hook_header_parser(np_hook_open, NULL, NULL, APR_HOOK_REALLY_FIRST);

    /* Whoever asks earlier, as <If> does, by an expression: np_expr.c. */
    ap_hook_expr_lookup(np_expr_lookup, NULL, NULL, APR_HOOK_FIRST);

    /* Who is it, and may he: np_access.c, np_authz.c for our Require rules.
     * Both before mod_ssl and after it, which names the user, too; and before
     * it adds a password of its own (FakeBasicAuth), which it must do once. */
    ap_hook_check_access(np_access_name_user, NULL, NULL, APR_HOOK_FIRST,
                         AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_access(np_access_name_user, NULL, NULL,
                         APR_HOOK_REALLY_LAST, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_access_ex(np_access_check, NULL, NULL, APR_HOOK_FIRST,
                            AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_authn(np_access_authenticate, NULL, NULL,
                        APR_HOOK_REALLY_FIRST, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_authz(np_access_authorize, NULL, NULL, APR_HOOK_FIRST,
                        AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_note_auth_failure(np_access_challenge, NULL, NULL,
                              APR_HOOK_MIDDLE);
    np_authz_register(p);

    /* He may: np_turn.c records a login, np_export.c tells the application. */
    ap_hook_fixups(np_hook_fixups, NULL, before_rewrite, APR_HOOK_FIRST);
    ap_hook_handler(np_endpoint_logout, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_handler(np_endpoint_status, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_handler(np_endpoint_api, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_handler(np_endpoint_metrics, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_handler(np_endpoint_dashboard, NULL, NULL, APR_HOOK_MIDDLE);

    register_response_hooks();
    ap_hook_log_transaction(np_hook_log, NULL, NULL, APR_HOOK_FIRST);
}

module AP_MODULE_DECLARE_DATA session_np_module = {
    STANDARD20_MODULE_STUFF,
    np_config_create_dir,
    np_config_merge_dir,
    np_config_create_server,
    np_config_merge_server,
    np_directives,
    register_hooks,
#ifdef AP_MODULE_FLAG_NONE
    AP_MODULE_FLAG_NONE,
#endif
};
