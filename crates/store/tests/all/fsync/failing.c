/*
 * A disk that fails: laid under a program with LD_PRELOAD, it answers EIO to every flush from the FSYNC_FAILS_FROM-th on, until
 * FSYNC_FAILS_FOR of them have failed. A flush that does not fail is the system's own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long flushes;

static long number(const char *name)
{
	const char *text = getenv(name);
	/* without a number the disk must not seem to be a good one */
	return text ? atol(text) : 1;
}

static int flush(long call, int fd)
{
	long first = number("FSYNC_FAILS_FROM"), turn = atomic_fetch_add(&flushes, 1) + 1;
	if (turn >= first && turn - first < number("FSYNC_FAILS_FOR")) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(call, fd);
}

int fsync(int fd)
{
	return flush(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return flush(SYS_fdatasync, fd);
}
