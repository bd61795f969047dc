"""The tests that are published with an outage: what was seen, what is usual, what follows, and the report's sentence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.outages.attribution.cells import Traffic
from pipeline.outages.attribution.explanation import ExplainedOutage
from pipeline.outages.attribution.hypotheses import LAYERS, PROVINCE, WindowPlaces
from pipeline.outages.attribution.incidents import IncidentAssessment
from pipeline.outages.attribution.layer_model import LEAST_CONFIDENCE
from pipeline.outages.attribution.slices import COUNTED, root_causes
from pipeline.outages.clock import HOUR
from pipeline.outages.own_requests import LineEvidence
from pipeline.outages.scores import STRONG, absence_bound, success_bound
from pipeline.wording.indonesian_format import chance, number, probability
from pipeline.wording.labels import DIMENSIONS
from pipeline.wording.labels import LAYERS as LAYER_NAMES
from pipeline.wording.labels import VANTAGES as VANTAGE_NAMES

REFUTED = 0.05
"""Posterior below which a layer is refuted."""
MOST_SETS = 3
"""Sets of senders that are listed per vantage."""
LINES = {"unit": "jaringan unit", "network": "jaringan", "provider": "penyedia"}


@dataclass(frozen=True)
class EvidenceTest:
    """One row of `outage_evidence`. `nats` speak for the named layer against central, or for central against the runner-up."""

    code: str
    verdict: str
    sentence: str
    number: int = 1
    observed: float | None = None
    expected: float | None = None
    bound: float | None = None
    nats: float | None = None


def tests_of(outage: ExplainedOutage, traffic: Traffic, home: str, lines: LineEvidence) -> Iterator[EvidenceTest]:  # fmt: skip
    posterior = outage.posterior
    for layer in LAYERS:
        p = posterior.probabilities[layer]
        verdict = "supports" if p >= LEAST_CONFIDENCE else "refutes" if p < REFUTED else "neutral"
        against = posterior.nats.get(layer)
        yield EvidenceTest(
            f"layer_{layer}", verdict, f"Peluang bahwa letak gangguan adalah {LAYER_NAMES[layer]}: {probability(p)}.",
            observed=p, nats=sum(against.values()) if against else None)  # fmt: skip
    places = WindowPlaces.of(outage.cells, home)
    yield from _uncovered(outage)
    yield from _other_regions(outage, places)
    yield from _same_region(outage, places)
    yield from _gateway_errors(outage, places)
    yield from _checks(outage)
    yield from _probes(outage)
    yield from _receipts(outage)
    yield from _other_lines(outage, lines)
    yield from _deferred(outage, traffic, places)
    yield from _worst_sets(outage)


def _nats(outage: ExplainedOutage, *sources: str) -> float:
    """Nats of some evidence sources for the best layer against central, or for central against the runner-up."""
    nats, best = outage.posterior.nats, outage.posterior.best.layer
    if not nats:
        return 0.0
    rivals = [layer for layer in nats if layer != best]
    rival = "central" if best != "central" else min(rivals, key=lambda name: -sum(nats[name].values()))
    return -sum(nats[rival].get(name, 0.0) for name in sources)


def _uncovered(outage: ExplainedOutage) -> Iterator[EvidenceTest]:
    """Which log is missing, for how long, and what that proves."""
    if outage.layer != "log_gap":
        return
    minutes = outage.windows.hard.length
    names = ", ".join(VANTAGE_NAMES[vantage] for _, vantage in outage.scope)
    yield EvidenceTest(
        "uncovered", "neutral", f"Log di {names} tidak berisi satu baris pun selama {number(minutes)} menit. Menit-menit itu "
        "tidak terliput: tidak membuktikan gangguan dan tidak membantahnya.", observed=minutes)  # fmt: skip


def _other_regions(outage: ExplainedOutage, places: WindowPlaces) -> Iterator[EvidenceTest]:
    """Whether senders of other regions were served by the province's server, which then was not down."""
    others = ~places.is_home & places.has_region & np.isin(places.cells.vantage, PROVINCE)
    answered, failed, usual = places.cells.total(others)
    if usual < 1:
        return
    blocks = [name.split("|", 1) for name in places.blocks if not name.endswith(places.home)]
    names = [f"{vantage}|{region}" for vantage, region in blocks if vantage in PROVINCE]
    ks = [places.cells.day_k.get((v, r), 1.0) for v, r in blocks if v in PROVINCE]
    bound = success_bound(answered, usual, min(ks, default=1.0))
    alive = bound <= STRONG and answered >= 0.5 * usual
    text = (
        f"Pada menit-menit itu {number(answered)} pengirim dari {number(len(names))} wilayah lain dilayani server provinsi "
        f"(biasanya {number(usual)})"
    )
    if alive:
        text += f"; bila server provinsi mati, peluang melihat sebanyak itu {chance(bound)}."
    elif answered < 0.5 * usual:
        text += f" dan {number(failed)} gagal: wilayah lain pun terganggu."
    else:
        text += "; jumlah ini terlalu kecil untuk membantah gangguan pada server provinsi."
    yield EvidenceTest("other_regions_alive", "refutes" if alive else "neutral", text, observed=answered, expected=usual,
               bound=bound, nats=_nats(outage, *names))  # fmt: skip


def _same_region(outage: ExplainedOutage, places: WindowPlaces) -> Iterator[EvidenceTest]:
    """How many senders of the own region were served, at each vantage."""
    for vantage in sorted(set(places.cells.vantage.tolist())):
        mine = places.is_home & (places.cells.vantage == vantage)
        answered, failed, usual = places.cells.total(mine)
        if usual < 1:
            continue
        cut = answered < 0.5 * usual
        bound = absence_bound(answered, usual, places.cells.day_k.get((vantage, places.home), 1.0))
        text = (
            f"Dari wilayah {places.home}, {'hanya ' if cut else ''}{number(answered)} pengirim berhasil di "
            f"{VANTAGE_NAMES[vantage]} (biasanya {number(usual)}) dan {number(failed)} gagal"
        )
        text += f"; tanpa gangguan peluangnya {chance(bound)}." if cut and bound <= STRONG else "."
        yield EvidenceTest(f"same_region_at_{vantage}", "supports" if cut else "neutral", text, observed=answered, expected=usual,
                   bound=bound, nats=_nats(outage, f"{vantage}|{places.home}"))  # fmt: skip


def _gateway_errors(outage: ExplainedOutage, places: WindowPlaces) -> Iterator[EvidenceTest]:
    """Whether requests failed at the gateway or while it waited for the server behind it."""
    up, own = places.gateway_failures
    if up + own < 1:
        return
    behind = up >= own
    text = (
        f"Dari {number(up + own)} kegagalan 5xx di gerbang wilayah, {number(up)} terjadi saat menunggu server di belakangnya "
        f"dan {number(own)} pada gerbang itu sendiri"
    )
    fits = {"central": behind, "link": behind, "gateway": not behind}.get(outage.layer)
    verdict = "neutral" if fits is None else "supports" if fits else "refutes"
    text += ": letaknya di belakang gerbang." if behind else ": letaknya pada gerbang."
    yield EvidenceTest("gateway_upstream_errors", verdict, text, observed=up, expected=up + own,
                       nats=_nats(outage, "upstream"))  # fmt: skip


def _checks(outage: ExplainedOutage) -> Iterator[EvidenceTest]:
    for n, (vantage, (seen, bad, usual)) in enumerate(sorted(outage.cells.health.items()), 1):
        if usual < 1:
            continue
        good = seen - bad
        text = f"Pemeriksaan kesehatan di {VANTAGE_NAMES[vantage]}: {number(good)} berhasil dari biasanya {number(usual)}"
        if good >= 0.9 * usual:
            verdict = "refutes" if vantage in PROVINCE and outage.layer != "central" else "neutral"
            text += "; server itu hidup dan lognya tercatat." if verdict == "refutes" else "."
        elif seen < 0.1 * usual:
            verdict = "neutral"
            text += ": log tidak berisi apa pun, yang sendirian tidak membantah apa pun."
        else:
            verdict = "supports" if vantage in PROVINCE and outage.layer == "central" else "neutral"
            text += f", {number(bad)} gagal."
        nats = _nats(outage, f"health {vantage}")
        yield EvidenceTest("health_checks", verdict, text, n, good, usual, nats=nats)


def _probes(outage: ExplainedOutage) -> Iterator[EvidenceTest]:
    for n, (vantage, (up, down)) in enumerate(sorted(outage.signals.probes.items()), 1):
        text = f"Pemeriksaan berkala dari luar ke {VANTAGE_NAMES[vantage]}: {number(up)} hidup dan {number(down)} mati."
        verdict = "supports" if down > up and outage.layer in ("central", "gateway") else "neutral"
        if vantage in PROVINCE and up > 9 * down and outage.layer != "central":
            verdict = "refutes"
        yield EvidenceTest("probe", verdict, text, n, up, up + down, nats=_nats(outage, f"probe {vantage}"))


def _receipts(outage: ExplainedOutage) -> Iterator[EvidenceTest]:
    """Whether punches were received, and so stored, in the window."""
    seen, usual = outage.signals.received
    if usual < 1:
        return
    text = (
        f"{number(seen)} presensi wilayah ini diterima server pada menit-menit itu (biasanya {number(usual)})"
        + ("; server tetap menyimpan presensi." if seen >= 0.5 * usual else ".")
    )
    fits = (seen >= 0.5 * usual) == (outage.layer in ("log_gap", "site", "network", "client"))
    yield EvidenceTest("receipt_times", "supports" if fits else "neutral", text, observed=seen, expected=usual,
               nats=_nats(outage, "received"))  # fmt: skip


def _other_lines(outage: ExplainedOutage, lines: LineEvidence) -> Iterator[EvidenceTest]:
    """Over which lines the people of a dead line were heard."""
    for kind, value in outage.scope:
        rerouting = lines.rerouting(kind, value)
        if rerouting is None:
            continue
        start, end = outage.windows.hard
        over, others, usual = rerouting.counts_between(start, end)
        if over + others < 1:
            continue
        # A run of punches may begin at any of them: a union bound.
        bound = min(1.0, (over + others) * math.exp(-rerouting.rescored(math.floor(start), math.ceil(end))))
        text = (
            f"Dari pegawai wilayah ini yang biasa memakai {LINES[kind]} {value}, {number(over)} terdengar lewat jaringan "
            f"itu pada menit-menit itu dan {number(others)} lewat jaringan lain (biasanya {number(usual)} dari "
            f"{number(over + others)})"
        )
        text += f"; bila jaringan itu hidup, peluangnya {chance(bound)}." if bound <= STRONG else "."
        yield EvidenceTest("other_lines", "supports" if bound <= STRONG else "neutral", text, observed=others, expected=usual,
                   bound=bound, nats=_nats(outage, "lines"))  # fmt: skip


def _deferred(outage: ExplainedOutage, traffic: Traffic, places: WindowPlaces) -> Iterator[EvidenceTest]:
    """Deferred demand: senders too many in the hour after, over those who were missing in the window."""
    vantage = "gerbang" if places.at_gate.any() else "pusat"
    mine = outage.leaves(places.cells) & (places.cells.vantage == vantage)
    answered, _, usual = places.cells.total(mine)
    missing = usual - answered
    if missing < 1 or outage.layer == "log_gap":
        return
    end = math.ceil(outage.windows.hard.end)
    later = traffic.window((end, end + HOUR))
    came, _, would = later.total(outage.leaves(later) & (later.vantage == vantage))
    extra = max(0.0, came - would)
    share = extra / missing
    text = (
        f"Dalam satu jam sesudahnya {number(extra)} pengirim lebih banyak daripada biasanya, untuk {number(missing)} yang "
        f"tidak terlayani: {'mereka kembali, jadi ini gangguan dan bukan hari sepi' if share >= 0.1 else 'tidak memutuskan'}."
    )
    verdict = "supports" if share >= 0.1 else "neutral"
    yield EvidenceTest("deferred_demand", verdict, text, observed=extra, expected=missing)


def _worst_sets(outage: ExplainedOutage) -> Iterator[EvidenceTest]:
    """The sets of senders that miss most answers at each vantage, numbered throughout."""
    cells, n = outage.cells, 0
    for vantage in sorted(set(cells.vantage.tolist())):
        use = cells.vantage == vantage
        groups = {name: texts[use] for name, texts in cells.groups.items()}
        answered, usual = cells.answered[use], cells.expected[use]
        for found in root_causes(answered, usual, groups, COUNTED, excess=False)[:MOST_SETS]:
            n += 1
            good, normal = float(answered[found.leaves].sum()), float(usual[found.leaves].sum())
            who = ", ".join(f"{DIMENSIONS[name]} {values[0]}" for name, values in found.values.items())
            yield EvidenceTest("worst_sets", "neutral", f"Paling terdampak di {VANTAGE_NAMES[vantage]}: {who}; {number(good)} pengirim "
                       f"berhasil dari biasanya {number(normal)}.", n, good, normal)  # fmt: skip


def declared_test(said: IncidentAssessment, declared_layer: str | None, found_layer: str | None) -> EvidenceTest:  # fmt: skip
    minutes, normal = sum(span.length for span in said.supported), number(said.normal_minutes)
    text = {
        "supported": f"Pernyataan ini didukung log selama {number(minutes)} menit.",
        "partly_supported": f"Pernyataan ini didukung log hanya selama {number(minutes)} menit; "
        f"{normal} menit lainnya terukur dan berjalan wajar.",
        "contradicted": f"Pernyataan ini dibantah log: {normal} menit dari rentangnya terukur "
        "dan berjalan wajar, dan tidak ada gangguan.",
        "not_assessable": "Pernyataan ini tidak dapat dinilai: log tidak cukup meliputi rentangnya. "
        "Tidak adanya baris log tidak membantah apa pun.",
    }[said.verdict]
    if said.supported and said.unmeasured_minutes >= 1:
        text += f" {number(said.unmeasured_minutes)} menit tidak terukur."
    if found_layer and declared_layer and found_layer not in (declared_layer, "undetermined"):
        declared, found = (LAYER_NAMES.get(code, code) for code in (declared_layer, found_layer))
        text += f" Letak menurut pernyataan: {declared}; menurut log: {found}."
    return EvidenceTest("declared", said.verdict, text, observed=minutes)
