/* SPDX-License-Identifier: Apache-2.0
 * What the tests of the management API share. */
#ifndef NP_API_SUPPORT_H
#define NP_API_SUPPORT_H

#include "np_api_error.h"
#include "np_body.h"
#include "np_settings.h"

/** A JSON body. */
np_body_t np_json_body(const char *text);

/** A form. */
np_body_t np_form_body(const char *text);

/** Is it 400, of this code, and does its message contain @a part? */
void np_assert_error(const np_api_error_t *error, const char *code,
                     const char *part);

/** @a text so many times, in np_pool. */
const char *np_repeat(const char *text, int times);

/** Settings that are all set. */
extern const np_settings_t np_all_set;

void np_assert_same_settings(const np_settings_t *a, const np_settings_t *b);

/** A patch by @a body is refused with 400, for a reason with @a part in it. */
void np_assert_patch_refused(np_body_t body, const char *part);

/** A patch of @a current by @a body sets @a setting to @a value, and nothing
 *  else. */
void np_assert_patch_taken(const np_settings_t *current, np_body_t body,
                           np_setting_e setting, int value);

#endif
