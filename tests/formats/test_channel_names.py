"""Names of channels as recorders and databases give them."""

import pytest

from ecgviewer.formats.channel_names import (
    ECG,
    NOTHING,
    is_place_alone,
    is_small_lead,
    is_small_letter,
    meaning,
)

LEADS = """
I|II|III|aVR|aVL|aVF|-aVR|AVF|V1|V6|V|MLI|MLII|MLIII|MV1|ML2|MV2|D1|D2|DII|CM5|CC5|CS3|MCL1|V3R|V4R
vx|vy|vz|A-S|E-S|A-I|ECG|EKG|ECG1|ECG 2|ecg|ECG II|ECG_II|ECGII|Lead II|lead aVF|LEAD V2|Lead 1
ECG lead (chest)|ECG (filtered)|EEG EKG-REF|EKG1-EKG2|ECG L|ECG LA-RA|LA-RA|LL-RA|mod. V1|Ch1 II
Ableitung II|Dérivation II|Elektrokardiogramm|MECG|V1 (raw)|VF|ii|avl|Nehb D|chest_ecg|ECG X|ECG Z
LEKG|II,|V,|AVR,|\u042d\u041a\u0413|\u5fc3\u7535\u56fe|ECG1-ECG2|ECG:
"""
EYES = "E1|E2|E1-M2|E2-M1|LOC|ROC|LOC-A2|ROC-A1|EOG(L)|EOG horizontal|EOG-L|LEOG|E1:M2"
MUSCLE = "Chin|Chin1-Chin2|CHIN EMG|Lat|RAT|LAT (leg)|Leg/L|Leg 1|EMG1-EMG2|EMG submental|PLMl|Tib"
BRAIN = "C3-M2|C4-A1|F3-A2|O1|O2-M1|Fp1|Fp1-F7|EEG|EEG(sec)|EEG Fpz-Cz|EEG (C4-A1)|C3M2|Cz|M1-M2"
BREATHING = (
    "Thorax|Abdomen|Chest|ABD|ABDO RES|THO|THOR RES|Flow|Airflow|Nasal|Therm|CPAP|Snore|RIP|Sum"
    "|Resp|RESP oro-nasal|Resp (nasal)|RESP_imp|Nasal Pressure|NAF|PTAF|EtCO2|CO2|Paw|EDR|NEW AIR"
)
PRESSURE = "ABP|ART|CVP|PAP|ICP|NBP|NIBP|UAP|BP|PAWP|MAP|Finapres"
OXYGEN = "SpO2|SaO2|Pleth|PLETH L|PPG|Pulse|OX stat|SpO2-B"
REST = "Position|POSITION|Body|acc_x|Temp|Temp rectal|CO2|Light|Battery|event|stim|HR|ECG HR|Speed"
OF_ECG = (
    "ECG Imp|EKG Impedance|ECG_imp1|EOG-ECG|ECG-EOG|EOG ECG|EMG-ECG|ECG EMG|ECG SQI|ECG lead off"
    "|ECG Pulse|IMPECG|EOGECG|ECG-IMPEDANCE1"
)
NONE = (
    "i|v|x|ch1|signal 0|record|A|B|unnamed||X|Z|C3|chan 1|CH 2|noise1|1|Channel 3|data"
    "|Kanal 2|Direct_1"
)


def listed(text: str) -> list[str]:
    return [name for line in text.strip().split("\n") for name in line.split("|")]


@pytest.mark.parametrize("name", listed(LEADS))
def test_names_of_ecg_leads(name: str) -> None:
    assert meaning(name) == ECG


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (EYES, "eye movements"),
        (MUSCLE, "muscle"),
        (BRAIN, "brain"),
        (BREATHING, "breathing"),
        (PRESSURE, "pressure"),
        (OXYGEN, "the pulse or oxygen"),
    ],
)
def test_names_of_other_signals(names: str, words: str) -> None:
    assert {name: meaning(name) for name in listed(names)} == dict.fromkeys(listed(names), words)


@pytest.mark.parametrize("name", listed(f"{REST}|{OF_ECG}"))
def test_further_names_that_are_no_ecg(name: str) -> None:
    assert meaning(name) not in (ECG, NOTHING)


@pytest.mark.parametrize("name", [*listed(NONE), "Abdomen_1", "Thorax_2"])
def test_names_that_say_nothing(name: str) -> None:
    assert meaning(name) == NOTHING


@pytest.mark.parametrize(
    ("names", "alone"),
    [
        ("Chest|chest|CHEST|Chest lead|Thorax|Abdomen|ch1 chest", True),
        ("Chest (belt)|Chest resp|Thorax_1|ECG|Flow|RIP chest|Chestnut", False),
    ],
)
def test_names_that_say_where_and_not_what(names: str, alone: bool) -> None:
    assert {is_place_alone(name) for name in listed(names)} == {alone}


def test_small_letters() -> None:
    assert [name for name in "i v x ii I V e".split() if is_small_letter(name)] == ["i", "v"]
    assert [name for name in "i v ii II avf ecg v1 ecg_raw".split() if is_small_lead(name)] == [
        "ii",
        "avf",
        "v1",
    ]
