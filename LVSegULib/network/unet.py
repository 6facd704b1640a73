"""The U-Net in PyTorch: an encoder, a decoder, skip connections between them, and nothing else.

Ronneberger, Fischer, Brox: U-Net, MICCAI 2015, doi 10.1007/978-3-319-24574-4_28, with zero padding and batch norm.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from LVSegULib.network.config import UNetConfig


class Convolutions(nn.Sequential):
    """Two 3x3 convolutions, each followed by batch norm and ReLU."""

    def __init__(self, channels: int, first: int, second: int) -> None:
        super().__init__(
            nn.Conv2d(channels, first, 3, padding=1, bias=False),
            nn.BatchNorm2d(first),
            nn.ReLU(inplace=True),
            nn.Conv2d(first, second, 3, padding=1, bias=False),
            nn.BatchNorm2d(second),
            nn.ReLU(inplace=True),
        )


class UNet(nn.Module):
    """A U-Net whose every layer has the filter count that its configuration gives."""

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = nn.ModuleList()
        self.upsample = nn.ModuleList()
        self.decoder = nn.ModuleList()
        channels = config.input_channels
        for first, second in config.encoder:
            self.encoder.append(Convolutions(channels, first, second))
            channels = second
        for (upsampled, first, second), (_, skipped) in zip(config.decoder, reversed(config.encoder[:-1]), strict=True):
            self.upsample.append(nn.ConvTranspose2d(channels, upsampled, 2, stride=2))
            self.decoder.append(Convolutions(skipped + upsampled, first, second))
            channels = second
        self.head = nn.Conv2d(channels, config.output_channels, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, output_channels, H, W) of `images` (N, input_channels, H, W); any height and width."""
        height, width = images.shape[-2:]
        multiple = self.config.size_multiple
        x = functional.pad(images, (0, -width % multiple, 0, -height % multiple))
        skipped: list[Tensor] = []
        for level, convolutions in enumerate(self.encoder):
            x = convolutions(functional.max_pool2d(x, 2) if level else x)
            skipped.append(x)
        skipped.pop()
        for upsample, convolutions in zip(self.upsample, self.decoder, strict=True):
            x = convolutions(torch.cat([skipped.pop(), upsample(x)], dim=1))
        return cast(Tensor, self.head(x))[..., :height, :width]
