"""What several files of tests need."""

import os
import time

import pytest


@pytest.fixture(scope="session")
def ray():
    """Ray on this machine, two workers, once for all tests."""
    ray = pytest.importorskip("ray", reason="Ray is not installed: `pip install ray`")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # Ray's workers stand back behind every other program (nice 15); what is timed here is compared with a process that does not.
    os.environ.setdefault("RAY_worker_niceness", "0")
    ray.init(address="local", num_cpus=2, include_dashboard=False, object_store_memory=200 << 20, log_to_driver=False)
    # Both are there before anything is measured.
    ready = ray.remote(lambda: __import__("jarvis2.distributed") and time.sleep(1))
    ray.get([ready.remote() for _ in range(2)])
    yield ray
    ray.shutdown()
