"""The call centers of the benchmark."""

import math

from scripts.wait_peers.simulation import CallerClass, Scenario

HOUR_S = 3600.0
TALK_S = 180.0


def one_queue(
    name: str, agents: int, load: float, patience_s: float, **options: object
) -> Scenario:
    """One queue, agents who are all alike."""
    of = CallerClass(
        name="callers",
        queue="callers",
        per_s=load * agents / TALK_S,
        talk_s=TALK_S,
        patience_s=patience_s,
        reaches=((0.0, frozenset({"agents"})),),
    )
    defaults = {"staff": lambda _: {"agents": agents}}
    return Scenario(name=name, classes=(of,), **{**defaults, **options})  # type: ignore[arg-type]


def several_skills(name: str, talk_cv: float | None = None) -> Scenario:
    """Three queues, seven kinds of agents and a reserve; load that comes and goes.

    - orders, support and billing; talks of 150, 280 and 200 s, ringing of 5 s and wrap-up of 15 s
    - four in ten of support need an agent of level 2, for the first minute
    - one in ten of orders and of billing has priority, worth a minute of waiting
    - callers of billing age twice as fast as the others
    - who has waited for 90 s in orders or billing may also be served by the reserve
    - load from 85 to 115 % of the 26 agents without the reserve, up and down within two hours
    """
    first = {
        "orders": frozenset({"orders", "orders, billing", "all"}),
        "support": frozenset({"support 1", "support 2", "support 2, billing", "all"}),
        "experts": frozenset({"support 2", "support 2, billing", "all"}),
        "billing": frozenset({"billing", "orders, billing", "support 2, billing", "all"}),
    }
    reserve = frozenset({"reserve"})
    overflowing = {
        queue: ((0.0, first[queue]), (90.0, first[queue] | reserve))
        for queue in ("orders", "billing")
    }
    relaxing = ((0.0, first["experts"]), (60.0, first["support"]))

    def of(
        name: str, queue: str, busy: float, talk_s: float, patience_s: float, **more: object
    ) -> CallerClass:
        per_s = busy / (talk_s + 20.0)
        options = {"reaches": overflowing.get(queue, ((0.0, first["support"]),)), **more}
        return CallerClass(
            name=name,
            queue=queue,
            per_s=per_s,
            talk_s=talk_s,
            patience_s=patience_s,
            **options,  # type: ignore[arg-type]
        )

    return Scenario(
        name=name,
        classes=(
            of("orders", "orders", 9.9, 150.0, 400.0),
            of("orders, priority", "orders", 1.1, 150.0, 400.0, priority=60.0),
            of("support", "support", 5.7, 280.0, 600.0),
            of("support, level 2", "support", 3.8, 280.0, 600.0, reaches=relaxing),
            of("billing", "billing", 4.95, 200.0, 500.0, ageing=2.0),
            of("billing, priority", "billing", 0.55, 200.0, 500.0, ageing=2.0, priority=60.0),
        ),
        staff=lambda _: {
            "orders": 7,
            "support 1": 5,
            "support 2": 3,
            "orders, billing": 4,
            "support 2, billing": 3,
            "billing": 2,
            "all": 2,
            "reserve": 3,
        },
        load=lambda now: 1.0 + 0.15 * math.sin(2.0 * math.pi * now / (2.0 * HOUR_S)),
        ring_s=5.0,
        wrap_up_s=15.0,
        talk_cv=talk_cv,
    )


def lunch(now: float) -> dict[str, int]:
    """Twenty agents; twelve in the hour of the middle of four."""
    return {"agents": 12 if 1.5 * HOUR_S <= now < 2.5 * HOUR_S else 20}


SCENARIOS = (
    one_queue("20 agents, load 0.95", 20, 0.95, 600.0),
    one_queue("20 agents, load 1.2", 20, 1.2, 300.0),
    one_queue(
        "20, 12, 20 agents",
        20,
        0.95,
        600.0,
        staff=lunch,
        staff_changes_s=(1.5 * HOUR_S, 2.5 * HOUR_S),
        period_s=4.0 * HOUR_S,
    ),
    one_queue("4 agents, load 0.9", 4, 0.9, 600.0),
    several_skills("several skills"),
    one_queue("20 agents, lognormal talks", 20, 0.95, 600.0, talk_cv=1.3),
    several_skills("several skills, lognormal talks", 1.3),
)
