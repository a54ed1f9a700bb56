/* SPDX-License-Identifier: Apache-2.0
 * The store in one of httpd's small object caches (mod_socache_*). */
#ifndef NP_SOCACHE_H
#define NP_SOCACHE_H

#include "ap_socache.h"
#include "apr_global_mutex.h"

#include "np_store.h"

/**
 * Make a store of an instance that the caller created and initialised.
 * Compound operations hold @a mutex, which all processes that share the
 * instance share too; NULL only where nobody shares it.
 * The store lives in @a p; it logs through @a server if the provider does.
 */
void np_socache_create(np_store_t **store,
                       const ap_socache_provider_t *provider,
                       ap_socache_instance_t *instance,
                       apr_global_mutex_t *mutex, server_rec *server,
                       apr_pool_t *p);

#endif
