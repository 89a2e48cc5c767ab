"""Which channels are ECG leads: units, and the rule over all names of a recording."""

from collections.abc import Sequence

import pytest

from ecgviewer.formats.ecg_leads import mv_per_unit, roles


@pytest.mark.parametrize(
    ("units", "mv"),
    [
        ("V|v|volt|Volts", 1e3),
        ("mV|MV|mVolt|mVolts|millivolt|Millivolts|milli volt|[mV]|(mV)| mV ", 1.0),
        ("uV|µV|\N{GREEK SMALL LETTER MU}V|uVolt|µVolts|microvolt|microvolts|mcV|ÂµV", 1e-3),
        ("nV|nVolt|nanovolts", 1e-6),
    ],
)
def test_voltages_in_every_spelling(units: str, mv: float) -> None:
    assert [mv_per_unit(unit) for unit in units.split("|")] == [mv] * len(units.split("|"))


@pytest.mark.parametrize("unit", ["", "adu", "undef", "NU", "A/D", "mmHg", "?V", "g", "%", "IV"])
def test_what_is_no_voltage(unit: str) -> None:
    assert mv_per_unit(unit) is None


def read(names: Sequence[str], unit: str = "uV") -> list[str]:
    """Names of the channels that are read of a recording with these."""
    said = roles([(name, unit) for name in names])
    assert all(role.is_ecg or role.remark for role in said)
    return [name for name, role in zip(names, said, strict=True) if role.is_ecg]


@pytest.mark.parametrize(
    ("names", "leads"),
    [
        ("E1-M2|E2-M2|ECG|Lat|Thorax|Abdomen", "ECG"),
        ("EEG Fpz-Cz|EEG Pz-Oz|EOG horizontal|Resp oro-nasal|EMG submental|Temp rectal", ""),
        ("SaO2|H.R.|EEG(sec)|ECG|EMG|EOG(L)|EOG(R)|EEG|THOR RES|ABDO RES|POSITION", "ECG"),
        ("F3-M2|C4-M1|O2-M1|E1-M2|Chin1-Chin2|ECG2-ECG1|Leg/L|Flow|Snore|SpO2", "ECG2-ECG1"),
        ("ch1|ECG|ch2|ch3", "ECG"),
        ("II|V|ABP|PLETH|RESP", "II|V"),
        ("MCL1|ART|CVP|PAP 2|ICP|SpO2|CO2", "MCL1"),
        ("CM5|CC5|Speed|Grade|VO2", "CM5|CC5"),
        ("i|ii|iii|avr|avl|avf|v1|vx|vy|vz", "i|ii|iii|avr|avl|avf|v1|vx|vy|vz"),
        ("i|j|k", "i|j|k"),
        ("i|ecg_raw", "ecg_raw"),  # small letters alone are no leads
        ("i|MLII|v|j", "MLII"),
        ("i|II|iii", "i|II|iii"),
        ("v|ii|x", "v|ii"),
        ("I|V", "I|V"),
        ("i|C1|C2", "i|C1|C2"),
        ("ECG Imp|ECG", "ECG"),
        ("EKG Impedance|EKG|EOG-ECG", "EKG"),
        ("EOG-ECG", ""),
        ("Chest", ""),  # by its name: the signal may say so
        ("Chest|ECG", "ECG"),
        ("I|II|C1|C6", "I|II|C1|C6"),  # chest leads beside limb leads
        ("O1|C3|C4", "C3|C4"),  # else the signal has to say
        ("Thorax_1|Thorax_2|Abdomen_1", "Thorax_1|Thorax_2|Abdomen_1"),
        ("A|B|unnamed", "A|B|unnamed"),
        ("ECG1|ECG2", "ECG1|ECG2"),
        ("I|aVF|V1|CS12|CS34", "I|aVF|V1"),  # beside electrodes in the heart
    ],
)
def test_a_named_lead_excludes_all_others(names: str, leads: str) -> None:
    assert "|".join(read(names.split("|"))) == leads


def test_channels_that_are_left_out_say_why() -> None:
    channels = [("ECG", "mV"), ("E1-M2", "uV"), ("x", "mV"), ("II", "mmHg"), ("y", "l/min")]
    assert [role.remark for role in roles(channels)] == [
        "",
        "its name stands for eye movements",
        "others are named ECG or a standard lead",
        "its unit 'mmHg' is no voltage",
        "its unit 'l/min' is no voltage",
    ]


@pytest.mark.parametrize("unit", ["adu", "undef", "NU", "A/D", "", "n/a", "foo", "?V"])
def test_a_lead_whose_unit_says_nothing_is_read_and_named(unit: str) -> None:
    (role,) = roles([("II", unit)])
    assert role.is_ecg
    assert "amplitudes in mV are not known" in role.remark
    assert repr(unit) in role.remark or "which is empty" in role.remark


def test_only_a_name_that_says_nothing_asks_the_signal() -> None:
    said = roles([("ch1", "mV"), ("ch2", "adu"), ("ch3", "foo"), ("ABP", "mV")])
    assert [role.is_ecg for role in said] == [True, True, False, False]
    assert [role.by_name for role in said] == [False, False, True, True]
    assert all(role.by_name for role in roles([("ECG1", "mV"), ("ch2", "mV")]))


def test_a_place_alone_asks_the_signal_where_it_may_be_an_electrode() -> None:
    def asked(*channels: tuple[str, str]) -> list[str]:
        said = zip(channels, roles(channels), strict=True)
        return [name for (name, _), role in said if not role.by_name]

    assert asked(("Chest", "mV")) == ["Chest"]
    assert asked(("Chest", "uV"), ("ch2", "mV"), ("Flow", "mV")) == ["Chest", "ch2"]
    assert asked(("Chest", "mV"), ("ECG", "mV")) == []
    for unit in ("adu", "", "l/min", "mmHg"):
        assert asked(("Chest", unit)) == []
    assert roles([("Chest", "mV")])[0].remark == "its name stands for breathing"
