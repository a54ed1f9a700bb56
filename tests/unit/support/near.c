/* SPDX-License-Identifier: Apache-2.0
 * A near cache, and a machine that has one. */
#include "near.h"

#include <check.h>
#include <sys/mman.h>

#include "np_near_store.h"

static np_near_t near;
/* This machine, and the other one. */
static np_realm_t here;
static np_realm_t elsewhere;

static apr_status_t unmap(void *memory)
{
    return munmap(memory, np_near_size()) ? APR_EGENERAL : APR_SUCCESS;
}

np_near_table_t *np_test_near_table(void)
{
    void *memory = mmap(NULL, np_near_size(), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    apr_pool_cleanup_register(np_pool, memory, unmap, apr_pool_cleanup_null);
    return memory;
}

np_near_t np_test_near(apr_interval_time_t longest)
{
    return (np_near_t){
        .table = np_test_near_table(),
        .store = 7,
        .longest = longest,
    };
}

void np_test_near_set_up(void)
{
    np_life_set_up();
    near = np_test_near(NP_TEST_LONGEST);
    elsewhere = np_life_realm;
    np_life_realm.store =
        np_near_store_create(&np_life_fake->store, near.table, np_pool);
    np_life_realm.near = &near;
    here = np_life_realm;
}

np_state_e np_test_state(const char *cookie, apr_time_t now)
{
    return np_life_open_one(cookie, now).state;
}

apr_status_t np_test_end_elsewhere(const char *cookie, apr_time_t now)
{
    np_life_realm = elsewhere;
    apr_status_t status = np_life_end(cookie, now);
    np_life_realm = here;
    return status;
}

void np_test_touch_elsewhere(const char *cookie, apr_time_t now)
{
    np_plan_t plan;

    np_life_realm = elsewhere;
    np_outcome_t outcome = np_life_open_one(cookie, now);
    np_plan_touch(&np_life_realm, &outcome, now, &plan);
    ck_assert_int_eq(plan.action, NP_ACTION_TOUCH);
    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    np_life_realm = here;
}
