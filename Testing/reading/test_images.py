"""Image files, with nibabel as a second reader and NRRD headers written by hand as 3D Slicer writes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading.images import READERS, read_image, read_label_map
from LVSegULib.reading.names import IMAGE_ENDINGS

SHAPE = (9, 8, 5)  # I, J, K


def oblique(spacing_mm: tuple[float, float, float] = (1.4, 1.4, 8.0)) -> NDArray[np.float64]:
    """An IJK to RAS matrix turned by 30 degrees about two axes."""
    c, s = np.cos(np.pi / 6), np.sin(np.pi / 6)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    matrix = np.eye(4)
    matrix[:3, :3] = turn * spacing_mm
    matrix[:3, 3] = 10, -20, 30
    return matrix


def pixels(*more: int, kind: str = "i2") -> NDArray[Any]:
    return np.random.default_rng(5).integers(0, 900, (*SHAPE, *more)).astype(kind)


def test_each_ending_has_one_reader() -> None:
    assert sorted(ending for endings in READERS for ending in endings) == sorted(IMAGE_ENDINGS)


def write_nifti(path: Path, data: NDArray[Any], matrix: NDArray[np.float64], frame_s: float | None = None) -> Path:
    image = nibabel.Nifti1Image(data, matrix)
    image.set_qform(None, 0)
    image.header.set_xyzt_units("mm", "unknown" if frame_s is None else "sec")
    if frame_s is not None:
        image.header["pixdim"][4] = frame_s
    nibabel.save(image, path)
    return path


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_nifti_as_nibabel_reads_it(tmp_path: Path, ending: str) -> None:
    path = write_nifti(tmp_path / f"beat{ending}", pixels(6), oblique(), 0.042)
    cine, reference = read_image(path), nibabel.load(path)
    np.testing.assert_array_equal(cine.frames, np.asarray(reference.dataobj).T)
    np.testing.assert_allclose(cine.ijk_to_ras, reference.affine, atol=1e-5)
    np.testing.assert_allclose(cine.time_ms, 42 * np.arange(6), atol=1e-4)
    assert (cine.name, cine.notes) == ("beat", ())


def test_a_stack_is_a_cine_of_one_frame(tmp_path: Path) -> None:
    cine = read_image(write_nifti(tmp_path / "stack.nii.gz", pixels(), oblique()))
    assert cine.frames.shape == (1, 5, 8, 9)
    assert cine.time_ms is None


def test_a_second_between_frames_is_no_heartbeat(tmp_path: Path) -> None:
    cine = read_image(write_nifti(tmp_path / "beat.nii.gz", pixels(6), oblique(), 1.0))
    assert cine.time_ms is None
    assert "1000 ms from frame to frame" in cine.notes[0]


def test_axes_a_little_off_right_angles_are_straightened_and_noted(tmp_path: Path) -> None:
    matrix = oblique()
    matrix[:3, 0] += 3e-4 * matrix[:3, 1]  # SimpleITK refuses this
    path = write_nifti(tmp_path / "public.nii.gz", pixels(), matrix)
    cine = read_image(path)
    directions = cine.ijk_to_ras[:3, :3] / np.linalg.norm(cine.ijk_to_ras[:3, :3], axis=0)
    np.testing.assert_allclose(directions.T @ directions, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(cine.ijk_to_ras, matrix, atol=1e-3)
    np.testing.assert_array_equal(cine.frames[0], pixels().T)
    assert "at right angles only to 3e-04" in cine.notes[0]


def test_leaning_axes_are_refused(tmp_path: Path) -> None:
    matrix = oblique()
    matrix[:3, 2] += matrix[:3, 0]
    with pytest.raises(GeometryError, match="not at right angles"):
        read_image(write_nifti(tmp_path / "sheared.nii.gz", pixels(), matrix))


def write_leaning_nrrd(path: Path, lean: float) -> Path:
    """A stack whose rows lean towards its columns by this share."""
    header = (
        "NRRD0004\ntype: short\ndimension: 3\nspace: RAS\nsizes: 5 4 2\nendian: little\nencoding: raw\n"
        f"space directions: (1,0,0) ({lean},1,0) (0,0,8)\nspace origin: (0,0,0)\n\n"
    )
    path.write_bytes(header.encode() + np.arange(40, dtype="<i2").tobytes())
    return path


def test_leaning_axes_of_other_files_are_treated_alike(tmp_path: Path) -> None:
    with pytest.raises(GeometryError, match="not at right angles"):
        read_image(write_leaning_nrrd(tmp_path / "sheared.nrrd", 0.2))
    cine = read_image(write_leaning_nrrd(tmp_path / "public.nrrd", 3e-4))
    assert "at right angles only to 3e-04" in cine.notes[0]
    axes = cine.ijk_to_ras[:3, :3]
    np.testing.assert_allclose(axes.T @ axes, np.diag([1, 1, 64]), atol=1e-6)
    np.testing.assert_allclose(axes, [[1, 1.5e-4, 0], [-1.5e-4, 1, 0], [0, 0, 8]], atol=1e-6)  # half by each
    np.testing.assert_array_equal(cine.ijk_to_ras[:, 3], [0, 0, 0, 1])
    assert read_image(write_leaning_nrrd(tmp_path / "straight.nrrd", 0.0)).notes == ()


@pytest.mark.parametrize("ending", [".nrrd", ".mha"])
@pytest.mark.parametrize("frames", [1, 4])
def test_nrrd_and_metaimage(tmp_path: Path, ending: str, frames: int) -> None:
    volumes = []
    for frame in range(frames):
        volume = SimpleITK.GetImageFromArray(pixels().T + frame)
        volume.SetSpacing((1.5, 1.25, 8.0))
        volume.SetOrigin((1, 2, 3))
        volumes.append(volume)
    path = tmp_path / f"beat{ending}"
    SimpleITK.WriteImage(SimpleITK.JoinSeries(volumes) if frames > 1 else volumes[0], str(path))
    cine = read_image(path)
    np.testing.assert_array_equal(cine.frames, pixels().T + np.arange(frames)[:, None, None, None])
    expected = [[-1.5, 0, 0, -1], [0, -1.25, 0, -2], [0, 0, 8, 3], [0, 0, 0, 1]]
    np.testing.assert_allclose(cine.ijk_to_ras, expected)


def write_slicer_sequence(path: Path, kind: str = "list") -> NDArray[np.int16]:
    """Write a sequence of 3 frames as 3D Slicer does, frames first; returns (T, K, J, I)."""
    frames = np.arange(3 * 2 * 4 * 5, dtype="<i2").reshape(3, 2, 4, 5)
    header = (
        "NRRD0005\ntype: short\ndimension: 4\nspace: left-posterior-superior\nsizes: 3 5 4 2\n"
        "space directions: none (1.5,0,0) (0,1.5,0) (0,0,8)\n"
        f'kinds: {kind} domain domain domain\nlabels: "frame" "" "" ""\nunits: "ms" "" "" ""\n'
        "endian: little\nencoding: raw\nspace origin: (1,2,3)\n"
        "axis 0 index type:=numeric\naxis 0 index values:=0 40 85\n\n"
    )
    path.write_bytes(header.encode() + np.moveaxis(frames, 0, -1).tobytes())
    return frames


def test_a_sequence_that_slicer_wrote(tmp_path: Path) -> None:
    frames = write_slicer_sequence(tmp_path / "beat.seq.nrrd")
    cine = read_image(tmp_path / "beat.seq.nrrd")
    np.testing.assert_array_equal(cine.frames, frames)
    np.testing.assert_allclose(cine.time_ms, [0, 40, 85])
    np.testing.assert_allclose(cine.ijk_to_ras[:3, 3], [-1, -2, 3])
    assert cine.name == "beat"


def test_a_field_of_vectors_is_refused(tmp_path: Path) -> None:
    write_slicer_sequence(tmp_path / "field.nrrd", kind="vector")
    with pytest.raises(InputError, match="3 values per pixel"):
        read_image(tmp_path / "field.nrrd")


@pytest.mark.parametrize("ending", [".nii.gz", ".nrrd", ".mha"])
def test_a_colour_image_is_refused(tmp_path: Path, ending: str) -> None:
    colours = np.random.default_rng(1).integers(0, 255, (5, 8, 9, 3)).astype("u1")
    path = tmp_path / f"colour{ending}"
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(colours, isVector=True), str(path))
    with pytest.raises(InputError, match="colour"):
        read_image(path)


@pytest.mark.parametrize("ending", [".nii.gz", ".nrrd", ".mha"])
def test_a_two_dimensional_image_is_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"slice{ending}"
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(pixels()[..., 0]), str(path))
    with pytest.raises(InputError, match="single 2-D image"):
        read_image(path)


def test_a_mask_is_refused_as_an_image(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "mask.nii.gz", (pixels() > 300).astype("u1"), oblique())
    with pytest.raises(InputError, match="only the values 0, 1: it is a mask"):
        read_image(path)


def test_nan_is_refused_in_nifti_where_itk_would_hide_it(tmp_path: Path) -> None:
    data = pixels(kind="f4")
    data[0, 0, 0] = np.nan
    with pytest.raises(InputError, match="1 pixels are NaN"):
        read_image(write_nifti(tmp_path / "gap.nii.gz", data, oblique()))


def test_slices_along_the_first_axis_are_refused(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "turned.nii.gz", pixels(), oblique((8.0, 1.4, 1.4)))
    with pytest.raises(GeometryError, match="lie along axis 1, expected along the third"):
        read_image(path)


@pytest.mark.parametrize("shape", [(10, 60, 64), (60, 10, 64)])
def test_stacks_of_far_more_slices_than_pixels_are_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    """As where an array of slices, rows and columns was saved with its axes' sizes lost."""
    data = np.random.default_rng(3).integers(0, 900, shape).astype("i2")
    with pytest.raises(GeometryError, match=rf"has 64 slices of {shape[0]} x {shape[1]} pixels, expected slices along"):
        read_image(write_nifti(tmp_path / "turned.nii.gz", data, np.eye(4)))
    few = write_nifti(tmp_path / "few.nii.gz", data[..., :39], np.eye(4))  # of a small animal, perhaps
    assert read_image(few).slice_count == 39


def test_a_stack_that_is_far_too_short_by_voxels_of_one_millimetre_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = np.random.default_rng(4).integers(0, 900, (100, 110, 12)).astype("i2")
    cine = read_image(path := write_nifti(tmp_path / "lost.nii.gz", data, np.eye(4)))
    said = "a voxel is 1 x 1 x 1 mm by its header, and the stack of 12 slices only 12 mm long: if the spacing was lost,"
    assert cine.notes[0].startswith(said)
    assert caplog.messages == [f"{path}: {cine.notes[0]}"]


@pytest.mark.parametrize("kept", [0.9, 0.05, 0.0])
@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd"])
def test_a_file_cut_short_is_refused(tmp_path: Path, ending: str, kept: float) -> None:
    path = tmp_path / f"short{ending}"
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(pixels(20).T, isVector=False), str(path))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(InputError, match=rf"short{ending}: .*cut short"):
        read_image(path)


@pytest.mark.parametrize(
    ("name", "said"),
    [("nowhere.nii", "does not exist"), ("letter.txt", "unknown kind of file"), ("folder.nii", "folder")],
)
def test_what_is_no_image_file(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "letter.txt").write_text("Dear doctor")
    (tmp_path / "folder.nii").mkdir()
    with pytest.raises(InputError, match=said):
        read_image(tmp_path / name)


def test_a_label_map_keeps_its_numbers(tmp_path: Path) -> None:
    labels = (pixels() % 4).astype("f4")
    values, ijk_to_ras = read_label_map(write_nifti(tmp_path / "labels.nii.gz", labels, oblique()))
    np.testing.assert_array_equal(values[0], labels.T)
    assert values.dtype == np.uint8
    np.testing.assert_allclose(ijk_to_ras, oblique(), atol=1e-5)


def test_label_values_of_more_than_a_byte_are_kept(tmp_path: Path) -> None:
    labels = np.where(pixels() % 2, 300, 1).astype("i2")
    values, _ = read_label_map(write_nifti(tmp_path / "labels.nii.gz", labels, oblique()))
    np.testing.assert_array_equal(values[0], labels.T)


@pytest.mark.parametrize("wrong", [0.5, -1.0, np.inf, 2.0**63])
def test_labels_must_be_whole_numbers_from_zero(tmp_path: Path, wrong: float) -> None:
    labels = (pixels() % 4).astype("f4")
    labels[0, 0, 0] = wrong
    with pytest.raises(InputError, match="is no label map"):
        read_label_map(write_nifti(tmp_path / "labels.nii.gz", labels, oblique()))


def test_labels_must_be_whole_numbers_in_every_frame(tmp_path: Path) -> None:
    labels = np.stack([pixels() % 4] * 3, axis=-1).astype("f4")
    labels[0, 0, 0, 1] = 0.5
    with pytest.raises(InputError, match="is no label map"):
        read_label_map(write_nifti(tmp_path / "labels.nii.gz", labels, oblique()))


@pytest.mark.parametrize(
    ("values", "is_mask"),
    [((0, 1), True), (range(4), True), (range(1, 16), True), (range(1, 17), False), ((0.5, 1.0), False)],
)
def test_up_to_sixteen_whole_numbers_that_are_mostly_zero_are_a_mask(
    tmp_path: Path, values: Sequence[float], is_mask: bool
) -> None:
    mostly_zero = [*values, *[0.0] * 2 * len(values)] if len(values) > 4 else [*values]
    image = np.array(mostly_zero, "f4")[np.arange(pixels().size) % len(mostly_zero)].reshape(pixels().shape)
    path = write_nifti(tmp_path / "a.nii.gz", image, oblique())
    if is_mask:
        with pytest.raises(InputError, match="it is a mask or label map"):
            read_image(path)
    else:
        np.testing.assert_array_equal(read_image(path).frames[0], image.T)


def test_one_pixel_of_another_value_makes_no_mask(tmp_path: Path) -> None:
    image = np.zeros((60, 50, 8), "i2")  # of which only every fourth pixel is looked at first
    image[0, 0, 0] = 1
    image[1:6, 0, :3] = np.arange(2, 17).reshape(5, 3)  # few of these
    assert read_image(write_nifti(tmp_path / "a.nii.gz", image, oblique())).frames.max() == 16


@pytest.mark.parametrize(("axis", "mm", "fits"), [(0, 11.9, True), (0, 12.1, False), (1, 12.1, False)])
def test_slices_are_not_much_nearer_than_the_pixels_of_another_axis(
    tmp_path: Path, axis: int, mm: float, fits: bool
) -> None:
    matrix = np.diag([1.5, 1.5, 8.0, 1.0])  # 12 mm are one and a half times as far as slices are
    matrix[axis, axis] = mm
    path = write_nifti(tmp_path / "a.nii.gz", pixels(), matrix)
    if fits:
        assert read_image(path).spacing_mm[0] == pytest.approx(8)
    else:
        with pytest.raises(GeometryError, match=rf"its slices \({pixels().shape[axis]}, .* lie along axis {axis + 1}"):
            read_image(path)
