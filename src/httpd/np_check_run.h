/* SPDX-License-Identifier: Apache-2.0
 * What is wrong with SessionNPBrowserRun, before a server runs by it. */
#ifndef NP_CHECK_RUN_H
#define NP_CHECK_RUN_H

#include "np_config.h"
#include "np_site.h"

/**
 * Log what is wrong with the places of @a server that bind sessions to the
 * browser's run, or ask "still there?", those of the server around it included,
 * of which @a outer is. What is in @a told is not said again; the rest comes
 * into it. The texts are in @a scratch.
 * @return how many errors there were
 */
int np_check_run(server_rec *server, const np_server_conf_t *outer,
                 const np_site_t *site, apr_hash_t *told, apr_pool_t *scratch);

/** Does a <Location> of path @a location hold at @a path, as httpd sees it? */
bool np_check_run_covers(const char *location, const char *path);

/**
 * Log each AuthType that browsers answer by themselves, in a place that binds
 * sessions to the browser's run, as far as the sections of the configuration
 * tell: <Location> by path, all others by what stands in them.
 * @return how many there were
 */
int np_check_run_auth(server_rec *main_server, apr_pool_t *scratch);

#endif
