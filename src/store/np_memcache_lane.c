/* SPDX-License-Identifier: Apache-2.0
 * One connection to a memcached server, with a deadline for each operation. */
#include "np_memcache_lane.h"

#include "np_sockets.h"

/* memcached takes a number up to this for a duration, a larger one for a date;
 * as a date it is in 1970. */
#define LONGEST_DURATION (30 * 86400)

bool np_lane_is_fit(const np_lane_t *lane)
{
    /* Answers that nobody read would be taken for those of the next one. */
    return np_sockets_quiet(lane->fd);
}

/* A key that no record has: storage keys are longer. */
#define PROBE_KEY "np-probe"

/* Does apr_memcache stand by its answer? For a server that it has given up it
 * says APR_NOTFOUND. */
static bool is_answered(const np_lane_t *lane, apr_status_t status)
{
    return lane->server->status == APR_MC_SERVER_LIVE
           && !np_store_unavailable(status);
}

/* Judge the operation that ended with status. */
static np_lane_fate_e judge(const np_lane_t *lane, apr_status_t status)
{
    if (is_answered(lane, status)) {
        return NP_LANE_GOOD;
    }
    /* "SERVER_ERROR out of memory" and the like leave the connection as it
     * was. The end of the connection looks the same to apr_memcache. */
    return lane->server->status == APR_MC_SERVER_LIVE && np_lane_is_fit(lane)
               ? NP_LANE_REFUSED
               : NP_LANE_LOST;
}

/* End an operation. An answer that came whole is true, in time or not. */
static apr_status_t settle(np_lane_t *lane, apr_status_t status)
{
    const bool in_time = np_deadline_end(lane->watch);
    lane->fate = in_time ? judge(lane, status) : NP_LANE_LATE;
    if (is_answered(lane, status)) {
        return status;
    }
    if (!in_time) {
        return APR_TIMEUP;
    }
    return np_store_unavailable(status) ? status : APR_EGENERAL;
}

/* Not by "version": apr_memcache takes two octets from the length of whatever
 * line comes back, also where there are fewer. */
apr_status_t np_lane_probe(np_lane_t *lane, apr_time_t until)
{
    np_deadline_begin(lane->watch, until);
    const apr_status_t status = settle(
        lane, apr_memcache_incr(lane->client, PROBE_KEY, 1, NULL));
    if (status == APR_NOTFOUND) {
        return APR_SUCCESS;
    }
    return np_store_unavailable(status) ? status : APR_EGENERAL;
}

apr_status_t np_lane_get(np_lane_t *lane, const char *key, apr_time_t until,
                         np_bytes_t *value, apr_pool_t *p)
{
    char *data = NULL;
    apr_size_t len = 0;
    np_deadline_begin(lane->watch, until);
    /* Without flags: it reads them from answers that have none, too. */
    const apr_status_t status = settle(
        lane, apr_memcache_getp(lane->client, p, key, &data, &len, NULL));
    if (status == APR_SUCCESS) {
        value->data = (const unsigned char *)data;
        value->len = len;
    }
    return status;
}

apr_uint32_t np_lane_expiry(apr_time_t expires_at)
{
    /* One second for what is lost in the division, one because memcached's
     * clock may be ahead of ours by the fraction with which it started. */
    const apr_int64_t seconds = apr_time_sec(expires_at) + 2;
    if (seconds <= LONGEST_DURATION) {
        return LONGEST_DURATION + 1;
    }
    return seconds < APR_INT32_MAX ? (apr_uint32_t)seconds : APR_INT32_MAX;
}

apr_status_t np_lane_put(np_lane_t *lane, const char *key, np_bytes_t value,
                         np_put_e how, apr_time_t expires_at, apr_time_t until)
{
    char *data = (char *)value.data; /* apr_memcache only reads it */
    const apr_uint32_t expiry = np_lane_expiry(expires_at);
    np_deadline_begin(lane->watch, until);
    if (how == NP_PUT_ADD) {
        return settle(lane, apr_memcache_add(lane->client, key, data, value.len,
                                             expiry, 0));
    }
    const apr_status_t status =
        settle(lane, apr_memcache_replace(lane->client, key, data, value.len,
                                          expiry, 0));
    /* Either is refused with NOT_STORED, which it calls APR_EEXIST. */
    return status == APR_EEXIST ? APR_NOTFOUND : status;
}

apr_status_t np_lane_remove(np_lane_t *lane, const char *key, apr_time_t until)
{
    np_deadline_begin(lane->watch, until);
    const apr_status_t status =
        settle(lane, apr_memcache_delete(lane->client, key, 0));
    return status == APR_NOTFOUND ? APR_SUCCESS : status;
}
