"""NIfTI headers, checked against nibabel."""

from __future__ import annotations

import gzip
from pathlib import Path

import nibabel
import numpy as np
import pytest

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading.images import read_image
from LVSegULib.reading.nifti_header import TYPES, read_nifti_header
from LVSegULib.writing.label_map import write_label_map
from Testing.reading.nifti_bytes import changed


def write(path: Path, order: str = "<") -> Path:
    header = nibabel.Nifti1Header(endianness=order)
    header.set_xyzt_units("mm", "msec")
    image = nibabel.Nifti1Image(np.arange(5 * 4 * 3 * 2, dtype="f4").reshape(5, 4, 3, 2), np.eye(4), header)
    image.header["pixdim"][1:5] = 1.5, 1.25, 8, 40
    nibabel.save(image, path)
    return path


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_shape_spacing_time_and_pixels(tmp_path: Path, order: str, ending: str) -> None:
    header = read_nifti_header(write(tmp_path / f"beat{ending}", order))
    assert (header.order, header.shape, header.spacing) == (order, (5, 4, 3, 2), (1.5, 1.25, 8, 40))
    assert (header.frame_ms, header.scale) == (40, (1.0, 0.0))
    assert (header.pixels.dtype, header.pixels.count) == (np.dtype(f"{order}f4"), 5 * 4 * 3 * 2)
    expected = np.asarray(nibabel.load(header.path).dataobj)
    np.testing.assert_array_equal(header.pixels.read().reshape(2, 3, 4, 5), expected.T)


@pytest.mark.parametrize(
    ("unit", "frame_ms"), [(2 + 8, 40_000), (1 + 8, 40_000), (2 + 16, 40), (2 + 24, 0.04), (2, None), (0, None)]
)
def test_time_is_in_seconds_milliseconds_or_microseconds(tmp_path: Path, unit: int, frame_ms: float | None) -> None:
    path = changed(write(tmp_path / "beat.nii"), "B", 123, unit)  # xyzt_units
    assert read_nifti_header(path).frame_ms == (None if frame_ms is None else pytest.approx(frame_ms))


def test_one_frame_takes_no_time(tmp_path: Path) -> None:
    path = write(tmp_path / "beat.nii")
    assert read_nifti_header(changed(path, "8h", 40, 4, 5, 4, 3, 1, 1, 1, 1)).frame_ms is None
    assert read_nifti_header(changed(path, "8h", 40, 3, 5, 4, 3, 2, 1, 1, 1)).frame_ms is None


@pytest.mark.parametrize(
    ("stored", "scale"),
    [((2.0, 3.0), (2, 3)), ((0.0, 3.0), (1, 0)), ((0.0, np.nan), (1, 0)), ((np.nan, np.nan), (1, 0))],
)
def test_a_slope_of_zero_or_none_scales_nothing(
    tmp_path: Path, stored: tuple[float, ...], scale: tuple[float, ...]
) -> None:
    assert read_nifti_header(changed(write(tmp_path / "beat.nii"), "2f", 112, *stored)).scale == scale


@pytest.mark.parametrize(("offset", "start"), [(0.0, 352), (348.0, 348), (400.0, 400), (2.0**28, 2**28)])
@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_where_the_pixels_begin(tmp_path: Path, offset: float, start: int, ending: str) -> None:
    path = changed(write(tmp_path / "beat.nii"), "f", 108, offset)
    if ending == ".nii.gz":
        path = path.rename(tmp_path / "beat.nii.gz")
        path.write_bytes(gzip.compress(path.read_bytes()))
    pixels = read_nifti_header(path).pixels
    assert (pixels.start, pixels.skipped) == ((start, 0) if ending == ".nii" else (0, start))


@pytest.mark.parametrize("code", TYPES)
def test_types_of_pixels_are_those_of_nibabel(tmp_path: Path, code: int) -> None:
    header = read_nifti_header(changed(write(tmp_path / "beat.nii"), "h", 70, code))
    assert header.pixels.dtype == nibabel.nifti1.data_type_codes.dtype[code]
    assert header.values_per_pixel == 1


@pytest.mark.parametrize(
    ("code", "dim", "values"),
    [(128, (3, 5, 4, 3, 1, 1), 3), (2304, (3, 5, 4, 3, 1, 1), 4), (16, (5, 5, 4, 3, 2, 3), 3)],
)
def test_colours_and_vectors_are_several_values(tmp_path: Path, code: int, dim: tuple[int, ...], values: int) -> None:
    path = changed(changed(write(tmp_path / "beat.nii"), "h", 70, code), "6h", 40, *dim)
    assert read_nifti_header(path).values_per_pixel == values


def test_a_zero_spacing_is_refused_where_itk_would_make_it_1_mm(tmp_path: Path) -> None:
    path = changed(write(tmp_path / "flat.nii"), "f", 76 + 3 * 4, 0.0)  # pixdim[3]
    with pytest.raises(GeometryError, match=r"1\.5 x 1\.25 x 0 mm is not possible"):
        read_image(path)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_nifti_2_is_named(tmp_path: Path, order: str, ending: str) -> None:
    path = tmp_path / f"new{ending}"
    header = nibabel.Nifti2Header(endianness=order)
    nibabel.save(nibabel.Nifti2Image(np.zeros((4, 4, 4), "i2"), np.eye(4), header), path)
    with pytest.raises(InputError, match="is a NIfTI-2 file, expected NIfTI-1: save it as"):
        read_nifti_header(path)


@pytest.mark.parametrize(
    ("kind", "offset", "numbers", "said"),
    [
        (
            "8h",
            40,
            (4, 30000, 30000, 30000, 2, 1, 1, 1),
            "30000 x 30000 x 30000 x 2 pixels, which need 411987304 MB",
        ),
        ("8h", 40, (4, 5, -4, 3, 2, 1, 1, 1), "4 axes of 5 x -4 x 3 x 2 pixels: correct dim"),
        ("8h", 40, (4, 5, 4, 3, 0, 1, 1, 1), "4 axes of 5 x 4 x 3 x 0 pixels: correct dim"),
        ("h", 40, (0,), "0 axes of 5 pixels"),
        ("f", 108, (347.0,), "pixels begin at byte 347"),
        ("2f", 112, (2, np.nan), "scales pixels by 2 and nan"),
        ("2f", 112, (2, np.inf), "scales pixels by 2 and inf"),
        ("h", 40, (99,), "99 axes"),
        ("h", 40, (8,), "8 axes"),
        ("h", 70, (32,), "complex pixels"),
        ("h", 70, (1792,), "complex pixels"),
        ("h", 70, (2048,), "complex pixels"),
        ("f", 108, (2.0**28 + 32,), "pixels begin at byte 2"),
        ("h", 70, (999,), "datatype 999"),
        ("f", 108, (1e30,), "pixels begin at byte 1e"),
        ("f", 108, (np.nan,), "pixels begin at byte nan"),
        ("f", 112, (np.inf,), "scales pixels by inf"),
        ("3i", 344, (0, 0, 0), "does not hold its pixels"),
    ],
)
def test_what_no_cine_has_is_refused(
    tmp_path: Path, kind: str, offset: int, numbers: tuple[float, ...], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        read_image(changed(write(tmp_path / "beat.nii"), kind, offset, *numbers))


@pytest.mark.parametrize("place", [np.nan, -np.inf, 3e38])
def test_a_place_that_is_none_is_refused(tmp_path: Path, place: float) -> None:
    with pytest.raises(GeometryError, match="position is impossible"):
        read_image(changed(write(tmp_path / "beat.nii"), "f", 280 + 3 * 4, place))  # the sform's first row, its end


@pytest.mark.parametrize("column", [(0.0, 0.0, 0.0), (np.nan, 0.0, 0.0)])
def test_an_axis_without_direction_is_refused(tmp_path: Path, column: tuple[float, ...]) -> None:
    path = write(tmp_path / "beat.nii")
    for row, number in enumerate(column):
        changed(path, "f", 280 + 16 * row, number)  # the first column of the sform
    changed(path, "h", 252, 0)  # no quaternion to take instead
    with pytest.raises(GeometryError, match="directions of its axes are impossible"):
        read_image(path)


def test_packed_pixels_that_expand_to_far_more_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "beat.nii.gz")
    path.write_bytes(path.read_bytes() + gzip.compress(bytes(1 << 20)))
    with pytest.raises(InputError, match="expands to far more than its header says"):
        read_image(path)


def test_damage_of_packed_pixels_is_said_in_plain_words(tmp_path: Path) -> None:
    path = write(tmp_path / "beat.nii.gz")
    content = bytearray(path.read_bytes())
    content[-6] ^= 1  # of the checksum
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"damaged \(what is packed in it cannot be unpacked\): copy"):
        read_image(path)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_a_file_that_may_not_be_read_is_not_called_damaged(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / f"beat{ending}")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"cannot be opened \(Permission denied\): check its permissions"):
        read_nifti_header(path)


def refuse(*_: object) -> None:
    raise PermissionError(13, "Permission denied")


SIZES = (1.5, 1.25, 8.0)


def with_two_sizes(path: Path, sform: int, qform: int, lean: float = 0.0) -> Path:
    """An sform of voxels of 1.5 x 1.25 x 8 mm, and a pixdim of 1 x 1 x 1; a qform without turn, 5 mm further."""
    matrix = np.diag([*SIZES, 1.0])
    matrix[0, 2] = 8 * lean
    data = np.arange(5 * 4 * 3, dtype="i2").reshape(5, 4, 3)
    nibabel.save(nibabel.Nifti1Image(data, matrix), path)
    for kind, offset, numbers in (
        ("3f", 80, (1.0, 1.0, 1.0)),
        ("2h", 252, (qform, sform)),
        ("6f", 256, (0.0, 0.0, 0.0, 5.0, 0.0, 0.0)),
    ):
        changed(path, kind, offset, *numbers)
    return path


@pytest.mark.parametrize("lean", [0.0, 5e-4])
@pytest.mark.parametrize(("sform", "qform"), [(1, 0), (2, 0), (4, 0), (1, 1), (1, 2)])
def test_the_sform_that_is_followed_gives_the_size(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, sform: int, qform: int, lean: float
) -> None:
    path = with_two_sizes(tmp_path / "beat.nii", sform, qform, lean)
    cine = read_image(path)
    np.testing.assert_allclose(cine.ijk_to_ras, nibabel.load(path).affine, atol=0.005)
    np.testing.assert_allclose(np.linalg.norm(cine.ijk_to_ras[:3, :3], axis=0), SIZES, rtol=1e-6)
    said = "contradicts itself, a voxel is 1.5 x 1.25 x 8 in its sform and 1 x 1 x 1 in its pixdim: the sform was taken"
    assert cine.notes[0].endswith(said)
    assert [record.getMessage() for record in caplog.records] == [f"{path}: {cine.notes[0]}"]


@pytest.mark.parametrize("lean", [0.0, 5e-4])
@pytest.mark.parametrize("sform", [2, 3, 4])
def test_the_qform_that_is_followed_leaves_the_size_to_pixdim(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, sform: int, lean: float
) -> None:
    path = with_two_sizes(tmp_path / "beat.nii", sform, 1, lean)
    cine = read_image(path)
    np.testing.assert_allclose(cine.ijk_to_ras, nibabel.load(path).header.get_qform(), atol=1e-6)
    said = [f"{path}: {note}" for note in cine.notes]
    assert [record.getMessage() for record in caplog.records] == said
    assert len(said) == (sform == 2)  # an atlas has its own scale
    assert all(line.endswith("the pixdim, which its qform goes by, was taken") for line in said)


@pytest.mark.parametrize("lean", [0.0, 5e-4])
def test_sizes_that_differ_by_rounding_are_no_contradiction(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, lean: float
) -> None:
    path = changed(with_two_sizes(tmp_path / "beat.nii", 2, 0, lean), "3f", 80, 1.501, 1.25, 8.0)
    cine = read_image(path)
    # what is stored where the axes are straight, as ITK has it; the sform's where they had to be straightened
    np.testing.assert_allclose(np.linalg.norm(cine.ijk_to_ras[:, 0]), 1.5 if lean else 1.501, rtol=1e-6)
    assert not caplog.records


def test_results_lie_where_the_sform_puts_the_image(tmp_path: Path) -> None:
    cine = read_image(with_two_sizes(tmp_path / "beat.nii", 1, 0))
    write_label_map(tmp_path / "drawn.nii.gz", np.zeros(cine.frames.shape, np.uint8), cine.ijk_to_ras)
    drawn = nibabel.load(tmp_path / "drawn.nii.gz")
    np.testing.assert_allclose(drawn.affine, np.diag([*SIZES, 1.0]), atol=1e-6)
    np.testing.assert_allclose(drawn.header.get_zooms()[:3], SIZES)
