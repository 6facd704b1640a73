"""The parts of the Slicer module."""
