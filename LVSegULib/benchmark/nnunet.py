"""nnU-Net's own 2-D network for this task with random weights, as a yardstick.

Isensee et al.: nnU-Net, Nature Methods 2021, doi 10.1038/s41592-020-01008-z; the network comes from its own package.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from LVSegULib.installed import is_installed

if TYPE_CHECKING:
    from torch import nn

SIDE = 256
"""Rows and columns of its default plan for short-axis cine MR."""

FEATURES = (32, 64, 128, 256, 512, 512, 512)
CLASSES = 2
PACKAGE = "dynamic_network_architectures"
HINT = "nnU-Net is left out: pip install --no-deps dynamic-network-architectures"


def is_there() -> bool:
    """Whether its package and PyTorch are installed."""
    return is_installed(PACKAGE) and is_installed("torch")


def nnunet_network() -> nn.Module:
    """Its network in PyTorch."""
    import torch
    from dynamic_network_architectures.architectures.unet import PlainConvUNet

    stages = len(FEATURES)
    torch.manual_seed(1)
    return PlainConvUNet(  # type: ignore[no-any-return]
        input_channels=1,
        n_stages=stages,
        features_per_stage=FEATURES,
        conv_op=torch.nn.Conv2d,
        kernel_sizes=3,
        strides=[1] + [2] * (stages - 1),
        n_conv_per_stage=2,
        num_classes=CLASSES,
        n_conv_per_stage_decoder=2,
        conv_bias=True,
        norm_op=torch.nn.InstanceNorm2d,
        norm_op_kwargs={"eps": 1e-5, "affine": True},
        nonlin=torch.nn.LeakyReLU,
        nonlin_kwargs={"inplace": True},
        deep_supervision=False,
    ).eval()


def nnunet_graph() -> bytes:
    """Its network as an ONNX graph from `images` (N, 1, 256, 256) to `logits`."""
    import torch

    written = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            nnunet_network(),
            (torch.zeros(1, 1, SIDE, SIDE),),
            written,  # type: ignore[arg-type]
            input_names=["images"],
            output_names=["logits"],
            dynamic_axes={"images": {0: "N"}, "logits": {0: "N"}},
            dynamo=False,
        )
    return written.getvalue()
