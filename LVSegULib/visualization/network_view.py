"""All that is shown of a network on one slice: kernels, activation maps, effects; gathered once for every picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.errors import UsageError
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import level_of
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.prepare import prepare_images
from LVSegULib.progress import Report, part_of, silent
from LVSegULib.visualization.effects import Ablation, Effect, pair_effects, removal_effects
from LVSegULib.visualization.filters import Filter, layers_of, removable_filters
from LVSegULib.visualization.inspector import Inspector
from LVSegULib.visualization.kernels import LayerKernels, network_kernels
from LVSegULib.visualization.registration import grid_seen
from LVSegULib.visualization.subjects import Subject, cavity_on_grid

PAIRED = 6
"""Filters of which every pair is turned off together."""

SINGLES_SHARE = 0.93


@dataclass(frozen=True)
class LayerView:
    """One layer.

    Attributes:
        level: how often its resolution has been halved.
        kernels: its kernels and bias.
        maps: activation maps of its filters on the slice (filters, rows, columns); of the head, its logits.
    """

    level: int
    kernels: LayerKernels
    maps: NDArray[np.float32]


@dataclass(frozen=True)
class NetworkView:
    """A whole network on one slice.

    Attributes:
        spec: the model.
        cine: where the slice comes from.
        grid: on which the network sees it.
        frame, slice: which it is, from 0.
        image: the slice as the network sees it (rows, columns) in 0..1.
        cavity: where the network finds cavity there (rows, columns).
        layers: every layer by name, in the order in which they run.
        effects: of every filter turned off by itself, the strongest first.
        pairs: of every pair of the strongest ones.
        patients: how many patients the effects are measured on.
        is_labelled: whether Dice is against an expert, and not against the whole network's own result.
    """

    spec: ModelSpec
    cine: Cine
    grid: Grid
    frame: int
    slice: int
    image: NDArray[np.float32]
    cavity: NDArray[np.bool_]
    layers: dict[str, LayerView]
    effects: tuple[Effect, ...]
    pairs: tuple[Effect, ...]
    patients: int
    is_labelled: bool

    def effect_of(self, one: Filter) -> Effect | None:
        """The effect of a filter; None of the head's outputs, which cannot be turned off."""
        return next((effect for effect in self.effects if effect.filters == (one,)), None)


def view_network(
    inspector: Inspector,
    cine: Cine,
    place: tuple[int, int],
    subjects: Sequence[Subject],
    *,
    is_labelled: bool,
    report: Report = silent,
) -> NetworkView:
    """Gather kernels, maps and effects.

    Args:
        inspector: looks into the model.
        cine: the cine of the slice that is shown.
        place: its frame and slice, see `telling_place`.
        subjects: whom the effects are measured on.
        is_labelled: whether their reference is an expert's.
        report: told the share done.

    Raises:
        UsageError: the cine has no such frame or slice.
    """
    spec, (frame, number) = inspector.model.spec, place
    if not (0 <= frame < cine.frame_count and 0 <= number < cine.slice_count):
        raise UsageError(
            f"{cine.name} has no slice {number} in frame {frame}: it has {cine.slice_count} slices and "
            f"{cine.frame_count} frames, counted from 0"
        )
    grid = grid_seen(cine, inspector)
    images = prepare_images(cine, grid)[frame * cine.slice_count + number][None]
    seen = inspector.look(images, list(layers_of(spec.network)))
    kernels = network_kernels(spec.network, inspector.model.weights())
    ablation = Ablation(inspector, subjects)
    singles = part_of(report, 0.0, SINGLES_SHARE)
    effects = removal_effects(ablation, removable_filters(spec.network), singles)
    pairs = pair_effects(ablation, effects, PAIRED, part_of(report, SINGLES_SHARE, 1.0))
    return NetworkView(
        spec=spec,
        cine=cine,
        grid=grid,
        frame=frame,
        slice=number,
        image=images[0, 0],
        cavity=cavity_on_grid(seen.logits, spec)[0],
        layers={
            name: LayerView(level_of(name, spec.network.depth), kernels[name], seen.maps[name][0]) for name in kernels
        },
        effects=tuple(effects),
        pairs=tuple(pairs),
        patients=len({subject.patient for subject in subjects}),
        is_labelled=is_labelled,
    )


def telling_place(cine: Cine, inspector: Inspector) -> tuple[int, int]:
    """A frame and slice worth looking at: at ED, halfway between base and apex of what the network finds.

    The largest frame, and of its slices with cavity the middle one; the middle slice where none has any.
    """
    spec = inspector.model.spec
    images = prepare_images(cine, grid_seen(cine, inspector))
    found = cavity_on_grid(inspector.look(images).logits, spec)
    area = found.sum((1, 2)).reshape(cine.frame_count, cine.slice_count)
    frame = int(area.sum(1).argmax())
    filled = np.flatnonzero(area[frame])
    return frame, int(filled[len(filled) // 2]) if len(filled) else cine.slice_count // 2
