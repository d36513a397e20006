/* in_use.c - preloaded into sharkd: how many blocks of memory its program has in use
 *
 * The memory of a process says little about a leak: what is given back lies between what is not, and stays the process's.
 * Bytes in use by the heap's own count say little more: a block that fills a hole is up to 16 bytes larger than asked for.
 * Blocks can be counted. A signal makes the process say how many it has, and the bytes by the heap's count.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <malloc.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

/* The C library's own, under names that nobody replaces: those, and its parameters', are not this file's to choose. */
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-inconsistent-declaration-parameter-name)
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

static atomic_long blocks;

static void *counted(void *block)
{
    if (block != NULL)
        atomic_fetch_add(&blocks, 1);
    return block;
}

__attribute__((visibility("default"))) void *malloc(size_t size)
{
    return counted(__libc_malloc(size));
}

__attribute__((visibility("default"))) void *calloc(size_t count, size_t size)
{
    return counted(__libc_calloc(count, size));
}

__attribute__((visibility("default"))) void *realloc(void *block, size_t size)
{
    void *other = __libc_realloc(block, size);

    if (block == NULL)
        return counted(other);
    if (size == 0) /* glibc frees it then */
        atomic_fetch_sub(&blocks, 1);
    return other;
}

__attribute__((visibility("default"))) void free(void *block)
{
    if (block != NULL)
        atomic_fetch_sub(&blocks, 1);
    __libc_free(block);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-inconsistent-declaration-parameter-name)

/* Sent only while sharkd waits for a request: nothing holds a lock of the heap. */
static void tell(int number)
{
    struct mallinfo2 info = mallinfo2();
    char line[64];
    int length = snprintf(line, sizeof line, "%ld %zu\n", atomic_load(&blocks), info.uordblks + info.hblkhd);

    (void)number;
    if (write(STDERR_FILENO, line, (size_t)length) != length)
        _exit(1);
}

__attribute__((constructor)) static void begin(void)
{
    struct sigaction action = { .sa_handler = tell, .sa_flags = SA_RESTART };

    sigaction(SIGUSR1, &action, NULL);
}
