/* SPDX-License-Identifier: Apache-2.0
 * What other modules and applications may rely on: names, and no structs. */
#ifndef MOD_SESSION_NP_H
#define MOD_SESSION_NP_H

/** Grows by one with each change that callers have to know of. */
#define SESSION_NP_API_VERSION 1

/* Environment variables of every place with "SessionNP On". */
#define SESSION_NP_ENV_STATE "SESSION_NP_STATE"
#define SESSION_NP_ENV_USER "SESSION_NP_USER"
#define SESSION_NP_ENV_ID "SESSION_NP_ID"
#define SESSION_NP_ENV_TENANT "SESSION_NP_TENANT"
#define SESSION_NP_ENV_MODE "SESSION_NP_MODE"
#define SESSION_NP_ENV_LOGIN_AT "SESSION_NP_LOGIN_AT"
#define SESSION_NP_ENV_IDLE_EXPIRES_AT "SESSION_NP_IDLE_EXPIRES_AT"
#define SESSION_NP_ENV_EXPIRES_AT "SESSION_NP_EXPIRES_AT"
#define SESSION_NP_ENV_MFA "SESSION_NP_MFA"
#define SESSION_NP_ENV_NEW "SESSION_NP_NEW"

/* Request headers that tell the same to proxied applications. */
#define SESSION_NP_HEADER_STATE "Session-NP-State"
#define SESSION_NP_HEADER_USER "Session-NP-User"
#define SESSION_NP_HEADER_ID "Session-NP-ID"
#define SESSION_NP_HEADER_TENANT "Session-NP-Tenant"
#define SESSION_NP_HEADER_MODE "Session-NP-Mode"
#define SESSION_NP_HEADER_LOGIN_AT "Session-NP-Login-At"
#define SESSION_NP_HEADER_IDLE_EXPIRES_AT "Session-NP-Idle-Expires-At"
#define SESSION_NP_HEADER_EXPIRES_AT "Session-NP-Expires-At"
#define SESSION_NP_HEADER_MFA "Session-NP-MFA"
#define SESSION_NP_HEADER_NEW "Session-NP-New"

#endif
