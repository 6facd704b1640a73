"""Views of hand-made networks for the tests of what is drawn from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from LVSegULib.cine import Cine
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.modelfolder.weights import Weights
from LVSegULib.network.config import UNetConfig, level_of
from LVSegULib.preparation.grid import Grid
from LVSegULib.visualization.inspector import Inspector, open_inspector
from LVSegULib.visualization.kernels import network_kernels
from LVSegULib.visualization.network_view import LayerView, NetworkView, view_network
from LVSegULib.visualization.subjects import ED, ES, Subject, subject_of_cine
from Testing.visualization import networks

ONE_LEVEL = UNetConfig.from_levels((2, 1))


def a_cine_of_a_disc() -> Cine:
    """One frame of one slice: a bright disc of radius 8 pixels around the middle, on the hand-made networks' grid."""
    j, i = np.mgrid[:32, :32] - 15.5
    disc = (i**2 + j**2 < 8**2).astype(np.float32)
    return Cine(disc[None, None], np.diag([-1.5, -1.5, 8.0, 1.0]), name="disc")


def a_subject(patient: str, rows: int) -> Subject:
    """ED with `rows` bright rows of 16 pixels, ES with a bright square of 64; half a mL each, and all of it found."""
    images = np.zeros((2, 1, 32, 32), np.float32)
    images[0, 0, 8 : 8 + rows, 8:24] = 1.0
    images[1, 0, 12:20, 12:20] = 1.0
    return Subject(patient, images, images[:, 0] > 0.5, np.array([ED, ES], np.uint8), np.full(2, 0.5))


def a_view_of_a_disc(folder: Path) -> NetworkView:
    """The network that passes the image on, with an edge filter; effects of two patients, of 128 and 96 mL."""
    model = networks.a_model(folder, networks.with_an_edge_filter())
    subjects = [a_subject("one", 16), a_subject("two", 12)]
    return view_network(open_inspector(model, threads=1), a_cine_of_a_disc(), (0, 0), subjects, is_labelled=True)


def a_view_of_a_square(inspector: Inspector) -> NetworkView:
    """The second of two slices with a bright square, which is all that effects are measured on; nobody drew in it."""
    frames = np.zeros((1, 2, 32, 32), np.float32)
    frames[:, :, 10:20, 10:20] = 100
    cine = Cine(frames, np.diag([1.5, 1.5, 10.0, 1.0]), name="square")
    return view_network(inspector, cine, (0, 1), [subject_of_cine(cine, inspector)], is_labelled=False)


def a_view_without_effects(
    config: UNetConfig = ONE_LEVEL, weights: Weights | None = None, side: int = 4, random: int | None = None
) -> NetworkView:
    """A view put together by hand: maps of zeros, or random ones, and no effects."""
    generator = np.random.default_rng(random)
    spec = ModelSpec("by hand", config, (CAVITY,), Grid(1.5, side, side))
    kernels = network_kernels(config, weights or networks.silent_weights(config))
    layers = {}
    for layer, learnt in kernels.items():
        level = level_of(layer, config.depth)
        shape = (len(learnt.bias), side >> level, side >> level)
        maps = np.zeros(shape, np.float32) if random is None else generator.random(shape, np.float32)
        layers[layer] = LayerView(level, learnt, maps)
    return NetworkView(
        spec=spec,
        cine=a_cine_of_a_disc(),
        grid=spec.grid,
        frame=0,
        slice=0,
        image=np.zeros((side, side), np.float32),
        cavity=np.zeros((side, side), np.bool_),
        layers=layers,
        effects=(),
        pairs=(),
        patients=0,
        is_labelled=False,
    )
