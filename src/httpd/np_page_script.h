/* SPDX-License-Identifier: Apache-2.0
 * The script of the pages, page/np-page.js, which page/embed.sh makes C of. */
#ifndef NP_PAGE_SCRIPT_H
#define NP_PAGE_SCRIPT_H

#include "np_bytes.h"

extern const np_bytes_t np_page_script;

#endif
