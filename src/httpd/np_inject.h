/* SPDX-License-Identifier: Apache-2.0
 * Puts the element of our script into the pages of applications. */
#ifndef NP_INJECT_H
#define NP_INJECT_H

#include "np_module.h"

/** Register the filters; for register_hooks. */
void np_inject_register(void);

/** For the end of hook fixups: a page that may get the script is not answered
 *  by 304, for the copy that the browser has may be from before. */
void np_inject_refresh(request_rec *r);

/** For hook insert_filter. */
void np_inject_insert(request_rec *r);

#endif
