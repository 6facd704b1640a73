"""Intensities are scaled by robust percentiles of the image's middle, or in another way that is asked for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.errors import UsageError
from LVSegULib.preparation.intensity import (
    BOUNDED,
    DEFAULT,
    KINDS,
    central_region,
    check_kind,
    describe_scaling,
    intensity_scaling,
    is_outshone,
    scaling_of,
)

SPACING_MM = (1.5, 1.2)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of scaling; the one of scikit-image where that is installed."""
    if request.param == "clahe":
        pytest.importorskip("skimage")
    return str(request.param)


def scaled(frames: NDArray[np.float32], kind: str, spacing_mm: tuple[float, float] = SPACING_MM) -> NDArray[np.float32]:
    """A cine (T, K, J, I) scaled frame by frame, as it is prepared."""
    scale = intensity_scaling(frames, spacing_mm, kind)
    return np.stack([scale(frame) for frame in frames])


def a_cine(slices: int = 3) -> NDArray[np.float32]:
    """Two noisy frames of a bright disc, 200 to 900 in the scanner's units."""
    rows, columns = np.mgrid[:40, :48]
    disc = 300 + 500 * ((rows - 20) ** 2 + (columns - 24) ** 2 < 100)
    noise = np.random.default_rng(1).uniform(-100, 100, (2, slices, 40, 48))
    return (disc + noise).astype(np.float32)


def on_one_slice(values: list[list[float]]) -> NDArray[np.float32]:
    return np.array(values, np.float32)[None, None]


def test_the_middle_160_mm_set_the_scale() -> None:
    assert central_region(np.zeros((200, 100), np.float32), (1.6, 1.6)).shape == (100, 100)
    assert central_region(np.zeros((200, 300), np.float32), (2.0, 1.0)).shape == (80, 160)


@pytest.mark.parametrize(("brightness", "white"), [(1.9, 1.9), (2.1, 2.0), (50.0, 2.0)])
def test_what_is_far_brighter_than_all_else_does_not_leave_the_heart_in_the_dark(
    brightness: float, white: float
) -> None:
    """Of 10,000 pixels half have 0, nearly half 100, and 100 of them so many times as much."""
    frames = np.zeros(10_000, np.float32)
    frames[5_000:9_900], frames[9_900:] = 100, 100 * brightness
    found = scaled(frames.reshape(1, 1, 100, 100), BOUNDED, (1.0, 1.0)).ravel()
    assert found[[0, 6_000, 9_950]] == pytest.approx([0, 1 / white, 1])


@pytest.mark.parametrize("share", [0.5, 0.6])
def test_where_half_of_the_pixels_are_the_brightest_the_scale_goes_up_to_these(share: float) -> None:
    frames = np.zeros((1, 1, 100, 100), np.float32)
    frames[..., : round(100 * share)] = 100
    np.testing.assert_array_equal(scaled(frames, BOUNDED, (1.0, 1.0)), frames / 100)
    assert not is_outshone(frames, (1.0, 1.0))


def test_a_cine_is_outshone_where_the_two_scales_differ() -> None:
    frames = np.random.default_rng(1).uniform(0, 100, (1, 2, 60, 60)).astype(np.float32)
    assert not is_outshone(frames, SPACING_MM)
    frames[..., 30, :] *= 4  # one row in sixty
    assert is_outshone(frames, SPACING_MM)
    assert (scaled(frames, BOUNDED) > scaled(frames, DEFAULT)).any()


def test_a_small_animal_in_a_noisy_field_is_not_too_bright() -> None:
    """It fills a twentieth of the image."""
    frames = np.random.default_rng(1).normal(10, 2, 10_000).astype(np.float32)
    frames[-500:] = np.linspace(200, 1000, 500)
    found = scaled(frames.reshape(1, 1, 100, 100), BOUNDED, (1.0, 1.0)).ravel()
    low, high = np.percentile(frames, (0.5, 99.5))
    np.testing.assert_allclose(found, np.clip((frames - low) / (high - low), 0, 1), atol=1e-5)


def test_bright_spots_on_black_alone_are_scaled_by_themselves() -> None:
    frames = np.zeros((1, 1, 100, 100), np.float32)
    frames[..., :2, :] = 700  # 2 %: the 95 % percentile of all pixels is black
    found = scaled(frames, BOUNDED, (1.0, 1.0))
    assert found.max() == 1 and np.count_nonzero(found) == 200
    assert not scaled(np.full((1, 1, 9, 9), 5, np.float32), BOUNDED).any()


def test_percentiles_of_a_ramp_become_0_and_1() -> None:
    ramp = np.linspace(0, 1000, 10_001, dtype=np.float32).reshape(73, 137)
    found = scaled(ramp, DEFAULT, (1.0, 1.0))
    # 0.5 % of 0..1000 is 5 and 99.5 % is 995, so that 500 is in the middle
    assert np.allclose(found, np.clip((ramp - 5) / 990, 0, 1), atol=1e-3)


def test_a_scanner_with_other_units_gives_the_same_numbers() -> None:
    image = np.random.default_rng(1).gamma(2.0, 100.0, (2, 3, 64, 64)).astype(np.float32)
    assert np.allclose(scaled(image, DEFAULT, (1, 1)), scaled(3.7 * image + 500, DEFAULT, (1, 1)), atol=1e-4)


def test_a_few_hot_pixels_change_nothing_much() -> None:
    image = np.random.default_rng(1).gamma(2.0, 100.0, (64, 64)).astype(np.float32)
    spoiled = image.copy()
    spoiled[10, 10:15] = 1e6
    difference = np.abs(scaled(image, DEFAULT, (1, 1)) - scaled(spoiled, DEFAULT, (1, 1)))
    assert np.median(difference) < 0.02


def test_a_constant_middle_gives_zeros() -> None:
    assert not scaled(np.full((32, 32), 7, np.float32), DEFAULT, (1.0, 1.0)).any()


def test_every_kind_gives_float32_in_0_to_1_and_leaves_the_images(kind: str) -> None:
    frames = a_cine()
    before = frames.copy()
    found = scaled(frames, kind)
    assert found.dtype == np.float32
    assert found.shape == frames.shape
    assert found.min() >= 0
    assert found.max() <= 1
    assert found.std() > 0.05
    assert np.array_equal(frames, before)


def test_every_kind_leaves_the_disc_brighter_than_its_ground(kind: str) -> None:
    found = scaled(a_cine(), kind)
    assert found[:, :, 15:25, 19:29].mean() > found[:, :, :, :8].mean() + 0.05


def test_all_frames_have_one_scale(kind: str) -> None:
    frames = a_cine()
    frames[1] = frames[0]
    frames[1, 2] *= 1.2
    found = scaled(frames, kind)
    np.testing.assert_allclose(found[1, :2], found[0, :2], atol=1e-5)  # untouched by what the third slice does
    if kind == "clahe":  # which looks at each slice alone
        np.testing.assert_allclose(found[1, 2].mean(), found[0, 2].mean(), atol=0.02)
    else:
        assert found[1, 2].mean() > found[0, 2].mean() + 0.02


@pytest.mark.parametrize("value", [0.0, 7.0, 0.1, 1e6])
@pytest.mark.parametrize("slices", [1, 4])
def test_a_constant_image_stays_constant_and_finite(kind: str, value: float, slices: int) -> None:
    found = scaled(np.full((2, slices, 24, 28), value, np.float32), kind)
    assert np.isfinite(found).all()
    assert np.ptp(found) == 0
    assert 0 <= found.min() <= 1


def test_an_empty_slice_among_others_stays_flat(kind: str) -> None:
    frames = a_cine()
    frames[:, 1] = 0
    found = scaled(frames, kind)
    assert np.isfinite(found).all()
    assert np.ptp(found[:, 1]) < 1e-6
    assert np.ptp(found[:, 0]) > 0.3


@pytest.mark.parametrize("slices", [1, 2, 3])
def test_a_few_slices_are_enough(kind: str, slices: int) -> None:
    found = scaled(a_cine(slices), kind)
    assert found.shape == (2, slices, 40, 48)
    assert np.isfinite(found).all()


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UsageError, match='there is no intensity scaling "magic": choose one of percentile, none, '):
        check_kind("magic")
    with pytest.raises(UsageError, match="magic"):
        intensity_scaling(a_cine(), SPACING_MM, "magic")


def test_the_default_is_by_percentiles() -> None:
    assert DEFAULT == "percentile"
    scale = intensity_scaling(a_cine(), SPACING_MM)
    assert np.array_equal(scale(a_cine()), scaled(a_cine(), "percentile"))


def test_unscaled_intensities_are_thousandths() -> None:
    found = scaled(on_one_slice([[-3, 0, 250], [500, 1000, 1500]]), "none")
    np.testing.assert_allclose(found[0, 0], [[0, 0, 0.25], [0.5, 1, 1]], atol=1e-6)


def test_min_max_goes_by_the_middle_and_clips_beyond_it() -> None:
    frames = np.full((1, 1, 200, 200), 200, np.float32)  # 320 mm, of which the middle 160 mm are rows 50 to 149
    frames[0, 0, 60, 60], frames[0, 0, 70, 70] = 100, 500
    frames[0, 0, 0, :2] = (-1000, 5000)
    found = scaled(frames, "min-max", (1.6, 1.6))[0, 0]
    corner, lowest, highest, ground = found[0, :2].tolist(), found[60, 60], found[70, 70], found[100, 100]
    assert corner == [0, 1]
    assert (lowest, highest, ground) == pytest.approx((0, 1, 0.25))


def test_z_score_reaches_three_standard_deviations() -> None:
    # mean 200, standard deviation 100: from -100 to 500
    frames = on_one_slice([[100, 300], [300, 100]])
    np.testing.assert_allclose(scaled(frames, "z-score")[0, 0], [[1 / 3, 2 / 3], [2 / 3, 1 / 3]], atol=1e-6)
    hot = np.tile(np.array([100, 300], np.float32), 5000)
    hot[0] = 1e4  # far beyond
    assert scaled(hot.reshape(1, 1, 100, 100), "z-score").max() == 1


def test_equalised_intensities_are_spread_evenly() -> None:
    frames = np.random.default_rng(1).gamma(2.0, 100.0, (2, 3, 64, 64)).astype(np.float32)
    found = scaled(frames, "equalised", (1.0, 1.0))
    shares = np.linspace(0.05, 0.95, 10)
    np.testing.assert_allclose(np.quantile(found, shares), shares, atol=0.01)
    order = np.argsort(frames.ravel())
    assert (np.diff(found.ravel()[order]) >= 0).all()


def test_a_value_that_half_the_pixels_have_is_the_lowest_when_equalised() -> None:
    frames = np.zeros((1, 1, 10, 20), np.float32)
    frames[..., 10:] = np.linspace(1, 100, 100).reshape(10, 10)
    found = scaled(frames, "equalised")[0, 0]
    assert not found[:, :10].any()
    assert found[:, 10:].min() >= 0.49
    assert found.max() == 1


def test_smoothing_is_a_gaussian_of_1_mm_within_the_slice() -> None:
    # An edge between 0 and 1 becomes the Gaussian's distribution function: half a pixel from it, at 0.25 mm along rows
    # of 0.5 mm and at 0.125 mm along columns of 0.25 mm.
    def share_below(mm: float) -> float:
        return (1 + math.erf(mm / math.sqrt(2))) / 2

    frames = np.zeros((1, 2, 80, 120), np.float32)
    frames[0, 0, 40:] = 1
    frames[0, 1, :, 60:] = 1
    found = scaled(frames, "smoothed", (0.5, 0.25))[0]
    assert found[0, 39:41, 60].tolist() == pytest.approx([share_below(-0.25), share_below(0.25)], abs=0.003)
    assert found[1, 40, 59:61].tolist() == pytest.approx([share_below(-0.125), share_below(0.125)], abs=0.003)
    assert found[:, 40, 60].tolist() == pytest.approx([found[0, 40, 5], found[1, 5, 60]], abs=1e-5)  # slices do not mix


def test_clahe_lifts_weak_contrast_up_to_its_limit() -> None:
    pytest.importorskip("skimage")
    rows, columns = np.mgrid[:128, :128]
    frames = (500.0 + 400 * (columns >= 64) + 10 * np.sign(np.sin(rows / 3)))[None, None].astype(np.float32)
    plain, found = scaled(frames, DEFAULT)[0, 0], scaled(frames, "clahe")[0, 0]
    left = (slice(32, 96), slice(16, 32))  # stripes of little contrast, far from the edge between bright and dark
    assert found[left].std() > 1.3 * plain[left].std()
    assert found[:, 96:].mean() > found[:, :32].mean()


def test_the_tiles_of_clahe_are_in_millimetres(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def equalise(image: NDArray[np.float32], *, kernel_size: list[int], clip_limit: float) -> NDArray[np.float32]:
        asked.append((kernel_size, clip_limit))
        return image

    monkeypatch.setattr("LVSegULib.preparation.packages.adaptive_equalisation", lambda: equalise)
    scaled(a_cine(slices=1)[:1], "clahe", (2.0, 1.6))
    assert asked == [([20, 25], 0.02)]  # 40 mm by 40 mm


def test_n4_takes_a_smooth_field_out() -> None:
    rows, columns = np.mgrid[:64, :64]
    tissue = 200 + 600 * ((rows // 8 + columns // 8) % 2)
    field = 0.7 + 0.6 * rows / 63  # nearly twice as bright at one side
    noise = np.random.default_rng(1).normal(0, 8, (2, 6, 64, 64))
    frames = (tissue * field + noise).astype(np.float32)

    def unevenness(images: NDArray[np.float32]) -> float:
        bright = np.where(tissue > 500, images, np.nan)
        return float(np.nanmean(bright[..., 48:, :]) / np.nanmean(bright[..., :16, :]))

    plain, found = scaled(frames, DEFAULT, (2.0, 2.0)), scaled(frames, "n4", (2.0, 2.0))
    assert unevenness(plain) > 1.3
    assert unevenness(found) == pytest.approx(1, abs=0.12)
    assert np.mean(found == 0) == pytest.approx(0.005, abs=1e-3)  # the percentiles are those of the even images
    assert np.mean(found == 1) == pytest.approx(0.005, abs=1e-3)


def test_the_description_of_every_kind_comes_back() -> None:
    descriptions = [describe_scaling(kind) for kind in KINDS]
    assert [scaling_of(description) for description in descriptions] == list(KINDS)
    assert all(description["region_mm"] == 160.0 for description in descriptions)
    older = {"kind": "percentiles", "percentiles": [0.5, 99.5], "region_mm": 160.0}
    assert scaling_of(older) == DEFAULT  # as models before the other kinds say it


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (DEFAULT, {"percentiles": [1, 99]}),
        ("none", {"unit": 4096.0}),
        ("min-max", {"region_mm": 100.0}),
        ("z-score", {"standard_deviations": 2.0}),
        ("equalised", {"levels": 64}),
        ("clahe", {"clip": 0.5}),
        ("smoothed", {"sigma_mm": 2.0}),
        ("n4", {"iterations": [50]}),
        (DEFAULT, {"kind": "magic"}),
        ("min-max", {"unit": 1000.0}),
    ],
)
def test_a_scaling_with_other_numbers_is_refused(kind: str, change: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="asks for another normalisation"):
        scaling_of(describe_scaling(kind) | change)


def test_of_very_many_pixels_some_from_all_over_the_cine_tell_the_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    ramp = np.linspace(0, 1000, 2 * 50 * 20 * 20, dtype=np.float32).reshape(2, 50, 20, 20)
    monkeypatch.setattr("LVSegULib.preparation.intensity.MOST_VALUES", 400)
    np.testing.assert_allclose(scaled(ramp, "percentile"), ((ramp - 5) / 990).clip(0, 1), atol=0.01)
