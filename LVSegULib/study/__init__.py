"""Training strategies as an experiment: variants of a training run, cross-validated by patient and compared."""
