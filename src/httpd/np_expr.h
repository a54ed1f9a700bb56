/* SPDX-License-Identifier: Apache-2.0
 * Our variables in httpd's expressions, also before a place is told of them. */
#ifndef NP_EXPR_H
#define NP_EXPR_H

#include "np_module.h"

#include "ap_expr.h"

/**
 * expr_lookup: reqenv() and env() read as ever, but find SESSION_NP_* as soon
 * as the place of a request is known. `<If>` asks before any other hook that
 * knows the place, and most requests are never asked: so the session is looked
 * for when a question comes.
 * @return DECLINED for all other functions.
 */
int np_expr_lookup(ap_expr_lookup_parms *parms);

#endif
