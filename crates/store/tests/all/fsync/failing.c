/*
 * A disk that fails: laid under a program with LD_PRELOAD, it answers EIO to every flush from the FSYNC_FAILS_FROM-th on, until
 * FSYNC_FAILS_FOR of them have failed. A flush that does not fail is the system's own; with FSYNC_KEEPS it is followed by a copy of the
 * file in that folder, which so holds what a loss of power would leave. A file that is removed is removed there as well.
 *
 * With READ_ONLY_AFTER the disk can be written that many times, and then answers EROFS to whatever would change it, as one does that the
 * system has made read-only. What is no file of a disk, such as a pipe, is written as ever.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long flushes, writes;

static long number(const char *name)
{
	const char *text = getenv(name);
	/* without a number the disk must not seem to be a good one */
	return text ? atol(text) : 1;
}

/* Whether one more change is one too many; errno says why. */
static int refused(void)
{
	const char *text = getenv("READ_ONLY_AFTER");
	if (!text || atomic_fetch_add(&writes, 1) < atol(text))
		return 0;
	errno = EROFS;
	return 1;
}

static int refused_file(int fd)
{
	struct stat about;
	return !fstat(fd, &about) && S_ISREG(about.st_mode) && refused();
}

ssize_t write(int fd, const void *bytes, size_t length)
{
	return refused_file(fd) ? -1 : syscall(SYS_write, fd, bytes, length);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t place)
{
	return refused_file(fd) ? -1 : syscall(SYS_pwrite64, fd, bytes, length, place);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t place)
{
	return pwrite64(fd, bytes, length, place);
}

int ftruncate64(int fd, off64_t length)
{
	return refused_file(fd) ? -1 : (int)syscall(SYS_ftruncate, fd, length);
}

int ftruncate(int fd, off_t length)
{
	return ftruncate64(fd, length);
}

/* A file that is there may still be read; to whom it is opened for writing, the disk says no. */
int open64(const char *path, int flags, ...)
{
	mode_t mode = 0;
	struct stat about;
	va_list more;
	va_start(more, flags);
	if (flags & O_CREAT)
		mode = va_arg(more, mode_t);
	va_end(more);
	if ((flags & O_ACCMODE) != O_RDONLY && (stat(path, &about) ? flags & O_CREAT : S_ISREG(about.st_mode)) && refused())
		return -1;
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list more;
	va_start(more, flags);
	if (flags & O_CREAT)
		mode = va_arg(more, mode_t);
	va_end(more);
	return open64(path, flags, mode);
}

/* The copy takes the place of the one before in one step: whoever is killed meanwhile leaves that. */
static void keep(int fd)
{
	static char piece[1 << 16];
	char link[64], path[PATH_MAX], part[PATH_MAX], copy[PATH_MAX];
	const char *folder = getenv("FSYNC_KEEPS"), *name;
	struct stat about;
	ssize_t length;
	off_t place = 0;
	int to;
	if (!folder || fstat(fd, &about) || !S_ISREG(about.st_mode))
		return;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof path - 1);
	if (length < 0)
		abort();
	path[length] = 0;
	name = strrchr(path, '/');
	name = name ? name + 1 : path;
	if (snprintf(copy, sizeof copy, "%s/%s", folder, name) >= (int)sizeof copy)
		abort();
	if (snprintf(part, sizeof part, "%s/part", folder) >= (int)sizeof part)
		abort();
	to = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (to < 0)
		abort();
	while ((length = pread(fd, piece, sizeof piece, place)) > 0) {
		if (write(to, piece, (size_t)length) != length)
			abort();
		place += length;
	}
	if (length < 0 || close(to) || rename(part, copy))
		abort();
}

int unlink(const char *path)
{
	char copy[PATH_MAX];
	const char *folder = getenv("FSYNC_KEEPS"), *name = strrchr(path, '/');
	name = name ? name + 1 : path;
	if (refused())
		return -1;
	if (folder) {
		if (snprintf(copy, sizeof copy, "%s/%s", folder, name) >= (int)sizeof copy)
			abort();
		syscall(SYS_unlinkat, AT_FDCWD, copy, 0);
	}
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

static int flush(long call, int fd)
{
	static atomic_flag busy = ATOMIC_FLAG_INIT;
	int answer;
	long first = number("FSYNC_FAILS_FROM"), turn = atomic_fetch_add(&flushes, 1) + 1;
	if (turn >= first && turn - first < number("FSYNC_FAILS_FOR")) {
		errno = EIO;
		return -1;
	}
	answer = (int)syscall(call, fd);
	if (!answer) {
		while (atomic_flag_test_and_set(&busy))
			usleep(100);
		keep(fd);
		atomic_flag_clear(&busy);
	}
	return answer;
}

int fsync(int fd)
{
	return flush(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return flush(SYS_fdatasync, fd);
}
