"""What a channel's name says of it: an ECG lead, another signal, or nothing.

Names are those of the databases of PhysioNet and the National Sleep Research Resource, of EDF files
of sleep laboratories, of bedside monitors and of exercise tests.
"""

import re
import unicodedata

ECG = "an ECG lead"
NOTHING = ""
_DERIVED = "a value reckoned or a mark"

# Words that name another signal; digits after them do not matter.
_WORDS: dict[str, str] = {
    "eye movements": "EOG LOC ROC LEOG REOG EYE EYES HEOG VEOG EOGL EOGR",
    "muscle": (
        "EMG CHIN CHIN1-CHIN2 SUBMENTAL SUBMENT MENTALIS LAT RAT LEG LEGS LLEG RLEG LEGL LEGR TIB"
        " TIBIALIS ANTTIB LTIB RTIB PLM PLML PLMR PLMS ARM ARMS FDS MASSETER INTERCOSTAL"
    ),
    "brain": "EEG EEGSEC ECOG SEEG ERG BIS",
    "breathing": (
        "THO THOR THORAX ABD ABDO ABDOMEN ABDOM CHEST FLOW AIRFLOW NEWAIR CANNULA NASAL ORAL"
        " ORONASAL NAF THERM THERMISTOR THERMOCOUPLE CPAP BIPAP AIR SNORE SNORING RIP SUM XSUM"
        " VOLUME VOL AWF AWV PAW AWP BREATH BREATHING EFFORT EFF RR RESPRATE EDR PFLOW PTAF PRES"
        " NPRE TIDVOL CFLOW XFLOW ETCO PTC BR"
    ),
    "pressure": (
        "ABP ART AP BP NBP NIBP IBP AOBP AOP CVP PAP PAWP PCWP ICP CPP LAP RAP LVP RVP UAP UVP FAP"
        " MAP RADIAL CUFF FINAP FINAPRES PORTAPRES ARTERIAL VENOUS"
    ),
    "the pulse or oxygen": (
        "PPG PULSE SPO SAO OX OXIM OXSTAT OXSTATUS STO PLESMO DHR SAT SATURATION TCPO TCPCO"
    ),
    "heart sounds, movement or position": (
        "ACC GYRO MAG POS POSITION BODY ACTIVITY ACTIGRAPHY MOVEMENT MOTION SCG BCG PCG PHONO SOUND"
        " MIC MICRO AUDIO ICG SPEED RPM CADENCE LOAD WATT WATTS POWER GRADE INCLINE STEPS"
        " VO METS METABOLIC"
    ),
    "skin": "EDA GSR GSC SCR SCL SKIN",
    _DERIVED: (
        "HR HRATE HEARTRATE PR LIGHT LIGHTS MARKER TRIGGER TRIG STIM STIMULUS STI SYNC STAT STATUS"
        " BATTERY BATT BAT IMPEDANCE QUALITY CLOCK TIME COUNTER ST HYPNOGRAM STAGE"
    ),
}
_BEGIN: dict[str, str] = {
    "muscle": "TIBIAL CHIN LEG",
    "brain": "EEG",
    "eye movements": "EOG",
    "breathing": "RESP THORAC ABDOMINAL IMP SNOR AIRFL THERM CAPNO NASAL",
    "pressure": "PRESS",
    "the pulse or oxygen": "PLETH SPO2 SAO2 OXYG PULSE",
    "heart sounds, movement or position": "ACCEL POSIT POSSEN",
    "temperature": "TEMP TMP",
    _DERIVED: "EVENT ANNOT MARKER LIGHT TRIGG BATTER",
}
# Here the digits are part of the name.
_EXACT: dict[str, str] = {
    "eye movements": "E1 E2",
    "brain": (
        "FP1 FP2 FPZ FZ CZ PZ OZ O1 O2 T3 T4 T5 T6 T7 T8 F3 F4 F7 F8 P3 P4 P7 P8 AF3 AF4 AF7 AF8"
        " FC1 FC2 FC5 FC6 FT7 FT8 CP1 CP2 CP5 CP6 TP7 TP8 PO3 PO4 PO7 PO8"
    ),
    "breathing": "CO2",
    "the pulse or oxygen": "SO2 VO2",
    "temperature": "TBLOOD TSKIN TCORE TRECT",
}
_WORD_OF = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_BEGIN_OF = {word: kind for kind, words in _BEGIN.items() for word in words.split()}
_EXACT_OF = {word: kind for kind, words in _EXACT.items() for word in words.split()}

# "C3-A2", "Fp1-F7", "C3M2": bipolar EEG; C3 alone is a chest lead in some countries
_ELECTRODE = r"(?:FP|AF|FC|FT|CP|TP|PO|[FCPOT])(?:[0-9]{1,2}|Z)"
_REFERENCE = r"(?:[AM][12]?|A1A2|M1M2|REF|AVG|LE|AR|CZ|FPZ)"
_EEG_PAIR = re.compile(rf"(?:{_ELECTRODE}|[AM][12])[-/:_]?(?:{_ELECTRODE}|{_REFERENCE})")
_EOG_PAIR = re.compile(rf"(?:E[12]|[LR]OC)[-/:_]?(?:E[12]|[LR]OC|{_REFERENCE}|{_ELECTRODE})")

_ROMAN = r"(?:I{1,3}|[123])"
_LEAD = re.compile(
    r"I{1,3}"  # limb leads
    rf"|D(?:{_ROMAN})"  # derivation, derivación
    r"|-?A?V[RLF][+-]?|D?AV[RLF]"
    r"|V(?:[1-9]|3R|4R|5R|6R|7R)?"  # V alone: a monitor's chest lead
    rf"|ML(?:{_ROMAN})|MV[1-9]|MCL[1-6]?"
    r"|C[BCMRSH][1-6]|CL[1-6]?"  # bipolar chest leads of exercise tests and Holter recorders
    r"|V[XYZ]"  # Frank
    r"|A-?[SI]|E-?S"  # EASI
    r"|(?:L[AL]|RA|VX|V[1-6])-(?:R[AL]|L[AL])"  # pairs of electrodes
    r"|NEHB-?[DAJ]"
)
_LIMB = re.compile(rf"I{{1,3}}|D(?:{_ROMAN})|-?A?V[RLF]|DAV[RLF]")
_CHEST = re.compile(r"C[1-6]")
_BEFORE = re.compile(
    r"(?:(?:E[CK]G|LEADS?|DERIVATION|DERIVACION|ABLEITUNG|MODIFIED|MOD|"
    r"(?:KANAL|CHANNEL|CHAN|CH) ?[0-9]*)[ ._:-]*)+"
)
_AFTER = re.compile(r"[ ._-]*(?:\(.*\)|\[.*\]|FILTERED|RAW|LEAD|REF|\+)$")
_ECG_WORD = re.compile(r"[A-Z]{0,4}E[CK]G|E[CK]G(?:[0-9]+|I{1,3}|[LR]|V[1-6]|LEAD[0-9]*)")
_ECG_LONG = ("ELECTROCARD", "ELEKTROKARD", "ELETROCARD")
_ECG_ELSEWHERE = ("\u042d\u041a\u0413", "\u5fc3\u7535", "\u5fc3\u96fb")  # Russian, Chinese
# Beside the word ECG: what is reckoned or measured with its electrodes, or another signal's name.
_FROM_ECG: dict[str, str] = {
    "an impedance": "IMP IMPED",
    "eye movements": "EOG LEOG REOG HEOG VEOG EOGL EOGR",
    "muscle": "EMG",
    "the pulse or oxygen": "PPG PULSE PLETH",
    _DERIVED: (
        "HR RESP RATE RR BPM QUALITY SQI EVENT EVENTS TRIGGER TRIG MARKER HEARTRATE STATUS STAT"
        " BATTERY BATT LEADOFF LOFF OFF CONTACT TEMP TEMPERATURE"
    ),
}
_FROM_ECG_OF = {word: kind for kind, words in _FROM_ECG.items() for word in words.split()}
# Electrodes on chest or belly, several of a kind, are as likely to give an ECG as a belt is not.
_NUMBERED = re.compile(r"(?:THORAX|ABDOMEN|CHEST)[ _]?[0-9]+")
_PLACE = re.compile(
    r"(?:(?:KANAL|CHANNEL|CHAN|CH) ?[0-9]+[ ._:-]*)?"
    r"(?:CHEST|THORAX|THOR?|THORACIC|ABDOMEN|ABDOM|ABDO?|ABDOMINAL)(?:[ ._-]*LEAD)?"
)


def meaning(name: str) -> str:
    """What a name says: `ECG`, in words what other signal it is, or `NOTHING`.

    Parameters
    ----------
    name : str
        As the file has it. A small letter alone says nothing; beside other leads it may.
    """
    plain = _plain(name)
    words = re.findall(r"[A-Z0-9]+", plain)
    if _is_ecg_word(words) or any(word in plain for word in _ECG_ELSEWHERE):
        return next(filter(None, map(_from_ecg, words)), ECG)
    if is_small_letter(name):
        return NOTHING
    if _lead(plain):
        return ECG
    joined = plain.replace(" ", "")
    if _NUMBERED.fullmatch(plain):
        return NOTHING
    if _EOG_PAIR.fullmatch(joined):
        return "eye movements"
    if _EEG_PAIR.fullmatch(joined):
        return "brain"
    return next(filter(None, map(_other, words)), NOTHING)


def is_small_letter(name: str) -> bool:
    """Whether a name is a lead's but for its one letter being small: "i" and "v"."""
    bare = name.strip(" ,;:")
    return len(bare) == 1 and bare.islower() and _lead(_plain(bare))


def is_small_lead(name: str) -> bool:
    """Whether it is a standard lead's name in small letters, more than one."""
    return name.islower() and _lead(_plain(name)) and not is_small_letter(name)


def is_place_alone(name: str) -> bool:
    """Whether a name says where something was recorded, chest or belly, and not what."""
    return _PLACE.fullmatch(_plain(name)) is not None


def is_limb_lead(name: str) -> bool:
    """Whether it is one of I, II, III, aVR, aVL, aVF, however it is written."""
    return _LIMB.fullmatch(_core(_plain(name))) is not None


def is_chest_electrode(name: str) -> bool:
    """Whether it is C1 to C6: V1 to V6 beside limb leads, electrodes of an EEG elsewhere."""
    return _CHEST.fullmatch(_core(_plain(name))) is not None


def _plain(name: str) -> str:
    """Upper case, compatible letters alike, no accents, one space between words."""
    parts = unicodedata.normalize("NFKD", name)
    letters = "".join(c for c in parts if not unicodedata.combining(c)).upper()
    letters = letters.replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-")
    return " ".join(letters.split()).strip(" ,;:")


def _core(plain: str) -> str:
    """Without what some makers put before and after a lead's name."""
    before = _BEFORE.match(plain)
    text = plain[before.end() :] if before else plain
    while (after := _AFTER.search(text)) and after.start():
        text = text[: after.start()]
    return text.replace(" ", "").replace(".", "")


def _lead(plain: str) -> bool:
    if _LEAD.fullmatch(_core(plain)):
        return True
    return re.fullmatch(r"LEADS?[ _-]*[0-9]{1,2}", plain) is not None


def _is_ecg_word(words: list[str]) -> bool:
    return any(_ECG_WORD.fullmatch(word) or word.startswith(_ECG_LONG) for word in words)


def _from_ecg(word: str) -> str:
    """What a word beside ECG, or joined to its front, makes of it; empty for none of these."""
    bare = re.sub(r"E[CK]G.*", "", word).rstrip("0123456789")
    return "an impedance" if bare.startswith("IMPED") else _FROM_ECG_OF.get(bare, NOTHING)


def _other(word: str) -> str:
    bare = word.rstrip("0123456789")
    if kind := _EXACT_OF.get(word) or _WORD_OF.get(word) or _WORD_OF.get(bare):
        return kind
    return next((kind for begin, kind in _BEGIN_OF.items() if word.startswith(begin)), NOTHING)
