"""LVSegU: left-ventricle segmentation in short-axis cine MR with a lightweight U-Net."""

__version__ = "0.1.0"
