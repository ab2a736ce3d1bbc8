/* SPDX-License-Identifier: MIT */
/* Requests of the pager about objects of custom pagers: their names, and mapping them. */
#include "proto/custom.h"
#include "vfs.h"
#include <string.h>

#define NAME_WORDS ((CUSTOM_NAME_MAX + 1) / 8)

err_t service_publish(struct request *r)
{
	const char *name = (const char *)&message_page()->words[MESSAGE_REGISTERS];
	struct object_facts facts = {
		.cookie = r->m.w[0], .size_bytes = r->m.w[1], .mode = r->m.w[2], .name = name};
	const char *end;

	if (TAG_WORDS(r->m.tag) < MESSAGE_REGISTERS + NAME_WORDS)
		return E_ARGUMENT;
	end = memchr(name, 0, CUSTOM_NAME_MAX + 1);
	if (!end)
		return E_ARGUMENT;
	facts.name_bytes = end - name;
	return object_publish(&vfs.tree, vfs.pagers, &facts);
}

err_t service_withdraw(struct request *r)
{
	return object_withdraw(&vfs.store, vfs.pagers, r->m.w[0]);
}

err_t service_map_object(struct request *r, const struct open_file *file)
{
	const struct inode *inode = tree_inode(&vfs.tree, file->target);
	err_t error = object_map(inode, file->flags, r->m.w[2] != 0, &r->w[1]);

	r->w[2] = inode->size_bytes;
	r->w[3] = inode->cookie;
	return error;
}
