"""Engines run a model: ONNX Runtime or PyTorch behind one interface, with the same labels."""
