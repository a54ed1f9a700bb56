/* SPDX-License-Identifier: Apache-2.0
 * The directives; docs/directives.md explains each. */
#ifndef NP_DIRECTIVES_H
#define NP_DIRECTIVES_H

#include "np_module.h"

extern const command_rec np_directives[];

#endif
