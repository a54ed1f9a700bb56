/* SPDX-License-Identifier: Apache-2.0
 * What a place says of the browser's run, and of the question "still there?". */
#ifndef NP_RUN_CONF_H
#define NP_RUN_CONF_H

#include "np_module.h"

#include "np_binding.h"

typedef enum np_run_mode_e {
    NP_RUN_MODE_OFF,
    /** A session that no run claims goes on, until its last page. */
    NP_RUN_MODE_PREFER,
    NP_RUN_MODE_REQUIRE,
} np_run_mode_e;

/** How the key gets to the browser. */
typedef enum np_run_key_e {
    NP_RUN_KEY_SCRIPT,
    NP_RUN_KEY_LOGIN,
} np_run_key_e;

/** As it was written: NP_UNSET where it was not. */
typedef struct np_run_conf_t {
    int mode;
    int key;
    apr_interval_time_t timer[NP_RUN_TIMERS];
    /** How long before its end by inactivity a session asks; 0: never. */
    apr_interval_time_t still_there;
    /** of np_still_text_t; NULL: none */
    apr_array_header_t *texts;
} np_run_conf_t;

/** The configuration of which nothing is set yet, in @a p. */
np_run_conf_t *np_run_conf_create(apr_pool_t *p);

/** What @a inner says, and @a outer where it says nothing; either may be
 *  NULL. */
np_run_conf_t *np_run_conf_merge(np_run_conf_t *outer, np_run_conf_t *inner,
                                 apr_pool_t *p);

/** Is there anything in @a conf, which may be NULL, that a request has to
 *  look at? */
bool np_run_conf_is_active(const np_run_conf_t *conf);

/** The mode of @a conf, which may be NULL. */
np_run_mode_e np_run_conf_mode(const np_run_conf_t *conf);

/** How the key gets to the browser. */
np_run_key_e np_run_conf_key(const np_run_conf_t *conf);

/** A timer. The leases of pages that are hidden or frozen are as long as the
 *  inactivity timeout @a idle where nothing else is said. */
apr_interval_time_t np_run_conf_timer(const np_run_conf_t *conf,
                                      np_run_timer_e timer,
                                      apr_interval_time_t idle);

/** All of them, for sessions of this inactivity timeout. */
np_run_rules_t np_run_conf_rules(const np_run_conf_t *conf,
                                 apr_interval_time_t idle);

/** How long before its end by inactivity a session asks; 0: never. */
apr_interval_time_t np_run_conf_still_there(const np_run_conf_t *conf);

#endif
