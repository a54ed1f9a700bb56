/* SPDX-License-Identifier: Apache-2.0
 * The members of the settings object, for np_settings*.c only. */
#ifndef NP_SETTINGS_MEMBERS_H
#define NP_SETTINGS_MEMBERS_H

#include "np_settings.h"

/** What the numbers of a setting mean. */
typedef enum np_setting_unit_e {
    NP_UNIT_MINUTES,
    NP_UNIT_MODE,
    NP_UNIT_FLAG,
} np_setting_unit_e;

/** A setting in the settings file. */
typedef struct np_setting_kept_t {
    const char *name;
    np_setting_unit_e unit;
} np_setting_kept_t;

/** A member of the object that clients see, and the settings that it shows. */
typedef struct np_settings_member_t {
    const char *name;
    np_setting_e first;
    np_setting_e last;
} np_settings_member_t;

/** The members of that object which show settings. */
#define NP_SETTINGS_MEMBERS 7

extern const np_setting_kept_t np_settings_kept[NP_SETTINGS];
extern const np_settings_member_t np_settings_members[NP_SETTINGS_MEMBERS];

/** The two values of a NP_UNIT_MODE. */
const char *np_settings_mode_name(int mode);

/** NP_SETTING_UNSET if there is no such mode. */
int np_settings_mode(const char *name);

/** The limit that a setting below NP_SETTING_LIFETIMES is about. */
apr_interval_time_t *np_settings_limit(np_rules_t *rules, np_setting_e setting);

/** The plan's limit for a setting below NP_SETTING_LIFETIMES. */
apr_interval_time_t np_settings_plan_limit(np_limits_t plan,
                                           np_setting_e setting);

#endif
