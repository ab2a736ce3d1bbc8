/* SPDX-License-Identifier: MIT */
/*
 * filepager FILE [NAME]: /pagers/NAME (filepager if not given) is FILE in upper case. The file is read when
 * its pages are touched, some pages at a time; what cannot be read ends who touched it, with errno as the
 * code.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pagoda/pager.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AHEAD_PAGES 8

struct source {
	int fd;
};

/* Fill @page with what stands at @offset of the file; behind its end are zeroes. 0, or errno. */
static int page_read(const struct source *source, char *page, off_t offset)
{
	size_t bytes = 0;

	while (bytes < PAGER_PAGE_BYTES) {
		if (lseek(source->fd, offset + (off_t)bytes, SEEK_SET) < 0)
			return errno;
		ssize_t got = read(source->fd, page + bytes, PAGER_PAGE_BYTES - bytes);
		if (got < 0)
			return errno;
		if (got == 0)
			break;
		bytes += (size_t)got;
	}
	for (size_t i = 0; i < bytes; i++)
		page[i] = (char)toupper((unsigned char)page[i]);
	return 0;
}

static enum pager_verdict read_pages(struct pager_request *r)
{
	char *page = pager_frame(r);

	if (page == NULL)
		return PAGER_NO_MEMORY;
	for (uint64_t offset = r->offset_bytes; page != NULL;) {
		int error = page_read(r->context, page, (off_t)offset);
		if (error != 0)
			return pager_fail(r, SIGBUS, (uint32_t)error);
		offset += PAGER_PAGE_BYTES;
		if (offset - r->offset_bytes == AHEAD_PAGES * PAGER_PAGE_BYTES)
			break;
		page = pager_frame_at(r, offset); /* NULL at the end, and where a page is there already */
	}
	return PAGER_SUPPLY;
}

int main(int argc, char **argv)
{
	struct source source;
	struct stat file;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: filepager FILE [NAME]\n");
		return 2;
	}
	source.fd = open(argv[1], O_RDONLY);
	if (source.fd < 0 || fstat(source.fd, &file) != 0) {
		fprintf(stderr, "filepager: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	if (!S_ISREG(file.st_mode) || file.st_size == 0) {
		fprintf(stderr, "filepager: %s: not a file with something in it\n", argv[1]);
		return 1;
	}
	return pager_serve(argc == 3 ? argv[2] : "filepager", (uint64_t)file.st_size,
			   &(struct pager_ops){.missing = read_pages, .context = &source});
}
