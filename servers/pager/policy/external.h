/* SPDX-License-Identifier: MIT */
/*
 * Custom pagers as the books see them: what they supply from, what they supply, and who has it.
 *
 *      grant: frames in state FRAME_GRANT, [0] is the report
 *        |
 *      pager <--- object <--- area            object->references counts areas
 *        ^  ^---- client of a space           client->areas counts the space's areas of this pager
 *        '------- supplier of a space         pager->spaces counts them, and those from the next exec on
 *
 * Life of a pager: created with its grant; *ended* when its program has gone: its objects are withdrawn and
 * faults on them refused; its grant *released* when no client has it attached; destroyed when nothing names
 * it. `shell` and `source` are the shell's to use.
 */
#ifndef POLICY_EXTERNAL_H
#define POLICY_EXTERNAL_H

#include "policy/nodes.h"

struct policy;
struct vm_space;

struct external_pager {
	struct external_pager *next, *prev; /* of the policy's list */
	struct external_object *first;	    /* its objects */
	uint32_t account;		    /* that pays */
	uint64_t grant_first, grant_frames; /* page number; 0 frames: released */
	uint32_t clients;		    /* spaces with a client record */
	uint32_t spaces;		    /* pointers of spaces to it as their supplier */
	bool is_ended;
	void *shell;
};

struct external_object {
	struct external_object *next, *prev; /* of its pager's list */
	struct external_pager *pager;
	uint64_t pages;
	uint32_t number;     /* the shell's; unique in the pager */
	uint32_t references; /* areas that refer to it */
	uint32_t seen;	     /* scratch of policy_check; else 0 */
	bool is_writable;    /* shared areas may be */
	bool is_withdrawn;   /* faults on it are refused */
	void *shell;
};

/* A space that has, or is about to have, areas of a pager. */
struct external_client {
	struct external_client *next; /* of the space's list */
	struct external_pager *pager;
	uint32_t areas;	 /* 0: idle, see external_client_idle() */
	uint32_t source; /* the shell's: index of the grant in the space */
};

struct externals {
	struct nodes pagers, objects, clients;
	struct external_pager *first;
	uint64_t idle; /* objects withdrawn that no area refers to */
};

/* A pager with a grant of @arenas neighbouring arenas; their content is arbitrary. Errors: E_NO_MEMORY */
MUST_USE err_t external_pager_create(struct policy *policy, uint64_t arenas, void *shell,
				     struct external_pager **out);
/* Its program has gone: all its objects are withdrawn, it supplies nobody any more. */
void external_pager_end(struct policy *policy, struct external_pager *pager);
/* Frames of the grant that books name become anonymous ones, the rest is free. Needs: ended, no clients. */
void external_grant_release(struct policy *policy, struct external_pager *pager);
/* Does anything name it still: an object, a space, its grant? */
static inline bool external_pager_is_used(const struct external_pager *pager)
{
	return pager->first || pager->spaces || pager->clients || pager->grant_frames;
}
/* Needs: not used. */
void external_pager_destroy(struct policy *policy, struct external_pager *pager);
/* Frames of its grant that books name. */
uint64_t external_given(const struct policy *policy, const struct external_pager *pager);

/* Errors: E_RANGE (0 or more than TREE_PAGES pages), E_DEAD (the pager has ended), E_NO_MEMORY */
MUST_USE err_t external_object_create(struct policy *policy, struct external_pager *pager, uint32_t number,
				      uint64_t pages, bool is_writable, struct external_object **out);
void external_object_withdraw(struct policy *policy, struct external_object *object);
/* A withdrawn object that no area refers to, or NULL. */
struct external_object *external_find_idle(const struct policy *policy);
/* Needs: withdrawn, no reference. */
void external_object_destroy(struct policy *policy, struct external_object *object);

/*
 * The space's record of @pager, made idle if there is none: it has to be there before an area of the pager
 * is mapped. Fork copies it. Errors: E_DEAD (it has ended), E_NO_MEMORY
 */
MUST_USE err_t external_client_take(struct vm_space *space, struct external_pager *pager,
				    struct external_client **out);
/* The record of @pager, or NULL. */
struct external_client *external_client_find(const struct vm_space *space,
					     const struct external_pager *pager);
/* A record without areas, or NULL: its source is to be detached, then external_client_drop(). */
struct external_client *external_client_idle(const struct vm_space *space);
/* Needs: no areas. */
void external_client_drop(struct vm_space *space, struct external_client *client);

/* Who supplies anonymous pages of the space (NULL: the system), from now on or only from the next exec on.
 * Errors: E_DEAD (it has ended) */
MUST_USE err_t external_supplier_set(struct vm_space *space, struct external_pager *pager, bool at_exec);
/* @space takes the place of @old by exec. */
void external_supplier_exec(struct vm_space *space, const struct vm_space *old);

/* For policy's own files. */
void externals_init(struct externals *externals, struct frames *frames);
/* One area more, or less, refers to the object. */
void external_area_take(struct vm_space *space, struct external_object *object);
void external_area_drop(struct vm_space *space, struct external_object *object);
/* Records and suppliers of the parent for the child, without areas. false: out of memory. */
MUST_USE bool external_space_fork(struct vm_space *child, const struct vm_space *parent);
/* Needs: the space has no area. */
void external_space_clear(struct vm_space *space);
int externals_check(const struct policy *policy);

#endif
