"""The figures, written for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.bench.sides import FLOOR, SERVICES, SYSTEMS

AIM_IDLE, AIM_DRAIN = 1.4, 0.6
COUNTERPARTS = dict(zip(SERVICES, FLOOR, strict=True))

Figures = Mapping[str, Any]


def report(figures: Figures) -> str:
    """Write all of it."""
    parts = (
        _head(figures),
        _idle(figures),
        _steps(figures["steps"]),
        _load(figures),
        _cpu(figures["load"]),
        _foot(figures),
    )
    return "\n".join(line for part in parts for line in (*part, ""))


def _head(figures: Figures) -> Iterator[str]:
    machine, plan = figures["machine"], figures["plan"]
    yield (
        f"{machine['cores']} cores, {machine['system']}, load average {machine['load_average']:.1f} at the end,"
        f" seed {plan['seed']}, {plan['rounds']} interleaved rounds, {figures['seconds']:.0f} s"
    )
    yield ", ".join(f"{name} {version}" for name, version in machine["versions"].items())


def _idle(figures: Figures) -> Iterator[str]:
    idle = figures["idle"]
    yield f"IDLE: from POST to visible in the office's queue, one at a time, {idle['ours']['count']} of each"
    yield f"{'':>24}{'p50':>10}{'p99':>10}   p50 of each round"
    for name in ("floor", "ours"):
        each = "  ".join(f"{p50:.1f}" for p50 in idle[name]["rounds_p50_ms"])
        yield f"{name:>24}{idle[name]['p50_ms']:>7.1f} ms{idle[name]['p99_ms']:>7.1f} ms   {each}"
    yield f"{'ratio':>24}{idle['ratio_p50']:>10.2f}{idle['ratio_p99']:>10.2f}   (aim for p50: at most {AIM_IDLE})"


def _steps(steps: Figures) -> Iterator[str]:
    yield "STEPS when idle, medians in ms: since the POST was sent, and since the step before on the way"
    yield f"{'':>32}{'floor':>9}{'step':>8}{'ours':>9}{'step':>8}"
    for floor, ours in zip(steps["floor"], steps["ours"], strict=True):
        figures = (floor["at"], floor["took"], ours["at"], ours["took"])
        yield f"{ours['name']:>32}" + "".join(f"{_figure(x):>{w}}" for x, w in zip(figures, (9, 8, 9, 8), strict=True))


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _load(figures: Figures) -> Iterator[str]:
    load, plan = figures["load"], figures["plan"]
    yield f"LOAD: {plan['load']} referrals over {plan['connections']} connections, medians of {plan['rounds']} rounds"
    yield f"{'':>24}{'drained':>11}{'taken in':>11}   drained in each round"
    for name in ("floor, shared insert", "floor", "ours"):
        side = load[name]
        each = "  ".join(f"{rate:.0f}" for rate in side["rounds_drain_per_second"])
        yield f"{name:>24}{side['drain_per_second']:>9.0f}/s{side['intake_per_second']:>9.0f}/s   {each}"
    yield f"{'ratio ours to floor':>24}{load['ratio_drain']:>11.2f}{'':>11}   (aim: at least {AIM_DRAIN})"


def _cpu(load: Figures) -> Iterator[str]:
    yield "CPU in microseconds a referral under load, until nothing is under way any more"
    yield f"{'':>32}{'floor':>9}{'ours':>9}"
    floor, ours = load["floor"]["cpu_us"], load["ours"]["cpu_us"]
    for service in SERVICES:
        yield f"{COUNTERPARTS[service] + ' / ' + service:>32}{floor[COUNTERPARTS[service]]:>9.0f}{ours[service]:>9.0f}"
    yield f"{'these three':>32}{sum(map(floor.get, FLOOR)):>9.0f}{sum(map(ours.get, SERVICES)):>9.0f}"
    for system in SYSTEMS:
        yield f"{system:>32}{floor[system]:>9.0f}{ours[system]:>9.0f}"


def _foot(_: Figures) -> Iterator[str]:
    yield "Figures of one machine at one time: read the ratios, and the absolute values only beside their floor."
