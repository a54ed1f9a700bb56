/* SPDX-License-Identifier: Apache-2.0
 * Which processor a thread runs on. */
#ifndef NP_PROCESSOR_H
#define NP_PROCESSOR_H

/**
 * A number below @a count, which is at least 1, and the same for whatever runs on
 * one processor now.
 *
 * httpd hands the requests of a connection to one thread after the other. What
 * threads share and use up by turns, such as connections, is best chosen by the
 * processor: the one that was in use there a moment ago is still in its caches,
 * and no other processor is after it. It is a hint, for the thread may be moved
 * right after.
 */
unsigned np_processor_choose(unsigned count);

#endif
