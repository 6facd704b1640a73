"""OpenVINO in several threads from the first slice on."""

from __future__ import annotations

import subprocess
import sys

import pytest

FIRST_SLICES_AT_ONCE = """
import os, sys, threading
import numpy as np
from LVSegULib.engines.openvino import compiled
from LVSegULib.modelfolder.folder import ONNX, find_model

network = compiled(find_model("lv").graph(ONNX), "f32", 2)
barrier = threading.Barrier(4)
sys.setswitchinterval(1e-6)

def run():
    request = network.create_infer_request()
    barrier.wait()
    request.infer({0: np.zeros((1, 1, 128, 128), np.float32)}, share_inputs=True)

threads = [threading.Thread(target=run) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("done")
"""


def test_threads_whose_first_slices_come_at_once_do_not_wait_for_each_other() -> None:
    pytest.importorskip("openvino")
    command = [sys.executable, "-c", FIRST_SLICES_AT_ONCE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "done"
