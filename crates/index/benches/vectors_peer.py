"""hnswlib, faiss and usearch on the rows that `vectors.rs` wrote: processor time of the process for one query at a time."""

import gc
import os
import sys
import time

import faiss
import hnswlib
import numpy as np
import usearch
import usearch.index

WIDTH, NEAREST, M = 768, 10, 16
folder, EF_ADD = sys.argv[1], int(sys.argv[2])
rows = np.fromfile(f"{folder}/rows.f32", dtype=np.float32).reshape(-1, WIDTH)
queries = np.fromfile(f"{folder}/queries.f32", dtype=np.float32).reshape(-1, WIDTH)
truth = np.fromfile(f"{folder}/truth.i64", dtype=np.int64).reshape(-1, NEAREST)
threads = os.cpu_count()


def resident_mb():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS:"))


def measure(what, ask):
    for query in queries[:100]:
        ask(query)
    times, hits = [], 0
    for query, near in zip(queries, truth):
        before = time.process_time_ns()
        found = ask(query)
        times.append((time.process_time_ns() - before) / 1e3)
        hits += len(set(np.asarray(found).ravel().tolist()) & set(near.tolist()))
    times.sort()
    print(
        f"  {what}: p50 {times[len(times) // 2]:.0f} us, p99 {times[len(times) * 99 // 100]:.0f} us,"
        f" recall@{NEAREST} {hits / truth.size:.4f}",
        flush=True,
    )


def built(what, file, build, load, save):
    """Builds, or with KEEP set loads what an earlier run built and left in the folder."""
    path = f"{folder}/{file}"
    if "KEEP" in os.environ and os.path.exists(path):
        memory = resident_mb()
        index = load(path)
        print(f"{what}: as built before, memory +{resident_mb() - memory:.0f} MB", flush=True)
        return index
    gc.collect()
    memory, cpu, wall = resident_mb(), time.process_time(), time.time()
    index = build()
    print(
        f"{what} M {M} ef_add {EF_ADD}: built on {threads} threads, {time.process_time() - cpu:.1f} s processor,"
        f" {time.time() - wall:.1f} s wall, memory +{resident_mb() - memory:.0f} MB",
        flush=True,
    )
    if "KEEP" in os.environ:
        save(index, path)
    return index


def run_hnswlib():
    def build():
        index = hnswlib.Index("cosine", WIDTH)
        index.init_index(len(rows), ef_construction=EF_ADD, M=M)
        index.add_items(rows, num_threads=threads)
        return index

    def load(path):
        index = hnswlib.Index("cosine", WIDTH)
        index.load_index(path)
        return index

    index = built("hnswlib 0.8.0 f32", "hnswlib.bin", build, load, lambda index, path: index.save_index(path))
    index.set_num_threads(1)
    for ef in (16, 32, 64, 128):
        index.set_ef(ef)
        measure(f"ef {ef}", lambda query: index.knn_query(query, NEAREST, num_threads=1)[0])


def run_faiss():
    def build():
        index = faiss.IndexHNSWFlat(WIDTH, M, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = EF_ADD
        faiss.omp_set_num_threads(threads)
        index.add(rows)
        return index

    what = f"faiss {faiss.__version__} HNSWFlat f32, products of unit rows"
    index = built(what, "faiss.bin", build, faiss.read_index, faiss.write_index)
    faiss.omp_set_num_threads(1)
    for ef in (16, 32, 64, 128):
        index.hnsw.efSearch = ef
        measure(f"ef {ef}", lambda query: index.search(query[None], NEAREST)[1])


def run_usearch(dtype):
    def build():
        index = usearch.index.Index(ndim=WIDTH, metric="cos", dtype=dtype, connectivity=M, expansion_add=EF_ADD)
        index.add(np.arange(len(rows)), rows, threads=threads)
        return index

    what = f"usearch {usearch.__version__} {dtype}, as it is"
    index = built(what, f"usearch-{dtype}.bin", build, usearch.index.Index.restore, lambda index, path: index.save(path))
    for ef in (32, 64, 128):
        index.expansion_search = ef
        measure(f"ef {ef}", lambda query: index.search(query, NEAREST, threads=1).keys)


wanted = sys.argv[3:] or ["hnswlib", "bf16", "faiss", "i8"]
for peer in wanted:
    {"hnswlib": run_hnswlib, "faiss": run_faiss}.get(peer, lambda: run_usearch(peer))()
