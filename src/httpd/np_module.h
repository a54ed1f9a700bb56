/* SPDX-License-Identifier: Apache-2.0
 * What every file of the httpd shell starts with. */
#ifndef NP_MODULE_H
#define NP_MODULE_H

#include "httpd.h"
#include "http_config.h"
#include "http_log.h"

#include <stdbool.h>

extern module AP_MODULE_DECLARE_DATA session_np_module;
APLOG_USE_MODULE(session_np);

#endif
