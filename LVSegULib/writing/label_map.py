"""Write a label map as NIfTI on the input's own grid: 3-D for one frame, 4-D for a beat."""

from __future__ import annotations

import errno
import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.atomic import written_whole
from LVSegULib.reading.names import is_text

_SFORM_OFFSET = 280
"""Where srow_x, srow_y and srow_z lie in a NIfTI-1 header: 3 x 4 float32."""

_VOXELS_OFFSET = 352
"""Where the voxels begin in a NIfTI-1 file without extensions."""


def write_label_map(
    path: Path, labels: NDArray[np.uint8], ijk_to_ras: NDArray[np.float64], step_ms: float | None = None
) -> None:
    """Write `labels`, voxel for voxel where the input's are.

    ITK's NIfTI writer turns axes that are not quite at right angles, as public cardiac files have them, into ones that
    are. So it is given the nearest rotation, and the matrix itself is put into the file's sform afterwards.

    Args:
        path: file to write, ending in `.nii.gz`.
        labels: label values (T, K, J, I).
        ijk_to_ras: 4x4 matrix from voxel indices (i, j, k, 1) to RAS millimetres.
        step_ms: time from frame to frame in ms, or None where it is not known.

    Raises:
        OutputError: the file cannot be written.
    """
    image = _itk_image(labels[0] if len(labels) == 1 else labels, _with_right_angles(ijk_to_ras), step_ms)
    with written_whole(path) as beside:
        plain = beside.with_suffix("")
        try:
            content = bytearray(_nifti(image, plain, _VOXELS_OFFSET + labels.nbytes))
            sform = ijk_to_ras[:3].astype("<f4").tobytes()
            content[_SFORM_OFFSET : _SFORM_OFFSET + len(sform)] = sform
            beside.write_bytes(gzip.compress(content, compresslevel=5, mtime=0))
        finally:
            plain.unlink(missing_ok=True)


def _nifti(image: Any, path: Path, size: int) -> bytes:
    """The bytes of `image` as ITK writes it to `path`; `size` of them, for ITK can cut a file off without an error."""
    import SimpleITK

    if not is_text(path):
        raise OSError(errno.EILSEQ, "its name is not UTF-8", str(path))  # ITK's library would end the process
    path.write_bytes(bytes(size))  # a full disk is found here: ITK's library would print of it
    try:
        SimpleITK.WriteImage(image, str(path))
    except RuntimeError as error:
        raise OSError(str(error).strip().splitlines()[-1]) from error
    content = path.read_bytes()
    if len(content) != size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return content


def _itk_image(array: NDArray[np.uint8], ijk_to_ras: NDArray[np.float64], step_ms: float | None) -> Any:
    """A SimpleITK image of (K, J, I) or (T, K, J, I)."""
    import SimpleITK

    ijk_to_lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ ijk_to_ras
    spacing, origin = np.linalg.norm(ijk_to_lps[:3, :3], axis=0), ijk_to_lps[:3, 3]
    direction = np.eye(array.ndim)
    direction[:3, :3] = ijk_to_lps[:3, :3] / spacing
    if array.ndim == 4:
        spacing, origin = np.append(spacing, (step_ms or 1000.0) / 1000.0), np.append(origin, 0.0)
    image = SimpleITK.GetImageFromArray(array, isVector=False)
    image.SetSpacing(spacing.tolist())
    image.SetOrigin(origin.tolist())
    image.SetDirection(direction.ravel().tolist())
    return image


def _with_right_angles(ijk_to_ras: NDArray[np.float64]) -> NDArray[np.float64]:
    """The nearest matrix whose axes are at right angles to each other, with the same spacing and origin."""
    spacing = np.linalg.norm(ijk_to_ras[:3, :3], axis=0)
    left, _, right = np.linalg.svd(ijk_to_ras[:3, :3] / spacing)
    matrix = ijk_to_ras.copy()
    matrix[:3, :3] = left @ right * spacing
    return matrix
