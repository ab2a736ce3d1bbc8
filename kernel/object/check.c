/* SPDX-License-Identifier: MIT */
/* Placeholder body is replaced below. */
#include "object/check.h"
#include "base/panic.h"
#include "object/sched.h"

struct cspace *check_roots;

#if PAGODA_CHECKED
err_t check_system(void)
{
	int broken = ready_check(&ready_queue, 4096);

	if (broken == 0)
		broken = deadline_check(&deadline_set, 4096);
	if (broken != 0)
		panic("check: line %d", broken);
	return E_OK;
}
#else
err_t check_system(void)
{
	return E_UNSUPPORTED;
}
#endif
