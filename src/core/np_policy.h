/* SPDX-License-Identifier: Apache-2.0
 * When a session ends: the limits, the plans, the boundaries. Reads no clock. */
#ifndef NP_POLICY_H
#define NP_POLICY_H

#include <stdbool.h>

#include "apr_time.h"

/** What the browser does with the cookies when it closes. The values are part
 *  of the record format. */
typedef enum np_mode_e {
    NP_MODE_PERSISTENT = 0,
    NP_MODE_NON_PERSISTENT = 1,
} np_mode_e;

#define NP_MODES 2

/** The two limits of a session, in microseconds. */
typedef struct np_limits_t {
    /** "inactivity timeout": ends this long after the last interaction. */
    apr_interval_time_t idle;
    /** "require login after": ends this long after login. */
    apr_interval_time_t life;
} np_limits_t;

/** The plans that Auth0 sells; each has system limits. */
typedef enum np_plan_e {
    NP_PLAN_ESSENTIAL,
    NP_PLAN_PROFESSIONAL,
    NP_PLAN_DEVELOPER,
    NP_PLAN_DEVELOPER_PRO,
    NP_PLAN_ENTERPRISE,
} np_plan_e;

/** How many failed logins there may be in how long; no attempts: any. */
typedef struct np_attempts_t {
    int most;
    apr_interval_time_t window;
} np_attempts_t;

/** How many sessions a user may have at a time. */
typedef struct np_quota_t {
    /** From 1 to NP_INDEX_MAX; 0: his sessions are not counted, nor listed. */
    int most;
    /** A login beyond that is refused; else the oldest session ends by it. */
    bool deny;
} np_quota_t;

/** What the tenant's rules say today, plan limits already applied. */
typedef struct np_rules_t {
    np_mode_e mode;
    np_limits_t limits[NP_MODES];
    /** How long a second factor is remembered, and a device known. */
    apr_interval_time_t mfa_life;
    apr_interval_time_t device_life;
    np_attempts_t attempts;
    np_quota_t quota;
} np_rules_t;

/** The moments of a session that its limits are measured from. */
typedef struct np_times_t {
    apr_time_t login_at;
    /** The last interaction that was written down. */
    apr_time_t used_at;
} np_times_t;

typedef enum np_verdict_e {
    NP_ALIVE,
    NP_IDLE,
    NP_EXPIRED,
    NP_FROM_FUTURE,
} np_verdict_e;

/** How far the clocks of two servers may differ. */
#define NP_POLICY_SKEW apr_time_from_sec(60)
/** How long after its end a session is told apart from no session. */
#define NP_POLICY_REMEMBER apr_time_from_sec(600)
/** A remembered second factor is forgotten when it is not used for so long. */
#define NP_POLICY_MFA_IDLE apr_time_from_sec(7 * 86400)
/** How long the old id is accepted after the id changed. */
#define NP_POLICY_GRACE apr_time_from_sec(10)

/** The system limits of @a plan. */
np_limits_t np_policy_plan_limits(np_plan_e plan);

/** The smaller of each of the two limits. */
np_limits_t np_policy_smaller(np_limits_t a, np_limits_t b);

/**
 * The mode of a session now: the tenant's turn to non-persistent takes it
 * along, the other way round waits for the next login; a mode that the
 * application chose stays.
 */
np_mode_e np_policy_mode(np_mode_e session_mode, bool chosen,
                         const np_rules_t *rules);

/** The limits in force: the smaller of those at login and those of @a mode
 *  today. */
np_limits_t np_policy_limits(np_limits_t at_login, np_mode_e mode,
                             const np_rules_t *rules);

/** The end of the session by the second limit; saturates. */
apr_time_t np_policy_expires_at(const np_times_t *times, np_limits_t limits);

/** The end by inactivity, never later than np_policy_expires_at(). */
apr_time_t np_policy_idle_expires_at(const np_times_t *times,
                                     np_limits_t limits);

/**
 * Judge a session at the moment @a now.
 * @return NP_ALIVE while now - used_at < idle and now - login_at < life; at
 *         the end, the limit that was reached first; NP_FROM_FUTURE if the
 *         login is later than now + NP_POLICY_SKEW
 */
np_verdict_e np_policy_judge(const np_times_t *times, np_limits_t limits,
                             apr_time_t now);

/**
 * Is it time to write the last interaction down? Yes when the stored one is
 * older than a tenth of the inactivity timeout, or than 60 s.
 */
bool np_policy_touch_due(const np_times_t *times, np_limits_t limits,
                         apr_time_t now);

/**
 * How long the store keeps a record that was written with these times: past
 * its end by NP_POLICY_REMEMBER; with @a to_the_end, past its absolute end
 * even if it may end by inactivity long before. @a limits are those at login:
 * today's may be smaller and rise to them again while the record lies there.
 */
apr_time_t np_policy_keep_until(const np_times_t *times, np_limits_t limits,
                                bool to_the_end);

/**
 * Until when a second factor is remembered that was passed at @a since and
 * used at @a used_at for the last time: NP_POLICY_MFA_IDLE after that, @a life
 * after it was passed at the latest. It counts while now is before that.
 */
apr_time_t np_policy_mfa_until(apr_time_t since, apr_time_t used_at,
                               apr_interval_time_t life);

/** Add without overflow: the sum, or the largest time there is. */
apr_time_t np_policy_sum(apr_time_t moment, apr_interval_time_t interval);

#endif
