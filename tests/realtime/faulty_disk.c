// A disk that stalls, is full or has become read-only: preloaded into the processes under test.
//
// Standard error is spared: the log is on another disk.
//
// What it does is said by two numbers at the beginning of the file that FAULTY_DISK names, which the test changes at
// any time: milliseconds that every write takes, and the errno it fails with (0: none). Only regular files are meant.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct fault {
    volatile int32_t stall_ms, error;
};

static struct fault *fault;

__attribute__((constructor)) static void read_wish(void) {
    const char *name = getenv("FAULTY_DISK");
    int descriptor = name == NULL ? -1 : open(name, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return;
    void *memory = mmap(NULL, sizeof *fault, PROT_READ, MAP_SHARED, descriptor, 0);
    if (memory != MAP_FAILED) fault = memory;
    close(descriptor);
}

// Returns whether the call is to fail, with errno set; stalls first.
static int fails(int descriptor) {
    struct stat status;
    if (fault == NULL || descriptor == STDERR_FILENO || fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    if (fault->stall_ms > 0) {
        struct timespec time = {fault->stall_ms / 1000, fault->stall_ms % 1000 * 1000000L};
        nanosleep(&time, NULL);
    }
    errno = fault->error;
    return fault->error != 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int descriptor, const void *data, size_t count, off64_t offset) {
    return fails(descriptor) ? -1 : REAL(pwrite64)(descriptor, data, count, offset);
}

ssize_t pwrite(int descriptor, const void *data, size_t count, off_t offset) {
    return fails(descriptor) ? -1 : REAL(pwrite)(descriptor, data, count, offset);
}

ssize_t write(int descriptor, const void *data, size_t count) {
    return fails(descriptor) ? -1 : REAL(write)(descriptor, data, count);
}

int fdatasync(int descriptor) { return fails(descriptor) ? -1 : REAL(fdatasync)(descriptor); }

int fsync(int descriptor) { return fails(descriptor) ? -1 : REAL(fsync)(descriptor); }

int fallocate64(int descriptor, int mode, off64_t offset, off64_t count) {
    return fails(descriptor) ? -1 : REAL(fallocate64)(descriptor, mode, offset, count);
}

int fallocate(int descriptor, int mode, off_t offset, off_t count) {
    return fails(descriptor) ? -1 : REAL(fallocate)(descriptor, mode, offset, count);
}
