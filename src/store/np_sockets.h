/* SPDX-License-Identifier: Apache-2.0
 * Finding the descriptor of a connection that a library hides. */
#ifndef NP_SOCKETS_H
#define NP_SOCKETS_H

#include <stdbool.h>

#include "apr_network_io.h"
#include "apr_tables.h"

/**
 * List the sockets of this process that are connected to @a peer now. For a
 * unix socket only the last part of the path is compared: the server may have
 * bound it by another way than it is named here.
 * @return APR_SUCCESS, or why the descriptors cannot be listed
 */
apr_status_t np_sockets_connected(const apr_sockaddr_t *peer,
                                  apr_array_header_t **sockets, apr_pool_t *p);

/**
 * The descriptor of the one socket that is listed in @a after and not in
 * @a before.
 * @return -1 if there is none, or more than one
 */
int np_sockets_new(const apr_array_header_t *before,
                   const apr_array_header_t *after);

/**
 * Make another descriptor of the connection @a fd, which programs that are
 * started do not inherit. With TCP, small parts are sent at once, and idle
 * connections are kept alive across firewalls.
 * @return -1 if there are too many
 */
int np_sockets_share(int fd);

/** Is the connection open, and nothing arrived that was not read? */
bool np_sockets_quiet(int fd);

#endif
