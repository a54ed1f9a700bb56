/* SPDX-License-Identifier: Apache-2.0
 * The record keys: where they are kept, and who may read them. */
#ifndef NP_KEYS_H
#define NP_KEYS_H

#include "np_module.h"

#include "np_crypto.h"

/**
 * Read the key files @a files (of const char *): 64 hexadecimal digits on one
 * line, or 32 raw octets, and readable by nobody but their owner.
 * @return NULL with a ring in @a crypto, or what is wrong and what to do
 */
const char *np_keys_read(const apr_array_header_t *files,
                         np_crypto_t **crypto, apr_pool_t *p);

/**
 * Read the key in the state directory @a dir; on the first start, make the
 * directory (mode 0700) and the key (mode 0600), both owned by the user that
 * the children run as, and synced to the disk before anything is sealed.
 * @return NULL with a ring in @a crypto, or what is wrong and what to do
 */
const char *np_keys_keep(const char *dir, server_rec *server,
                         np_crypto_t **crypto, apr_pool_t *p);

#endif
