/* Records what a process does to the files of one folder, in the order it was done.
 *
 * Loaded before the C library (LD_PRELOAD), it stands between a program and the calls that
 * change files. Leaves out reading, and memory that is shared through mmap: SQLite keeps its
 * index of the write-ahead file there, and makes it anew after a crash. Always: one call at
 * a time, recorded after it has succeeded and before the program hears of it.
 *
 * A record is a line "WHAT NAME NUMBER LENGTH", followed by LENGTH bytes where WHAT is write,
 * or by the other name where it is rename. See power_cut.py, which reads it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST 1024 /* descriptors that are followed */

static char folder[PATH_MAX];
static size_t folder_length;
static int record = -1;
static char names[MOST][NAME_MAX + 1]; /* of the watched file open there, or empty; "." is the folder */
static int appends[MOST];
static pthread_mutex_t one_at_a_time = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) { fprintf(stderr, "no %s to record\n", name); abort(); }
    return found;
}

static void put(const void *bytes, size_t length) {
    const char *at = bytes;
    while (length) {
        ssize_t done = REAL(write)(record, at, length);
        if (done <= 0) { perror("recording"); abort(); }
        at += done, length -= (size_t)done;
    }
}

static void note(const char *what, const char *name, long long number, const void *bytes, size_t length) {
    char line[NAME_MAX + 80];
    int kept = errno;
    put(line, (size_t)snprintf(line, sizeof line, "%s %s %lld %zu\n", what, name, number, length));
    put(bytes, length);
    errno = kept;
}

__attribute__((constructor)) static void begin(void) {
    const char *into = getenv("RECORD_INTO"), *of = getenv("RECORD_OF");
    if (!into || !of || !realpath(of, folder)) return;
    folder_length = strlen(folder);
    int opened = REAL(open)(into, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    record = fcntl(opened, F_DUPFD_CLOEXEC, MOST); /* out of the way of those that are followed */
    REAL(close)(opened);
    if (record < 0) { perror("recording"); abort(); }
}

/* The name in the folder, "." for the folder itself, or NULL for what is elsewhere. */
static const char *watched(const char *path) {
    static char whole[PATH_MAX * 2];
    if (record < 0 || !path) return NULL;
    if (path[0] != '/') {
        char here[PATH_MAX];
        if (!getcwd(here, sizeof here)) return NULL;
        snprintf(whole, sizeof whole, "%s/%s", here, path);
    } else
        snprintf(whole, sizeof whole, "%s", path);
    if (strncmp(whole, folder, folder_length)) return NULL;
    if (!whole[folder_length] || !strcmp(whole + folder_length, "/")) return ".";
    if (whole[folder_length] != '/' || strchr(whole + folder_length + 1, '/')) return NULL;
    return whole + folder_length + 1;
}

static const char *at(int fd) { return record >= 0 && fd >= 0 && fd < MOST && names[fd][0] ? names[fd] : NULL; }

#define LOCK pthread_mutex_lock(&one_at_a_time)
#define UNLOCK pthread_mutex_unlock(&one_at_a_time)

static int opened(int (*open_it)(int, const char *, int, ...), int in, const char *path, int flags, mode_t mode) {
    LOCK;
    const char *name = in == AT_FDCWD || (path && path[0] == '/') ? watched(path) : NULL;
    struct stat before;
    int there = name && !stat(path, &before);
    int fd = open_it(in, path, flags, mode);
    if (fd >= 0 && fd < MOST) {
        names[fd][0] = 0;
        if (name) {
            snprintf(names[fd], sizeof names[fd], "%s", name);
            appends[fd] = flags & O_APPEND;
            if (!there) note("create", name, 0, NULL, 0);
            else if (flags & O_TRUNC) note("truncate", name, 0, NULL, 0);
        }
    }
    UNLOCK;
    return fd;
}

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }
int open(const char *path, int flags, ...) { MODE return opened(REAL(openat), AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return opened(REAL(openat64), AT_FDCWD, path, flags, mode); }
int openat(int in, const char *path, int flags, ...) { MODE return opened(REAL(openat), in, path, flags, mode); }
int openat64(int in, const char *path, int flags, ...) { MODE return opened(REAL(openat64), in, path, flags, mode); }

int close(int fd) {
    LOCK;
    if (fd >= 0 && fd < MOST) names[fd][0] = 0;
    int done = REAL(close)(fd);
    UNLOCK;
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    const char *name = at(fd);
    if (!name) return REAL(write)(fd, bytes, length);
    LOCK;
    off64_t place = lseek64(fd, 0, appends[fd] ? SEEK_END : SEEK_CUR);
    ssize_t done = REAL(write)(fd, bytes, length);
    if (done > 0) note("write", name, place, bytes, (size_t)done);
    UNLOCK;
    return done;
}

#define PWRITE(pwrite_it, place_type) \
    ssize_t pwrite_it(int fd, const void *bytes, size_t length, place_type place) { \
        const char *name = at(fd); \
        if (!name) return REAL(pwrite_it)(fd, bytes, length, place); \
        LOCK; \
        ssize_t done = REAL(pwrite_it)(fd, bytes, length, place); \
        if (done > 0) note("write", name, place, bytes, (size_t)done); \
        UNLOCK; \
        return done; \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define ON_FD(call, what, with, arguments, number) \
    int call arguments { \
        const char *name = at(fd); \
        if (!name) return REAL(call) with; \
        LOCK; \
        int done = REAL(call) with; \
        if (!done) note(what, name, number, NULL, 0); \
        UNLOCK; \
        return done; \
    }
ON_FD(ftruncate, "truncate", (fd, size), (int fd, off_t size), size)
ON_FD(ftruncate64, "truncate", (fd, size), (int fd, off64_t size), size)
ON_FD(fsync, "sync", (fd), (int fd), 0)
ON_FD(fdatasync, "sync", (fd), (int fd), 0)

/* Descriptors open on one name are now open on another, or on none that is followed. */
static void called(const char *before, const char *now) {
    for (int fd = 0; fd < MOST; fd++)
        if (names[fd][0] && !strcmp(names[fd], before)) snprintf(names[fd], sizeof names[fd], "%s", now);
}

int unlink(const char *path) {
    LOCK;
    const char *name = watched(path);
    char kept[NAME_MAX + 1];
    if (name) snprintf(kept, sizeof kept, "%s", name);
    int done = REAL(unlink)(path);
    if (!done && name) {
        note("unlink", kept, 0, NULL, 0);
        called(kept, ""); /* what is still written to it is lost in any case */
    }
    UNLOCK;
    return done;
}

int rename(const char *from, const char *to) {
    LOCK;
    char old[NAME_MAX + 1] = "", new[NAME_MAX + 1] = "";
    const char *name;
    if ((name = watched(from))) snprintf(old, sizeof old, "%s", name);
    if ((name = watched(to))) snprintf(new, sizeof new, "%s", name);
    int done = REAL(rename)(from, to);
    if (!done && old[0] && new[0]) {
        note("rename", old, 0, new, strlen(new));
        called(new, "");
        called(old, new);
    }
    UNLOCK;
    return done;
}
