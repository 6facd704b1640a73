"""The file is read by the rules of its format (teem.sourceforge.net/nrrd/format.html), and by ITK."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from LVSegULib.errors import OutputError
from LVSegULib.labels import ALL_LABELS, CAVITY, MYOCARDIUM
from LVSegULib.writing.seg_nrrd import write_segmentation_nrrd
from Testing.three_labels import heart_labels

IJK_TO_RAS = np.array(
    [[0.0, -1.2, 0.0, 5.0], [1.3, 0.0, 0.0, -7.0], [0.0, 0.0, 10.0, 11.0], [0.0, 0.0, 0.0, 1.0]], dtype=np.float64
)


def read_nrrd(path: Path) -> tuple[dict[str, str], bytes]:
    header, data = path.read_bytes().split(b"\n\n", 1)
    lines = [line for line in header.decode().splitlines()[1:] if not line.startswith("#")]
    pairs = (line.split(":=", 1) if ":=" in line else line.split(": ", 1) for line in lines)
    return dict(pairs), gzip.decompress(data)


@pytest.fixture
def a_shrinking_cavity() -> NDArray[np.uint8]:
    labels = np.zeros((3, 4, 8, 6), np.uint8)
    for frame in range(3):
        labels[frame, 1:3, 1 : 7 - frame, 1:5] = CAVITY.value
    return labels


def test_a_beat_becomes_a_layer_for_ed_and_one_for_es(tmp_path: Path, a_shrinking_cavity: NDArray[np.uint8]) -> None:
    path = tmp_path / "a.seg.nrrd"
    write_segmentation_nrrd(path, a_shrinking_cavity, IJK_TO_RAS, [CAVITY], {"ED": 0, "ES": 2})
    header, data = read_nrrd(path)
    assert header["sizes"] == "2 6 8 4"
    layers = np.frombuffer(data, np.uint8).reshape(4, 8, 6, 2)
    assert np.array_equal(layers[..., 0], a_shrinking_cavity[0])
    assert np.array_equal(layers[..., 1], a_shrinking_cavity[2])
    assert [header[f"Segment{n}_Name"] for n in (0, 1)] == ["LV blood pool, ED", "LV blood pool, ES"]
    assert [header[f"Segment{n}_Layer"] for n in (0, 1)] == ["0", "1"]
    assert header["Segment0_ID"] != header["Segment1_ID"]
    assert header["Segment0_Color"] == "0.93 0.26 0.26"
    assert header["Segment1_Color"] == "0.9685 0.667 0.667"  # 55 % of the way to white
    assert path.read_bytes().split(b"\n\n", 1)[1][4:8] == bytes(4)  # no time in gzip's header: always the same file


def test_one_frame_is_a_volume_with_plain_names(tmp_path: Path, a_shrinking_cavity: NDArray[np.uint8]) -> None:
    path = tmp_path / "a.seg.nrrd"
    write_segmentation_nrrd(path, a_shrinking_cavity, IJK_TO_RAS, [CAVITY, MYOCARDIUM], {"ED": 1})
    header, data = read_nrrd(path)
    assert header["sizes"] == "6 8 4"
    assert np.array_equal(np.frombuffer(data, np.uint8).reshape(4, 8, 6), a_shrinking_cavity[1])
    assert [header[f"Segment{n}_Name"] for n in (0, 1)] == ["LV blood pool", "LV myocardium"]
    assert [header[f"Segment{n}_LabelValue"] for n in (0, 1)] == ["1", "2"]
    assert header["Segment1_Extent"] == "0 5 0 7 0 3"


def test_segments_carry_snomed_codes(tmp_path: Path, a_shrinking_cavity: NDArray[np.uint8]) -> None:
    path = tmp_path / "a.seg.nrrd"
    write_segmentation_nrrd(path, a_shrinking_cavity, IJK_TO_RAS, [CAVITY, MYOCARDIUM], {"": 0})
    header, _ = read_nrrd(path)
    assert "~SCT^123037004^Anatomical Structure~SCT^87878005^Left ventricle~" in header["Segment0_Tags"]
    assert "~SCT^49848007^Myocardium of left ventricle~" in header["Segment1_Tags"]


def test_three_labels_at_ed_and_es_are_six_segments(tmp_path: Path) -> None:
    labels = heart_labels([0, 2])
    write_segmentation_nrrd(tmp_path / "a.seg.nrrd", labels, IJK_TO_RAS, ALL_LABELS, {"ED": 0, "ES": 1})
    header, data = read_nrrd(tmp_path / "a.seg.nrrd")
    layers = np.frombuffer(data, np.uint8).reshape(*labels.shape[1:], 2)
    assert np.array_equal(layers[..., 0], labels[0]) and np.array_equal(layers[..., 1], labels[1])

    def of_segments(key: str) -> list[str]:
        return [header[f"Segment{number}_{key}"] for number in range(6)]

    assert "Segment6_ID" not in header and len(set(of_segments("ID"))) == 6
    assert of_segments("Layer") == ["0"] * 3 + ["1"] * 3
    assert of_segments("LabelValue") == ["1", "2", "3"] * 2
    assert of_segments("Name") == [
        f"{name}, {phase}" for phase in ("ED", "ES") for name in ("LV blood pool", "LV myocardium", "RV blood pool")
    ]
    codes = ("87878005^Left ventricle~", "49848007^Myocardium of left ventricle~", "53085002^Right ventricle~")
    for tags, code in zip(of_segments("Tags"), codes * 2, strict=True):
        assert f"~SCT^{code}" in tags
    colours = [[float(channel) for channel in text.split()] for text in of_segments("Color")]
    assert colours[:3] == [pytest.approx(label.colour) for label in ALL_LABELS]
    assert all(min(es) > min(ed) for ed, es in zip(colours[:3], colours[3:], strict=True))  # paler at ES


@pytest.mark.parametrize("frames", [{"": 0}, {"ED": 0, "ES": 2}])
def test_voxels_lie_where_the_inputs_do(
    tmp_path: Path, a_shrinking_cavity: NDArray[np.uint8], frames: dict[str, int]
) -> None:
    sheared = IJK_TO_RAS.copy()
    sheared[0, 0] = 2e-4
    write_segmentation_nrrd(tmp_path / "a.seg.nrrd", a_shrinking_cavity, sheared, [CAVITY], frames)
    header, _ = read_nrrd(tmp_path / "a.seg.nrrd")
    assert header["space"] == "left-posterior-superior"  # the first two world axes change sign
    columns = [text for text in header["space directions"].split() if text != "none"]
    steps = np.array([[float(number) for number in text.strip("()").split(",")] for text in columns]).T
    origin = [float(number) for number in header["space origin"].strip("()").split(",")]
    assert np.allclose(steps, np.diag([-1, -1, 1]) @ sheared[:3, :3], atol=1e-12)
    assert np.allclose(origin, [-5.0, 7.0, 11.0])


def test_a_file_where_the_folder_should_be(tmp_path: Path, a_shrinking_cavity: NDArray[np.uint8]) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(OutputError, match="cannot write"):
        write_segmentation_nrrd(tmp_path / "out/a.seg.nrrd", a_shrinking_cavity, IJK_TO_RAS, [CAVITY], {"": 0})


def test_itk_reads_it(tmp_path: Path, a_shrinking_cavity: NDArray[np.uint8]) -> None:
    path = tmp_path / "a.seg.nrrd"
    write_segmentation_nrrd(path, a_shrinking_cavity, IJK_TO_RAS, [CAVITY], {"ED": 0, "ES": 2})
    image = SimpleITK.ReadImage(str(path))
    assert np.array_equal(SimpleITK.GetArrayFromImage(image)[..., 1], a_shrinking_cavity[2])
    assert image.GetSpacing() == pytest.approx((1.3, 1.2, 10.0))
    assert image.GetMetaData("Segment0_Name") == "LV blood pool, ED"
