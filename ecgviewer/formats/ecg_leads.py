"""Which channels of a recording are ECG leads, by unit and name."""

import re

_TO_MV = {"v": 1e3, "mv": 1.0, "uv": 1e-3}
_MICRO = str.maketrans({"\N{MICRO SIGN}": "u", "\N{GREEK SMALL LETTER MU}": "u"})

# Words that name another signal; digits after them do not matter.
_OTHERS = frozenset(
    (
        # pressures
        "ABP ART AP BP NBP NIBP IBP AOBP AOP CVP PAP PAWP PCWP ICP CPP LAP RAP LVP RVP UAP UVP FAP "
        "RADIAL CUFF PAW AWP "
        # pulse waves, gases, breathing
        "PPG PULSE SPO SAO ETCO RR FLOW AIRFLOW NASAL ORONASAL NAF THOR ABDO VOLUME VOL SNORE "
        # brain, muscles, eyes, skin
        "EEG EMG EOG ERG EDA GSR CHIN LEG LOC ROC BIS "
        # movement and sound
        "ACC GYRO MAG POS POSITION BODY SCG BCG PCG PHONO SOUND MIC ICG "
        # derived and technical
        "HR HEARTRATE LIGHT MARKER TRIGGER TRIG STIM SYNC STATUS BATTERY BATT"
    ).split()
)
_OTHERS_BEGIN = ("PLETH", "RESP", "PRESS", "THORAC", "ABDOMINAL", "IMP", "ACCEL", "TEMP", "EVENT")
# Here the digits are part of the name.
_OTHERS_EXACT = frozenset(
    "O2 CO2 SO2 FP1 FP2 FZ CZ PZ OZ O1 T3 T4 T5 T6 T7 T8 F3 F4 F7 F8 P3 P4 P7 P8".split()
)
# "C3-A2", "Fp1-F7": bipolar EEG; C3 alone is a chest lead in some countries
_EEG_PAIR = re.compile(r"(FP|AF|FC|FT|CP|TP|PO|[FCPOT])[0-9Z]{1,2}-(FP|[FCPOTAM])[0-9Z]{1,2}")


def ecg_to_mv(name: str, unit: str) -> float | None:
    """Millivolts per unit of an ECG lead, None for any other signal.

    Parameters
    ----------
    name, unit : str
        As the file has them; V, mV and uV are voltages, whatever their case.
    """
    factor = _TO_MV.get(unit.strip().lower().translate(_MICRO))
    return None if factor is None or _is_other(name) else factor


def _is_other(name: str) -> bool:
    upper = name.upper()
    words = re.findall(r"[A-Z0-9]+", upper)
    if any(word.rstrip("0123456789") in {"ECG", "EKG"} for word in words):
        return False
    if _EEG_PAIR.fullmatch(upper.replace(" ", "")):
        return True
    return any(
        word in _OTHERS_EXACT
        or word.rstrip("0123456789") in _OTHERS
        or word.startswith(_OTHERS_BEGIN)
        for word in words
    )
