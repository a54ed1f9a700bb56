/* SPDX-License-Identifier: Apache-2.0
 * Finding what is wrong with a configuration before a server runs by it. */
#ifndef NP_CHECK_H
#define NP_CHECK_H

#include "np_module.h"

/**
 * For hook pre_config, before directives are read: give every section that
 * says "AuthType SessionNP" without any Require the line that it means,
 * "Require session-np valid", added to what holds already.
 */
void np_check_complete_sections(apr_pool_t *p);

/**
 * For hook check_config, which `apachectl -t` runs too: log everything that is
 * wrong in any virtual host. Opens no store, makes no file.
 * @return OK, or HTTP_INTERNAL_SERVER_ERROR if anything is
 */
int np_check_config(apr_pool_t *p, apr_pool_t *log, apr_pool_t *scratch,
                    server_rec *main_server);

#endif
