"""Say whose hearts are learnt through other pixels than the grid's, and who shows no cavity at all."""

from __future__ import annotations

import numpy as np

from LVSegULib.labels import CAVITY
from LVSegULib.segmentation.look import SMALL_FIELD_MM, told_pixel_mm
from LVSegULib.training.config import TrainingConfig
from LVSegULib.training.data import Slices
from LVSegULib.training.split import some_names


def remark_on_size(config: TrainingConfig, slices: Slices) -> str:
    """Whose hearts in `slices` are of another size than people's, or the grid's; "" if nobody's."""
    odd = {name: scale for name, scale in zip(slices.names, slices.scales, strict=False) if scale != 1}
    if not odd:
        return ""
    scale = float(np.median(list(odd.values())))
    return (
        f"the hearts of {some_names(list(odd))} are about {scale:.2g} times the usual size: they are learnt with "
        f"pixels of {scale * config.spacing_mm:.2g} instead of {config.spacing_mm:g} mm, as `lvsegu segment` looks at "
        f"them{_why_so_large(config) if scale > 1 else ''}"
    )


def _why_so_large(config: TrainingConfig) -> str:
    """What to do if they are people's; "" if the grid is one for people."""
    if told_pixel_mm(config.grid) == config.spacing_mm:
        return ""
    return (
        f"; a grid less than {SMALL_FIELD_MM:g} mm wide, as yours is, is for small animals: for people give more "
        "--size or --spacing-mm"
    )


def remark_on_absence(config: TrainingConfig, slices: Slices) -> str:
    """Who has no cavity drawn in any slice, though the source knows cavities; "" if everybody has one."""
    if CAVITY.key not in config.labels:
        return ""
    channel = config.labels.index(CAVITY.key)
    shows = slices.targets[:, channel].amax((1, 2)) > 0
    is_known = slices.known[:, channel]
    with_one = set(slices.patients[shows].tolist())
    without = sorted(set(slices.patients[is_known].tolist()) - with_one)
    if not without:
        return ""
    return f"no cavity is drawn in the images of {some_names([slices.names[number] for number in without])}: draw it"
