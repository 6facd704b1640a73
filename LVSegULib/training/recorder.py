"""What a training run leaves in its folder: settings, split, log, curve, checkpoint, and the models best and last."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path

from LVSegULib.atomic import write_json
from LVSegULib.engines.pytorch import network_weights
from LVSegULib.errors import UsageError
from LVSegULib.labels import BY_KEY
from LVSegULib.modelfolder.folder import LAST, save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.modelfolder.weights import Weights
from LVSegULib.network.config import count_parameters, share_of_classic
from LVSegULib.pictures.training_curve import draw_training_curve
from LVSegULib.settings import as_plain
from LVSegULib.training.card import training_card
from LVSegULib.training.config import TrainingConfig
from LVSegULib.training.device import Place
from LVSegULib.training.log import Row, read_log, write_log
from LVSegULib.training.loop import StepReport
from LVSegULib.training.split import SPLIT, Split
from LVSegULib.training.start import describe_start, describe_teachers, inherited_terms, start_mark
from LVSegULib.training.state import TrainingState, learning_rate, save_checkpoint
from LVSegULib.training.validate import Validation
from LVSegULib.training.watch import Watch

CHECKPOINT, LOG, CURVE, CONFIG = "checkpoint.safetensors", "log.csv", "curve.png", "config.json"
BEST = "best"
WRITTEN = (CHECKPOINT, LOG, CURVE, CONFIG, SPLIT, BEST, LAST)
"""Files and folders of a run."""


class Recorder:
    """Writes the run's files whenever there is a validation; only the first process writes."""

    def __init__(
        self,
        folder: Path,
        config: TrainingConfig,
        split: Split,
        state: TrainingState,
        place: Place,
        watch: Watch,
    ) -> None:
        """Begin to record, and write down what the run depends on.

        Args:
            folder: of the run.
            config: its settings.
            split: who is learnt from and who is kept back.
            state: what is trained; its best Dice is kept up to date.
            place: where it is trained.
            watch: who is told.
        """
        self.folder, self.config, self.split = folder, config, split
        self.state, self.place, self.watch = state, place, watch
        self.network = replace(state.averaged.config, output_channels=len(config.labels))
        self.rows = read_log(folder / LOG, state.step)
        self.earlier_seconds = self.rows[-1].seconds if self.rows else 0.0
        self.losses: list[float] = []
        self.others = describe_start(config) | describe_teachers(config)
        self.licence, self.citations = inherited_terms(config)
        self.start = start_mark(config)
        self.kept_step = state.step
        if place.is_first:
            write_json(folder / CONFIG, as_plain(config))
            write_json(folder / SPLIT, split.to_json())

    def __call__(self, report: StepReport) -> None:
        """Tell of some steps; where a validation is due, write everything down; only the first process writes.

        Raises:
            UsageError: the training diverged; what was written before is kept.
        """
        self._check_numbers(report)
        if not self.place.is_first:
            return
        self.watch.report(report)
        self.losses.append(report.loss)
        if not report.is_due:
            return
        dice = report.validation.mean if report.validation is not None else float("nan")
        seconds = self.earlier_seconds + report.seconds
        loss = sum(self.losses) / len(self.losses)
        self.losses.clear()
        self.rows.append(Row(report.step, seconds, report.learning_rate, loss, dice))
        if dice > self.state.best_dice:
            self.state.best_dice = dice
            self._save_model(BEST, report)
        if report.step == self.config.steps:
            self._save_model(LAST, report)
        write_log(self.folder / LOG, self.rows)
        draw_training_curve(self.folder / CURVE, self.rows, f"{self.config.name}: {self.network_summary}")
        save_checkpoint(
            self.folder / CHECKPOINT,
            self.state,
            self.config,
            self.place.world,
            split=self.split,
            start=self.start,
        )
        self.kept_step = self.state.step

    def _check_numbers(self, report: StepReport) -> None:
        """Stop a training that diverged before it writes over what it has."""
        if math.isfinite(report.loss) and self.state.is_finite:
            return
        kept = f"; the checkpoint of step {self.kept_step} is kept" if self.kept_step else ""
        raise UsageError(f"the loss is no longer a number at step {report.step}: try a lower --learning-rate{kept}")

    def save_last(self, validation: Validation | None) -> None:
        """Save the model of the step that the state is at."""
        rate = learning_rate(self.config, self.state.step - 1)
        report = StepReport(self.state.step, math.nan, rate, 0.0, is_due=True, validation=validation)
        self._save_model(LAST, report)

    @property
    def network_summary(self) -> str:
        """One line for people on the network that is saved."""
        share = 100 * share_of_classic(self.network)
        return f"{count_parameters(self.network):,} parameters ({share:.2f} % of the classic U-Net)"

    def _config_without_paths(self) -> dict[str, object]:
        """The settings as a model tells them to others, who have other folders."""
        values = as_plain(self.config)
        names = {name: Path(values[name]).name for name in ("start", "split", "cache")}
        return values | names | {"data": [Path(folder).name for folder in self.config.data]}

    def _save_model(self, name: str, report: StepReport) -> None:
        spec = ModelSpec(
            name=self.config.name,
            network=self.network,
            labels=tuple(BY_KEY[key] for key in self.config.labels),
            grid=self.config.grid,
            licence=self.licence,
            citations=self.citations,
            training={
                "config": self._config_without_paths(),
                "split": self.split.to_json(),
                "step": report.step,
                "seconds": round(self.earlier_seconds + report.seconds, 1),
                "place": self.place.describe(),
                "date": time.strftime("%Y-%m-%d"),
                **self.others,
            },
            figures=_validation_figures(report),
        )
        save_model(self.folder / name, spec, _saved_weights(self.state, self.config), training_card(spec))


def _saved_weights(state: TrainingState, config: TrainingConfig) -> Weights:
    """The averaged weights without the outputs of the data sets apart."""
    weights, outputs = dict(network_weights(state.averaged)), len(config.labels)
    return weights | {name: weights[name][:outputs] for name in ("head.weight", "head.bias")}


def _validation_figures(report: StepReport) -> dict[str, object]:
    found = report.validation
    if found is None:
        return {}
    dice = {name: [round(float(d), 4) for d in row] for name, row in zip(found.patients, found.dice, strict=True)}
    return {"validation": {"dice_mean": round(found.mean, 4), "dice_by_patient": dice}}
