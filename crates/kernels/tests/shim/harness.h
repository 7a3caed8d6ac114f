// Runs one kernel on plain memory, invocation after invocation: buffers come in through stdin and go out through stdout.
// It cannot run barriers: every invocation ends before the next one starts.
#pragma once
#include "uint3.h"
#include <cstdio>
#include <cstdlib>
#include <string>
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
};

static void read_all(void *to, size_t bytes) {
    if (bytes && fread(to, 1, bytes, stdin) != bytes) exit(3);
}

static int serve(int argc, char **argv, const Kernel *kernels, size_t count) {
    if (argc != 5) return 2;
    Place place;
    place.threadgroups_per_grid = {uint32_t(atoi(argv[2])), uint32_t(atoi(argv[3])), 1};
    uint64_t buffers = 0;
    read_all(&buffers, 8);
    std::vector<void *> memory(buffers);
    std::vector<uint64_t> bytes(buffers);
    std::vector<Any> given(buffers);
    for (size_t i = 0; i < buffers; i++) {
        read_all(&bytes[i], 8);
        memory[i] = aligned_alloc(16, (bytes[i] / 16 + 1) * 16);
        read_all(memory[i], bytes[i]);
        given[i].at = memory[i];
    }
    for (size_t i = 0; i < count; i++) {
        if (std::string(kernels[i].name) != argv[1]) continue;
        for (uint32_t y = 0; y < place.threadgroups_per_grid.y; y++)
            for (uint32_t x = 0; x < place.threadgroups_per_grid.x; x++)
                for (int t = 0; t < atoi(argv[4]); t++) {
                    place.threadgroup_position_in_grid = {x, y, 0};
                    place.thread_index_in_threadgroup = uint32_t(t);
                    kernels[i].run(given, place);
                }
        for (size_t b = 0; b < buffers; b++) fwrite(memory[b], 1, bytes[b], stdout);
        return 0;
    }
    return 4;
}
