// Runs one kernel on plain memory, invocation after invocation: buffers come in through stdin and go out through stdout.
// Cannot run barriers: every invocation ends before the next one starts.
#pragma once
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
    uint3 group, groups, invocation, size;
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
    place.groups = uint3(atoi(argv[2]), atoi(argv[3]), 1);
    place.size = uint3(atoi(argv[4]), 1, 1);
    uint64_t buffers = 0;
    read_all(&buffers, 8);
    std::vector<std::vector<float4>> memory(buffers);
    std::vector<uint64_t> bytes(buffers);
    std::vector<Any> given(buffers);
    for (size_t i = 0; i < buffers; i++) {
        read_all(&bytes[i], 8);
        memory[i].resize(bytes[i] / 16 + 1);
        read_all(static_cast<void *>(memory[i].data()), bytes[i]);
        given[i].at = memory[i].data();
    }
    for (size_t i = 0; i < count; i++) {
        if (std::string(kernels[i].name) != argv[1]) continue;
        for (uint32_t y = 0; y < place.groups.y; y++)
            for (uint32_t x = 0; x < place.groups.x; x++)
                for (uint32_t t = 0; t < place.size.x; t++) {
                    place.group = uint3(x, y, 0);
                    place.invocation = uint3(t, 0, 0);
                    kernels[i].run(given, place);
                }
        for (size_t b = 0; b < buffers; b++) fwrite(memory[b].data(), 1, bytes[b], stdout);
        return 0;
    }
    return 4;
}
