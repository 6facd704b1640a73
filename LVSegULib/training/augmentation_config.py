"""How strongly training slices are varied, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

from LVSegULib.errors import UsageError

MOST = {"noise": 1.0, "low_resolution": 10.0}
"""Beyond these a slice shows nothing any more."""


@dataclass(frozen=True)
class AugmentationConfig:
    """How strongly a training batch is varied; 0 (1 for `scale`) switches one kind off.

    Millimetres are those of a heart of a person's size: for small animals they shrink with the grid's pixels.

    Attributes:
        rotation_degrees: rotation is uniform within plus or minus this.
        any_rotation: share of the slices that are turned by any angle instead.
        flip: mirror half of the slices.
        scale: size is log-uniform between 1 / scale and scale.
        stretch: aspect ratio is log-uniform between 1 / (1 + stretch) and 1 + stretch.
        shift_mm: shift along each axis is uniform within plus or minus this.
        bend_mm: a smooth displacement varies within plus or minus this along each axis.
        contraction: in a third of the slices the cavity's radius shrinks by up to this share.
        closing: share of the slices whose cavity is filled with muscle, as below the apex; they then hold none.
        opening: share of the slices with a wide cavity that lose its wall, as in the atrium; they then hold none.
        texture: share of the slices that get another contrast from a small random network.
        contrast: gamma is log-uniform between 1 / (1 + contrast) and 1 + contrast.
        brightness: gain and offset are uniform within plus or minus this.
        bias_field: a smooth gain field varies within plus or minus this.
        noise: standard deviation of added Gaussian noise is uniform up to this (intensities lie in 0..1).
        low_resolution: pixels are up to this many times larger, in a third of the slices.
    """

    rotation_degrees: float = 35.0
    any_rotation: float = 0.25
    flip: bool = False
    scale: float = 1.35
    stretch: float = 0.2
    shift_mm: float = 20.0
    bend_mm: float = 8.0
    contraction: float = 0.0
    closing: float = 0.0
    opening: float = 0.0
    texture: float = 0.0
    contrast: float = 0.8
    brightness: float = 0.15
    bias_field: float = 0.35
    noise: float = 0.08
    low_resolution: float = 2.5

    def __post_init__(self) -> None:
        for name in ("any_rotation", "closing", "opening", "texture"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"augmentation.{name} is a share between 0 and 1, got {getattr(self, name):g}")
        if not 0 <= self.contraction < 1:
            raise UsageError(f"augmentation.contraction must be at least 0 and below 1, got {self.contraction:g}")
        if self.scale < 1:
            raise UsageError(f"augmentation.scale must be at least 1, got {self.scale:g}")
        for name in ("rotation_degrees", "stretch", "shift_mm", "bend_mm", "contrast", "brightness", "bias_field"):
            if getattr(self, name) < 0:
                raise UsageError(f"augmentation.{name} must not be negative, got {getattr(self, name):g}")
        for name, most in MOST.items():
            if getattr(self, name) < 0 or getattr(self, name) > most:  # NaN is refused with the other settings
                raise UsageError(f"augmentation.{name} must lie between 0 and {most:g}, got {getattr(self, name):g}")
