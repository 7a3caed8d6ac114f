// Runs one kernel on plain memory: buffers come in through stdin and go out through stdout.
//
// A kernel without a barrier runs invocation after invocation. One with a barrier runs a workgroup at a time, each invocation on
// a fibre of its own: at a barrier the next one goes on, so all reach it before any passes. Invocations that have ended count as
// having reached it. Shared memory is poisoned before every workgroup. Such a kernel runs twice, its invocations in rising and in
// falling order, and must give the same bits: what depends on the order lacks a barrier (status 5).
#pragma once
#ifdef __APPLE__
#define _XOPEN_SOURCE 700
#endif
#include "uint3.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <ucontext.h>
#include <vector>

// A buffer, whatever the kernel takes it for.
struct Any {
    void *at;
    template <class T> operator T *() const { return static_cast<T *>(at); }
};

struct Place {
    uint3 threadgroup_position_in_grid, threadgroups_per_grid;
    uint32_t thread_index_in_threadgroup;
};

typedef void (*Run)(const std::vector<Any> &, const Place &);
struct Kernel {
    const char *name;
    Run run;
    bool barriers;
};

// More than any device has.
alignas(16) static char shared_memory[65536];

static char *shared(size_t bytes) {
    if (bytes > sizeof shared_memory) exit(6);
    return shared_memory;
}

struct Fibre {
    ucontext_t context;
    std::vector<char> stack;
    Place place;
    bool ended;
};

static std::vector<Fibre> fibres;
static ucontext_t between;
static size_t running;
static Run current;
static const std::vector<Any> *current_buffers;

// The barrier: everybody else runs up to it first.
static void wait_for_the_others() {
    Fibre &own = fibres[running];
    swapcontext(&own.context, &between);
}

static void begin() {
    Fibre &own = fibres[running];
    current(*current_buffers, own.place);
    own.ended = true;
    // The fibre ends here and `between` goes on.
}

static void run_workgroup(const Kernel &kernel, const std::vector<Any> &buffers, Place place, size_t threads, bool falling) {
    const uint32_t poison = 0x7fc0dead;
    for (size_t at = 0; at < sizeof shared_memory; at += 4) memcpy(shared_memory + at, &poison, 4);
    fibres.resize(threads);
    current = kernel.run;
    current_buffers = &buffers;
    for (size_t t = 0; t < threads; t++) {
        Fibre &fibre = fibres[t];
        fibre.stack.resize(262144);
        getcontext(&fibre.context);
        fibre.context.uc_stack.ss_sp = fibre.stack.data();
        fibre.context.uc_stack.ss_size = fibre.stack.size();
        fibre.context.uc_link = &between;
        makecontext(&fibre.context, begin, 0);
        place.thread_index_in_threadgroup = uint32_t(t);
        fibre.place = place;
        fibre.ended = false;
    }
    for (bool more = true; more;) {
        more = false;
        for (size_t t = 0; t < threads; t++) {
            running = falling ? threads - 1 - t : t;
            if (fibres[running].ended) continue;
            swapcontext(&between, &fibres[running].context);
            more = more || !fibres[running].ended;
        }
    }
}

static void run_grid(const Kernel &kernel, const std::vector<Any> &buffers, uint3 groups, size_t threads, bool falling) {
    Place place;
    place.threadgroups_per_grid = groups;
    for (uint32_t y = 0; y < groups.y; y++)
        for (uint32_t x = 0; x < groups.x; x++) {
            place.threadgroup_position_in_grid = {x, y, 0};
            if (kernel.barriers) {
                run_workgroup(kernel, buffers, place, threads, falling);
                continue;
            }
            for (size_t t = 0; t < threads; t++) {
                place.thread_index_in_threadgroup = uint32_t(t);
                kernel.run(buffers, place);
            }
        }
}

static void read_all(void *to, size_t bytes) {
    if (bytes && fread(to, 1, bytes, stdin) != bytes) exit(3);
}

static int serve(int argc, char **argv, const Kernel *kernels, size_t count) {
    if (argc != 5) return 2;
    const uint3 groups = {uint32_t(atoi(argv[2])), uint32_t(atoi(argv[3])), 1};
    const size_t threads = size_t(atoi(argv[4]));
    uint64_t buffers = 0;
    read_all(&buffers, 8);
    std::vector<uint64_t> bytes(buffers);
    std::vector<Any> given(buffers), again(buffers);
    for (size_t i = 0; i < buffers; i++) {
        read_all(&bytes[i], 8);
        const size_t room = (bytes[i] / 16 + 1) * 16;
        given[i].at = aligned_alloc(16, room);
        again[i].at = aligned_alloc(16, room);
        read_all(given[i].at, bytes[i]);
        memcpy(again[i].at, given[i].at, bytes[i]);
    }
    for (size_t i = 0; i < count; i++) {
        if (std::string(kernels[i].name) != argv[1]) continue;
        run_grid(kernels[i], given, groups, threads, false);
        if (kernels[i].barriers) {
            run_grid(kernels[i], again, groups, threads, true);
            for (size_t b = 0; b < buffers; b++)
                if (memcmp(given[b].at, again[b].at, bytes[b])) return 5;
        }
        for (size_t b = 0; b < buffers; b++) fwrite(given[b].at, 1, bytes[b], stdout);
        return 0;
    }
    return 4;
}
