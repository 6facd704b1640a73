"""What a search starts from: the network, slices to calibrate on, slices to judge on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

from LVSegULib.engines.pytorch import load_network
from LVSegULib.errors import InputError
from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.by_layer import Layers, folded_layers
from LVSegULib.progress import silent
from LVSegULib.pruning.calibration import Calibration, calibrate
from LVSegULib.pruning.config import PruningConfig
from LVSegULib.pruning.data import calibration_images, judging_slices, open_cases
from LVSegULib.pruning.exact import without_superfluous
from LVSegULib.pruning.patients import deal, remark_on_kept
from LVSegULib.pruning.state import State
from LVSegULib.pruning.surgery import to_weights
from LVSegULib.pruning.watch import Watch
from LVSegULib.reading.labelled import LabelledCase
from LVSegULib.training.data import Slices
from LVSegULib.training.split import Split


@dataclass(frozen=True)
class Prepared:
    """All that a search starts from.

    Attributes:
        model: the model that is pruned.
        whole: its network without the filters that provably change nothing.
        superfluous: how many those were, by reason.
        calibration: the slices that every round is refitted on.
        more: gives the slices of the last refit; they are read when they are first asked for.
        judged: the slices that Dice is measured on.
        split: the patients of both.
        is_labelled: whether the reference is the experts'; else it is what the unpruned network finds.
    """

    model: ModelFolder
    whole: State
    superfluous: dict[str, int]
    calibration: Calibration
    more: Callable[[], Calibration]
    judged: Slices
    split: Split
    is_labelled: bool


def prepare(model: ModelFolder, config: PruningConfig, watch: Watch) -> Prepared:
    """Read the data and run the unpruned network over it.

    Raises:
        InputError: the data cannot be read, do not have the model's labels, or show no heart.
    """
    spec = model.spec
    layers = folded_layers(spec.network, model.weights())
    cases, is_labelled = open_cases(config.data, [label.key for label in spec.labels])
    split = _split(spec, config, cases, watch)
    calibrated = [case for case in cases if case.patient in split.train]
    judged = [case for case in cases if case.patient in split.validation]
    watch.say(
        f"{len(split.train)} patients to calibrate on, {len(split.validation)} to judge on"
        + ("" if is_labelled else "; without labels, what is judged is agreement with the unpruned network")
    )
    network = load_network(spec.network, to_weights(layers))
    calibration = partial(calibration_of, calibrated, spec, layers, progress=watch.loaded)
    slices = judging_slices(judged, spec, network, is_labelled=is_labelled, progress=watch.loaded)
    if not bool((slices.targets > 127).any()):
        raise InputError("there is no heart in the slices to judge on: give slices with one")
    whole, superfluous = without_superfluous(State.whole(spec.network, layers))
    gone = ", ".join(f"{count} {reason}" for reason, count in superfluous.items())
    watch.say(f"filters that provably change nothing: {gone or 'none'}")
    return Prepared(
        model=model,
        whole=whole,
        superfluous=superfluous,
        calibration=calibration(config.slices, config.seed),
        more=cache(partial(calibration, config.refit_slices, config.seed + 1)),
        judged=slices,
        split=split,
        is_labelled=is_labelled,
    )


def _split(spec: ModelSpec, config: PruningConfig, cases: Sequence[LabelledCase], watch: Watch) -> Split:
    """Patients to calibrate and to judge on; a split that is given is taken as it is."""
    trained, patients = spec.training.get("split", {}), [case.patient for case in cases]
    if not config.split and (line := remark_on_kept(patients, trained, spec.trained_on)):
        watch.warn(line)
    patient_of = {case.name: case.patient for case in cases}
    return deal(patients, config.split, trained, spec.trained_on, patient_of=patient_of)


def calibration_of(
    cases: Sequence[LabelledCase],
    spec: ModelSpec,
    layers: Layers,
    count: int,
    seed: int,
    progress: Callable[[str], None] = silent,
) -> Calibration:
    """`count` slices of `cases`, see `calibration_images`, with what the network of `layers` gives there."""
    network = load_network(spec.network, to_weights(layers))
    images = calibration_images(cases, spec, network, count, seed, progress)
    return calibrate(spec.network.depth, layers, images, seed)
