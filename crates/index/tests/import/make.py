"""Writes the files of this folder: the same numbers by NumPy, PyArrow and FAISS, and what FAISS answers.

Run with numpy 2, pyarrow 26 and faiss-cpu 1.15.1. Everything is made up from a seed.
"""

import json
import os

import faiss
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

here = os.path.dirname(os.path.abspath(__file__))
faiss.omp_set_num_threads(1)
rng = np.random.default_rng(20261125)
x = rng.standard_normal((60, 5)).astype("float32")


def at(name):
    return os.path.join(here, name)


for major, kind in [(1, "<f4"), (2, ">f8"), (3, "<f2")]:
    with open(at(f"v{major}.npy"), "wb") as out:
        np.lib.format.write_array(out, x.astype(kind), version=(major, 0))
np.save(at("fortran.npy"), np.asfortranarray(x))
np.save(at("ints.npy"), np.arange(6).reshape(2, 3))

ids = pa.array([f"row {i}" for i in range(60)])
rows = [None if i == 7 else [] if i == 8 else [1.0, None, 2.0, 3.0, 4.0] if i == 9 else r.tolist() for i, r in enumerate(x)]
pq.write_table(pa.table({"id": ids, "v": pa.array(rows, pa.list_(pa.float32()))}), at("holes.parquet"), row_group_size=25)
flat = pa.array(x.astype("float64").ravel())
fixed = pa.FixedSizeListArray.from_arrays(flat, 5)
half = pa.FixedSizeListArray.from_arrays(pa.array(x.astype("float16").ravel()), 5)
pq.write_table(pa.table({"n": pa.array(range(100, 160), pa.int64()), "a": fixed, "b": half}), at("fixed.parquet"), compression="zstd")

for name, index in [
    ("flat_l2", faiss.IndexFlatL2(5)),
    ("flat_ip", faiss.IndexFlatIP(5)),
    ("hnsw_l2", faiss.IndexHNSWFlat(5, 4)),
    ("hnsw_ip", faiss.IndexHNSWFlat(5, 4, faiss.METRIC_INNER_PRODUCT)),
    ("map_flat", faiss.IndexIDMap(faiss.IndexFlatL2(5))),
    ("map2_hnsw", faiss.IndexIDMap2(faiss.IndexHNSWFlat(5, 4))),
    ("l1", faiss.IndexFlat(5, faiss.METRIC_L1)),
    ("pq", faiss.index_factory(5, "PCA3,Flat")),
]:
    if not index.is_trained:
        index.train(x)
    if name.startswith("map"):
        index.add_with_ids(x, np.arange(60) * 3 + 1000)
    else:
        index.add(x)
    faiss.write_index(index, at(f"{name}.faiss"))

answers = {}
for name in ["hnsw_l2", "hnsw_ip"]:
    index = faiss.read_index(at(f"{name}.faiss"))
    index.hnsw.efSearch = 16
    faiss.write_index(index, at(f"{name}.faiss"))
    answers[name] = index.search(x[:20] + 0.25, 6)[1].tolist()
with open(at("answers.txt"), "w") as out:
    for name, found in answers.items():
        for row in found:
            out.write(f"{name} {' '.join(map(str, row))}\n")
