/* SPDX-License-Identifier: Apache-2.0
 * A vault with an application's cookies in it, in a line each. */
#ifndef NP_JAR_H
#define NP_JAR_H

#include "np_vault.h"

#define JAR_NOW apr_time_from_sec(1700000000)
#define SECOND  APR_USEC_PER_SEC

/** The map of the running test, and how many cookies were dropped from it. */
extern np_bytes_t np_jar_map;
extern int np_jar_dropped;

/** For tcase_add_checked_fixture(), with np_pool_tear_down(): an empty one. */
void np_jar_set_up(void);

/** Keep what a Set-Cookie header says. Fails the test if the map changes
 *  without success. */
apr_status_t np_jar_try(const char *line, const char *request_path,
                        apr_time_t now);

/** Keep it for a request of "/"; fails the test where that fails. */
void np_jar_keep_at(const char *line, apr_time_t now);
/** At JAR_NOW. */
void np_jar_keep(const char *line);

/** "name=" and a value of @a len octets. */
const char *np_jar_line(const char *name, apr_size_t len);

/** What is sent by https for "/" at the moment @a now. */
const char *np_jar_sent(apr_time_t now);

/** Fails the test if the Cookie header is another one; NULL: there is none. */
void np_jar_assert_at(const char *expected, const char *request_path,
                      bool secure, apr_time_t now);
/** By https, for "/", right after JAR_NOW. */
void np_jar_assert(const char *expected);

#endif
