/* SPDX-License-Identifier: Apache-2.0
 * The figures as JSON, for pages that show them. */
#ifndef NP_FIGURES_JSON_H
#define NP_FIGURES_JSON_H

#include "np_figures.h"

/** The figures as an object, in @a p; docs/management.md has its shape.
 *  @return NULL if memory ran out */
const char *np_figures_json(const np_figures_t *figures, apr_pool_t *p);

#endif
