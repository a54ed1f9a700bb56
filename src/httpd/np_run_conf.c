/* SPDX-License-Identifier: Apache-2.0
 * What a place says of the browser's run, and of the question "still there?". */
#include "np_run_conf.h"

#include "apr_strings.h"

#include "np_config.h"

#define SECONDS(n) apr_time_from_sec(n)

/* 0: the inactivity timeout. */
static const apr_interval_time_t default_timers[NP_RUN_TIMERS] = {
    [NP_RUN_CLAIM] = SECONDS(30),   [NP_RUN_SKEW] = SECONDS(5),
    [NP_RUN_BEAT] = SECONDS(60),    [NP_RUN_LEASE] = SECONDS(150),
    [NP_RUN_HIDDEN] = 0,            [NP_RUN_FROZEN] = 0,
    [NP_RUN_DOCUMENT] = SECONDS(15 * 60), [NP_RUN_GRACE] = SECONDS(15),
};

np_run_conf_t *np_run_conf_create(apr_pool_t *p)
{
    np_run_conf_t *conf = apr_pcalloc(p, sizeof *conf);

    conf->mode = NP_UNSET;
    conf->key = NP_UNSET;
    conf->still_there = NP_UNSET;
    for (int i = 0; i < NP_RUN_TIMERS; i++) {
        conf->timer[i] = NP_UNSET;
    }
    return conf;
}

np_run_conf_t *np_run_conf_merge(np_run_conf_t *outer, np_run_conf_t *inner,
                                 apr_pool_t *p)
{
    if (!outer || !inner) {
        return inner ? inner : outer;
    }
    np_run_conf_t *merged = apr_pmemdup(p, outer, sizeof *outer);
    if (inner->mode != NP_UNSET) {
        merged->mode = inner->mode;
    }
    if (inner->key != NP_UNSET) {
        merged->key = inner->key;
    }
    if (inner->still_there != NP_UNSET) {
        merged->still_there = inner->still_there;
    }
    for (int i = 0; i < NP_RUN_TIMERS; i++) {
        if (inner->timer[i] != NP_UNSET) {
            merged->timer[i] = inner->timer[i];
        }
    }
    if (outer->texts && inner->texts) {
        merged->texts = apr_array_append(p, outer->texts, inner->texts);
    }
    else if (inner->texts) {
        merged->texts = inner->texts;
    }
    return merged;
}

bool np_run_conf_is_active(const np_run_conf_t *conf)
{
    return conf && (conf->mode > NP_RUN_MODE_OFF || conf->still_there > 0);
}

np_run_mode_e np_run_conf_mode(const np_run_conf_t *conf)
{
    return conf && conf->mode != NP_UNSET ? (np_run_mode_e)conf->mode
                                          : NP_RUN_MODE_OFF;
}

np_run_key_e np_run_conf_key(const np_run_conf_t *conf)
{
    return conf->key == NP_UNSET ? NP_RUN_KEY_SCRIPT
                                 : (np_run_key_e)conf->key;
}

apr_interval_time_t np_run_conf_timer(const np_run_conf_t *conf,
                                      np_run_timer_e timer,
                                      apr_interval_time_t idle)
{
    const apr_interval_time_t set = conf->timer[timer];

    if (set != NP_UNSET) {
        return set;
    }
    return default_timers[timer] ? default_timers[timer] : idle;
}

np_run_rules_t np_run_conf_rules(const np_run_conf_t *conf,
                                 apr_interval_time_t idle)
{
    np_run_rules_t rules = {
        .require = np_run_conf_mode(conf) == NP_RUN_MODE_REQUIRE,
    };

    for (int i = 0; i < NP_RUN_TIMERS; i++) {
        rules.timer[i] = np_run_conf_timer(conf, (np_run_timer_e)i, idle);
    }
    return rules;
}

apr_interval_time_t np_run_conf_still_there(const np_run_conf_t *conf)
{
    return conf->still_there == NP_UNSET ? 0 : conf->still_there;
}
