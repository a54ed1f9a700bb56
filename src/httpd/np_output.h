/* SPDX-License-Identifier: Apache-2.0
 * The filter that puts our headers on a response, whoever makes it. */
#ifndef NP_OUTPUT_H
#define NP_OUTPUT_H

#include "np_module.h"

/** Register the filter; for register_hooks. */
void np_output_register(void);

/** For hook insert_filter. */
void np_output_insert(request_rec *r);

/** For hook insert_error_filter: the last moment to hear what an application
 *  said whose answer httpd replaces by an error page. */
void np_output_insert_error(request_rec *r);

#endif
