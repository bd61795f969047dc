"""People and their phones: who works where, when they usually come, and over which network they send."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.simulation.schedule import GROUPS, Month, hours

HOME = "3205"
OTHER_REGIONS = ("3204", "3206", "3207", "3208", "3211", "3273", "3201", "3203", "3209", "3210")
CARRIERS = (("Telkomsel", "100.64.0.0/16"), ("Indosat", "100.65.0.0/16"), ("XL", "100.66.0.0/16"))
OFFICE_PROVIDERS = ("Telkom Astinet", "Icon Plus", "Telkom Astinet")
PROVIDERS = (*(name for name, _ in CARRIERS), "Telkom Astinet", "Icon Plus")
VERSIONS = ("4.2.1", "4.2.0", "4.1.3", "3.9.8")
SYSTEMS = ("Android 14", "Android 13", "Android 11", "iOS 17.5")
SYSTEM_NAMES = ("Android", "iOS")
IOS = 3
OFFICES_ELSEWHERE = 40
UNIT_GROUPS = (0, 0, 2, 3, 1, 0)
UNIT_NAMES = ("Badan Kepegawaian Daerah", "Dinas Komunikasi dan Informatika", "Dinas Pendidikan",
              "Rumah Sakit Umum Daerah", "Kecamatan Sintetis", "Dinas Sintetis")  # fmt: skip

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Senders:
    """Everyone who sends requests, home region first. Arrays of one length; seconds."""

    region: Ints  # 0 home, else 1 + index into OTHER_REGIONS
    office: Ints  # number of the office, through all regions; the home region's OPD come first
    group: Ints  # index into GROUPS
    offset: Ints  # start in the shift cycle
    arrival_mean: Floats  # usual arrival, relative to the due time
    arrival_spread: Floats
    wifi_share: Floats  # how often the office line is used
    carrier: Ints
    host: Ints
    version: Ints
    system: Ints
    is_plain: Flags  # an old app that sends no direction
    uid: NDArray[np.str_]  # what the app sends as user id; `-` for none

    def __len__(self) -> int:
        return len(self.region)

    @property
    def is_ios(self) -> Ints:
        """Index into SYSTEM_NAMES."""
        return np.asarray(self.system == IOS, dtype=np.int64)


@dataclass(frozen=True)
class Absence:
    """An approved leave or official duty, both days included (day numbers)."""

    person: int
    kind: str
    first: int
    last: int


@dataclass(frozen=True)
class Staff:
    """The home region's people. `unit_on` and `tpp_on` are (people, days)."""

    nip: list[str]
    status: list[str]
    grade: Ints  # kelas_jabatan
    unit_on: Ints
    tpp_on: Ints
    heads: list[int]  # person who leads unit u
    certifier: int
    absences: list[Absence]  # by person and first day; no two of a person overlap

    def superior(self, person: int, day: int) -> int:
        """Head of the day's OPD; heads answer to the head of BKD, who answers to the head of Diskominfo."""
        head = self.heads[int(self.unit_on[person, day])]
        if person != head:
            return head
        return self.heads[0] if person != self.heads[0] else self.heads[1]


def unit_code(unit: int) -> str:
    """Synthetic kode_opd."""
    return f"OPD{unit + 1:03d}"


def unit_name(unit: int) -> str:
    """Synthetic nama_opd."""
    name = UNIT_NAMES[unit % len(UNIT_NAMES)]
    return name if unit < 4 else f"{name} {unit + 1:03d}"


def office_block(unit: int) -> str:
    """Address block of an office of the home region."""
    return f"10.{32 + unit // 256}.{unit % 256}.0/24"


def make_senders(people: int, others: int, each: int, rng: np.random.Generator, units: Ints) -> Senders:
    """Habits of `people` home employees (office by `units`) and `each` senders of `others` regions."""
    size = people + others * each
    region = np.concatenate([np.zeros(people, np.int64), 1 + np.arange(others).repeat(each)])
    host = rng.integers(0, 64000, size)
    offices = int(units.max()) + 1
    office = np.concatenate(
        [units, offices + (region[people:] - 1) * OFFICES_ELSEWHERE + host[people:] % OFFICES_ELSEWHERE]
    )
    group = np.concatenate(
        [
            np.array(UNIT_GROUPS)[units % len(UNIT_GROUPS)],
            rng.choice([0, 1, 2], others * each, p=(0.6, 0.15, 0.25)),
        ]
    )
    clerks = rng.random(people) < 0.35
    group[:people] = np.where((group[:people] == 3) & clerks, 1, group[:people])
    chronic = rng.random(size) < 0.03
    spread = rng.gamma(9.0, 28.0, size) + np.where(chronic, 240.0, 0.0)
    mean = np.where(chronic, rng.normal(-60, 200, size), np.minimum(rng.normal(-1080, 480, size), -240))
    uid = np.full(size, "-", dtype="U18")
    named = np.flatnonzero((region > 0) & (rng.random(size) < 0.5))
    uid[named] = [
        f"19{70 + n % 30:02d}0{1 + n % 9}152011{1 + n % 9:02d}{1 + n % 2}{n % 1000:03d}"
        for n in named.tolist()
    ]
    return Senders(
        region=region,
        office=office,
        group=group.astype(np.int64),
        offset=rng.integers(0, 8, size),
        arrival_mean=mean,
        arrival_spread=spread,
        wifi_share=np.where(rng.random(size) < 0.7, 0.88, 0.12),
        carrier=rng.choice(3, size, p=(0.5, 0.3, 0.2)),
        host=host,
        version=rng.choice(4, size, p=(0.6, 0.25, 0.12, 0.03)),
        system=rng.choice(4, size, p=(0.4, 0.3, 0.15, 0.15)),
        is_plain=np.zeros(size, dtype=np.bool_),
        uid=uid,
    )


def _nip(rng: np.random.Generator, serial: int, status: str) -> str:
    born = dt.date(1968, 1, 1) + dt.timedelta(days=int(rng.integers(0, 365 * 32)))
    year = min(born.year + 22 + int(rng.integers(0, 10)), 2024)
    term = f"{int(rng.integers(1, 13)):02d}" if status == "PNS" else "21"
    return f"{born:%Y%m%d}{max(year, 2021) if status == 'PPPK' else year}{term}{1 + serial % 2}{serial % 1000:03d}"


def make_staff(month: Month, units: Ints, group: Ints, rng: np.random.Generator) -> Staff:
    """Names of offices, money, moves, leave; `units` and `group` per person."""
    people = len(units)
    status = ["PPPK" if share < 0.2 else "PNS" for share in rng.random(people).tolist()]
    seen: set[str] = set()
    nips: list[str] = []
    for person in range(people):
        nip = _nip(rng, person + 1, status[person])
        while nip in seen:
            nip = _nip(rng, person + 1, status[person])
        seen.add(nip)
        nips.append(nip)
    grade = rng.integers(5, 13, people)
    tpp = 900_000 + grade * 412_350 + rng.integers(0, 40, people) * 7_777
    heads = [int(np.flatnonzero(units == unit)[0]) for unit in range(int(units.max()) + 1)]
    certifier = int(np.flatnonzero(units == 0)[1])
    unit_on = np.repeat(units[:, None], month.days, axis=1)
    tpp_on = np.repeat(tpp[:, None], month.days, axis=1)
    plain = np.flatnonzero((units == 5) & (group == 0))
    mover, raised = int(plain[-1]), int(plain[-2])
    unit_on[mover, 14:] = 1
    tpp_on[mover, 14:] += 333_333
    tpp_on[raised, 18:] += 250_001
    spared = {*heads, certifier}
    return Staff(nips, status, grade, unit_on, tpp_on, heads, certifier, _absences(month, group, rng, spared))


_KINDS = (("cuti_tahunan", 0.05, 5), ("cuti_sakit", 0.04, 3), ("cuti_melahirkan", 0.004, 31),
          ("dinas_luar", 0.06, 3), ("diklat", 0.02, 5), ("izin", 0.02, 1))  # fmt: skip


def _kind(chance: float) -> tuple[str, int] | None:
    """Kind of absence and its longest duration in days."""
    for kind, share, longest in _KINDS:
        if chance < share:
            return kind, longest
        chance -= share
    return None


def _absences(month: Month, group: Ints, rng: np.random.Generator, spared: set[int]) -> list[Absence]:
    found: list[Absence] = []
    chance = rng.random(len(group))
    begin = rng.integers(0, month.days, len(group))
    length = rng.random(len(group))
    for person in range(len(group)):
        picked = _kind(float(chance[person]))
        if picked is None:
            continue
        kind, longest = picked
        if person in spared:
            continue
        first = 0 if longest == 31 else int(begin[person])
        name = GROUPS[int(group[person])]
        if name != "nakes-shift":
            while first > 0 and hours(name, month.date(first)) is None:
                first -= 1
        is_free = name == "nakes-shift" or hours(name, month.date(first)) is None
        if kind == "izin" and is_free:
            continue
        last = min(month.days - 1, first + int(length[person] * longest) if longest < 31 else month.days - 1)
        found.append(Absence(person, kind, first, last))
    return found
