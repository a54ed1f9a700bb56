/* SPDX-License-Identifier: Apache-2.0
 * When a session ends: the limits, the plans, the boundaries. Reads no clock. */
#include "np_policy.h"

#include "apr.h"

#define MINUTES(n) apr_time_from_sec(APR_INT64_C(60) * (n))

static apr_time_t smaller(apr_time_t a, apr_time_t b)
{
    return a < b ? a : b;
}

apr_time_t np_policy_sum(apr_time_t moment, apr_interval_time_t interval)
{
    return interval > 0 && moment > APR_INT64_MAX - interval
               ? APR_INT64_MAX
               : moment + interval;
}

np_limits_t np_policy_plan_limits(np_plan_e plan)
{
    switch (plan) {
    case NP_PLAN_ESSENTIAL:
    case NP_PLAN_PROFESSIONAL:
    case NP_PLAN_DEVELOPER:
    case NP_PLAN_DEVELOPER_PRO:
        return (np_limits_t){ MINUTES(4320), MINUTES(43200) };
    case NP_PLAN_ENTERPRISE:
        break;
    }
    return (np_limits_t){ MINUTES(144000), MINUTES(525600) };
}

np_limits_t np_policy_smaller(np_limits_t a, np_limits_t b)
{
    return (np_limits_t){ smaller(a.idle, b.idle), smaller(a.life, b.life) };
}

np_mode_e np_policy_mode(np_mode_e session_mode, bool chosen,
                         const np_rules_t *rules)
{
    return !chosen && rules->mode == NP_MODE_NON_PERSISTENT ? rules->mode
                                                            : session_mode;
}

np_limits_t np_policy_limits(np_limits_t at_login, np_mode_e mode,
                             const np_rules_t *rules)
{
    return np_policy_smaller(at_login, rules->limits[mode]);
}

apr_time_t np_policy_expires_at(const np_times_t *times, np_limits_t limits)
{
    return np_policy_sum(times->login_at, limits.life);
}

apr_time_t np_policy_idle_expires_at(const np_times_t *times,
                                     np_limits_t limits)
{
    return smaller(np_policy_sum(times->used_at, limits.idle),
                   np_policy_expires_at(times, limits));
}

np_verdict_e np_policy_judge(const np_times_t *times, np_limits_t limits,
                             apr_time_t now)
{
    apr_time_t idle_end = np_policy_sum(times->used_at, limits.idle);
    apr_time_t end = np_policy_expires_at(times, limits);

    if (times->login_at > np_policy_sum(now, NP_POLICY_SKEW)) {
        return NP_FROM_FUTURE;
    }
    if (now >= idle_end && idle_end < end) {
        return NP_IDLE;
    }
    return now >= end ? NP_EXPIRED : NP_ALIVE;
}

bool np_policy_touch_due(const np_times_t *times, np_limits_t limits,
                         apr_time_t now)
{
    apr_interval_time_t after =
        smaller(limits.idle / 10, apr_time_from_sec(60));

    return now > np_policy_sum(times->used_at, after);
}

apr_time_t np_policy_keep_until(const np_times_t *times, np_limits_t limits,
                                bool to_the_end)
{
    apr_time_t end = to_the_end ? np_policy_expires_at(times, limits)
                                : np_policy_idle_expires_at(times, limits);

    return np_policy_sum(end, NP_POLICY_REMEMBER);
}

apr_time_t np_policy_mfa_until(apr_time_t since, apr_time_t used_at,
                               apr_interval_time_t life)
{
    return smaller(np_policy_sum(used_at, NP_POLICY_MFA_IDLE),
                   np_policy_sum(since, life));
}
