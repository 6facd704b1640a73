"""How much memory this process has used at most."""

from __future__ import annotations

import sys
from pathlib import Path

LINUX_STATUS = Path("/proc/self/status")


def peak_memory_mb() -> float:
    """Peak resident memory of this process in MB (10^6 bytes), since its start; NaN where the system does not say."""
    if sys.platform == "win32":
        return _peak_on_windows()
    if LINUX_STATUS.is_file():
        # getrusage would give the peak of the parent, if that was higher, even after exec.
        lines = LINUX_STATUS.read_text(encoding="ascii", errors="replace").splitlines()
        peaks = [float(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
        if peaks:
            return peaks[0] * 1024 / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak) / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def _peak_on_windows() -> float:
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = (
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            *((name, ctypes.c_size_t) for name in ("PeakWorkingSetSize", "WorkingSetSize")),
            *((f"unused{index}", ctypes.c_size_t) for index in range(6)),
        )

    counters = Counters(cb=ctypes.sizeof(Counters))
    windll = getattr(ctypes, "windll")  # noqa: B009, it exists on Windows only
    process = windll.kernel32.GetCurrentProcess()
    if not windll.psapi.GetProcessMemoryInfo(process, ctypes.byref(counters), counters.cb):
        return float("nan")
    return float(getattr(counters, "PeakWorkingSetSize")) / 1e6  # noqa: B009
