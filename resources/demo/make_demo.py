"""Makes the demo record out of the ECG that SciPy's wheels carried before 1.12; downloads nothing.

    pip download scipy==1.11.4 --no-deps --only-binary :all:
    python resources/demo/make_demo.py scipy-1.11.4-*.whl

`misc/ecg.dat` in that wheel holds five minutes of MIT-BIH record 208 as raw converter values. They
equal samples 422,820 to 530,819 of that record's first lead, MLII (00:19:34.5 to 00:24:34.5):
compared with the published record, every value the same.
"""

import argparse
import io
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NAME = "demo208"
N_SAMPLES = 108_000  # 300 s at 360 Hz
# the first line is the published header's own: age, sex and what it keeps of the tape
COMMENTS = (
    "23 F 2546 N/A x1",
    "Five minutes of MIT-BIH record 208, lead MLII, 00:19:34.5 to 00:24:34.5",
    "Moody and Mark 2001, PhysioNet, ODC-By 1.0: see LICENSE.txt",
    "Record 208 is among the patients that the shipped networks were trained on",
)


def load(source: Path) -> NDArray[np.int64]:
    """Raw converter values of the excerpt.

    Parameters
    ----------
    source : Path
        SciPy's wheel, or the file `misc/ecg.dat` out of it.

    Returns
    -------
    (108000,) int64
        Converter units: 200 per mV, 1024 at 0 mV.

    Raises
    ------
    SystemExit
        Where the file is not that excerpt.
    """
    content = source.read_bytes()
    if source.suffix == ".whl":
        with zipfile.ZipFile(source) as wheel:
            names = [name for name in wheel.namelist() if name.endswith("misc/ecg.dat")]
            if not names:
                raise SystemExit(f"{source}: no misc/ecg.dat inside; take a wheel before 1.12")
            content = wheel.read(names[0])
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        ecg: NDArray[np.int64] = archive["ecg"].astype(np.int64)
    if ecg.shape != (N_SAMPLES,) or ecg.min() < 0 or ecg.max() > 2047:
        raise SystemExit(f"{source}: {ecg.shape} values, {N_SAMPLES} of 11 bits expected")
    return ecg


def pack_212(values: NDArray[np.int64]) -> bytes:
    """Pairs of 12-bit values in three bytes each (WFDB format 212)."""
    first, second = values[0::2] & 0xFFF, values[1::2] & 0xFFF
    packed = np.empty((len(first), 3), np.uint8)
    packed[:, 0] = first & 0xFF
    packed[:, 1] = (first >> 8) | ((second >> 8) << 4)
    packed[:, 2] = second & 0xFF
    return packed.tobytes()


def header(values: NDArray[np.int64]) -> str:
    """The WFDB header: gain, baseline, initial value, checksum and comments."""
    checksum = int(values.sum()) & 0xFFFF
    signed = checksum - 0x10000 if checksum >= 0x8000 else checksum
    signal = f"{NAME}.dat 212 200(1024)/mV 11 1024 {values[0]} {signed} 0 MLII"
    lines = [f"{NAME} 1 360 {len(values)}", signal, *(f"# {comment}" for comment in COMMENTS)]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write both files beside this script."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("source", type=Path, help="SciPy's wheel before 1.12, or its misc/ecg.dat")
    values = load(parser.parse_args().source)
    folder = Path(__file__).resolve().parent
    (folder / f"{NAME}.dat").write_bytes(pack_212(values))
    (folder / f"{NAME}.hea").write_text(header(values), encoding="ascii", newline="\n")
    print(f"{NAME}: {len(values)} samples, {values.min()} to {values.max()}")


if __name__ == "__main__":
    main()
