/* SPDX-License-Identifier: MIT */
/* Requests of processes on their table of descriptors. */
#include "vfs.h"

#define FD_CLOEXEC_BIT 1u

err_t request_close(struct request *r)
{
	return file_close(&vfs.files, r->process, r->m.w[0]);
}

err_t request_dup(struct request *r)
{
	uint32_t fd;
	err_t error;

	if (r->m.w[2] & ~(uint64_t)FD_CLOEXEC_BIT)
		return E_ARGUMENT;
	error = file_duplicate(&vfs.files, r->process, r->m.w[0], r->m.w[1], &fd);
	if (error != E_OK)
		return error;
	file_set_cloexec(r->process, fd, r->m.w[2] & FD_CLOEXEC_BIT);
	r->w[0] = fd;
	return E_OK;
}

err_t request_dup2(struct request *r)
{
	err_t error;

	if (r->m.w[2] & ~(uint64_t)FD_CLOEXEC_BIT)
		return E_ARGUMENT;
	error = file_duplicate_to(&vfs.files, r->process, r->m.w[0], r->m.w[1]);
	if (error == E_OK && r->m.w[0] != r->m.w[1])
		file_set_cloexec(r->process, r->m.w[1], r->m.w[2] & FD_CLOEXEC_BIT);
	r->w[0] = r->m.w[1];
	return error;
}

err_t request_pipe(struct request *r)
{
	uint32_t fds[2];
	err_t error;

	if (r->m.w[0] & ~(uint64_t)(OPEN_CLOEXEC | OPEN_NONBLOCK))
		return E_ARGUMENT;
	memory_ask_early();
	error = file_open_pipe(&vfs.files, r->process, r->m.w[0], fds);
	if (error != E_OK)
		return error;
	r->w[0] = fds[0];
	r->w[1] = fds[1];
	return E_OK;
}

err_t request_fd_flags(struct request *r)
{
	uint64_t flags = r->m.w[1];

	if (!file_of(&vfs.files, r->process, r->m.w[0]))
		return E_BAD_FD;
	if (flags != UINT64_MAX && (flags & ~(uint64_t)FD_CLOEXEC_BIT))
		return E_ARGUMENT;
	if (flags != UINT64_MAX)
		file_set_cloexec(r->process, r->m.w[0], flags & FD_CLOEXEC_BIT);
	r->w[0] = file_is_cloexec(r->process, r->m.w[0]) ? FD_CLOEXEC_BIT : 0;
	return E_OK;
}

err_t request_open_flags(struct request *r)
{
	const struct open_file *file = file_of(&vfs.files, r->process, r->m.w[0]);

	if (!file)
		return E_BAD_FD;
	r->w[0] = file->flags;
	return E_OK;
}

err_t request_set_flags(struct request *r)
{
	struct open_file *file = file_of(&vfs.files, r->process, r->m.w[0]);
	uint64_t flags = r->m.w[1];

	if (!file)
		return E_BAD_FD;
	if (flags & ~(uint64_t)(OPEN_APPEND | OPEN_NONBLOCK))
		return E_ARGUMENT;
	file->flags = (file->flags & ~(OPEN_APPEND | OPEN_NONBLOCK)) | flags;
	return E_OK;
}
