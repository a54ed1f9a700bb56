/* SPDX-License-Identifier: Apache-2.0
 * The optional functions of include/mod_session_np.h. */
#ifndef NP_API_H
#define NP_API_H

/** Register them; for register_hooks. */
void np_api_register(void);

#endif
