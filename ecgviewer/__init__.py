"""ECG viewer: every beat of a recording in the colour of its AAMI class."""

import os

# Matrix products run on the threads of an analysis. BLAS's own, made when numpy is imported, would
# run beside them, two to a core and at the window's priority. The products come out the same.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
