/* SPDX-License-Identifier: Apache-2.0
 * Starting: keys, stores and sites, in the parent and in each child. */
#ifndef NP_START_H
#define NP_START_H

#include "np_module.h"

/** For hook pre_config. */
int np_start_pre_config(apr_pool_t *p, apr_pool_t *log, apr_pool_t *scratch);

/** For hook post_config: opens what the configuration names. */
int np_start_post_config(apr_pool_t *p, apr_pool_t *log, apr_pool_t *scratch,
                         server_rec *main_server);

/** For hook child_init: connects this child to the stores. */
void np_start_child(apr_pool_t *p, server_rec *main_server);

#endif
