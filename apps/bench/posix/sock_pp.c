/* SPDX-License-Identifier: MIT */
/* IPC round trip over AF_UNIX socketpair, 1 byte and 64 bytes */
#include "bench.h"
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
static void run(const char *name, int type, int len)
{
	int s[2];
	char c[64] = {0};
	pid_t p;

	if (socketpair(AF_UNIX, type, 0, s)) {
		perror("socketpair");
		return;
	}
	fflush(stdout);
	if ((p = fork()) < 0)
		bench_die("fork");
	if (p == 0) {
		close(s[0]);
		while (read(s[1], c, len) == len)
			if (write(s[1], c, len) != len)
				break;
		_exit(0);
	}
	close(s[1]);
	BENCH_LOOP(name, 2000, 15,
		   if (write(s[0], c, len) != len || read(s[0], c, len) != len) bench_die("pp"));
	shutdown(s[0], SHUT_RDWR);
	close(s[0]);
	waitpid(p, 0, 0);
}
int main(void)
{
	bench_begin();
	run("unix_stream_roundtrip_1B", SOCK_STREAM, 1);
	run("unix_seqpacket_roundtrip_1B", SOCK_SEQPACKET, 1);
	run("unix_seqpacket_roundtrip_64B", SOCK_SEQPACKET, 64);
	return 0;
}
