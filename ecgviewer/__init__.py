"""ECG viewer: every beat of a recording in the colour of its AAMI class."""

__version__ = "0.1.0"
