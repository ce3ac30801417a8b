"""The proof by execution: what Python does with a fixture, against what its marks say."""
