"""The figures once more, from what `naive_story` has read; docs/manual/supervisor.md says what they mean."""

import math
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from naive_story import STATES, Story, lasted


class Counted(Story):
    """A story with its figures."""

    def calls(self, begin, end, threshold, short, level, chosen=lambda wait: True):
        waits = [w for w in self.waits if begin <= w["begin"]["utc"] < end and chosen(w)]
        fresh = [
            w
            for w in waits
            if w["came"] != "returned" and w["outcome"] not in ("refused", "elsewhere")
        ]
        back = [
            w
            for w in waits
            if w["came"] == "returned" and w["outcome"] not in ("refused", "elsewhere")
        ]
        for w in fresh:
            w["so_far"] = lasted(w["begin"], self.last) if w["length"] is None else w["length"]

        def of(outcome):
            return [w for w in fresh if w["outcome"] == outcome]

        answered, abandoned = of("answered"), of("abandoned")
        a, b = len(answered), len(abandoned)
        at = len([w for w in answered if w["so_far"] <= threshold])
        bt = len([w for w in abandoned if w["so_far"] <= threshold])
        bs = len([w for w in abandoned if w["so_far"] <= short])
        late = len([w for w in fresh if w["so_far"] > threshold])
        levels = {
            "offered": share(at, len(fresh)),
            "icmi-1": share(at + bt, a + b),
            "icmi-2": share(at, a),
            "icmi-3": share(at, a + b),
            "icmi-4": share(at, a + b - bt),
            "icmi-5": share(at + bs, a + b),
            "cisco-ignored": share(at, at + late),
            "cisco-negative": share(at, at + bt + late),
            "cisco-positive": share(at + bt, at + bt + late),
            "asterisk": share(at, a),
            "asterisk-2": share(at + bt, a + b),
        }
        speed = sorted(w["so_far"] for w in answered)
        asked = [b for b in self.call_backs if begin <= b["begin"]["utc"] < end and chosen(b)]
        contacts = [*waits, *asked]
        done = [c for c in contacts if c["talk"] is not None and c["wrap"] is not None]
        refused = {}
        for w in waits:
            if w["outcome"] == "refused":
                refused[w["why"]] = refused.get(w["why"], 0) + 1
        return {
            "offered": len(fresh),
            "answered": a,
            "abandoned": b,
            "short_abandoned": bs,
            **{
                name: len(of(name))
                for name in (
                    "left_by_key",
                    "left_by_time",
                    "left_deserted",
                    "left_otherwise",
                    "left_for_call_back",
                )
            },
            "cut_off": len(of("cut_off")),
            "waiting": len(of("waiting")),
            "resumed": len([w for w in fresh if w["came"] == "resumed"]),
            "moved": len([w for w in fresh if w["came"] == "moved"]),
            "overflowed": len([w for w in waits if w["overflowed"]]),
            "elsewhere": len([w for w in waits if w["outcome"] == "elsewhere"]),
            "refused": refused,
            "returned": len(back),
            "returned_answered": len([w for w in back if w["outcome"] == "answered"]),
            "offers": sum(c["offers"] for c in contacts),
            "missed": sum(c["missed"] for c in contacts),
            "service_level": levels[level],
            "service_levels": levels,
            "mean_wait_s": average(speed),
            "median_wait_s": place(speed, 50),
            "wait_90_s": place(speed, 90),
            "wait_95_s": place(speed, 95),
            "longest_wait_s": max([w["so_far"] for w in fresh], default=None),
            "handled": len(done),
            "mean_talk_s": average([w["talk"] for w in done]),
            "mean_wrap_up_s": average([w["wrap"] for w in done]),
            "mean_handling_s": average([w["talk"] + w["wrap"] for w in done]),
            "offered_per_hour": len(fresh) / ((end - begin) / 3600),
            "call_backs": self.calling_back(asked),
            "told": self.telling([w for w in answered if "told" in w]),
        }

    @staticmethod
    def calling_back(asked):
        reached = [b for b in asked if b["became"] == "reached"]
        delays = sorted(b["length"] for b in reached)
        return {
            "asked": len(asked),
            **{
                name: len([b for b in asked if b["became"] == name])
                for name in ("reached", "called_again", "not_reached", "waiting")
            },
            "attempts": sum(b["dialled"] for b in asked),
            "mean_delay_s": average(delays),
            "median_delay_s": place(delays, 50),
            "longest_delay_s": max(delays, default=None),
            "mean_waited_s": average([b["before"] for b in reached]),
        }

    @staticmethod
    def telling(waits):
        if not waits:
            return None
        off = [w["length"] - w["told"][0] - w["told"][1] for w in waits]
        held = [
            (1.0 if w["length"] - w["told"][0] <= w["told"][2] else 0.0, w["told"][3])
            for w in waits
            if w["told"][2] is not None and w["told"][3]
        ]
        return {
            "count": len(off),
            "mean_error_s": average(off),
            "mean_absolute_error_s": average([abs(each) for each in off]),
            "within_quantile": average([yes for yes, _ in held]),
            "quantile": average([quantile for _, quantile in held]),
        }

    def agents(self, begin, end, agent=None):
        """Figures of one agent, or of all; None if there was nobody."""
        inside = [
            time
            for time in self.times
            if (agent is None or time["agent"] == agent)
            and (begin <= time["begin"]["utc"] < end or cut(time, begin, end) > 0)
        ]
        spent = {
            name: sum(cut(time, begin, end) for time in inside if time["state"] == state)
            for name, state in STATES.items()
        }
        began = [time for time in inside if begin <= time["begin"]["utc"] < end]
        pauses = [time for time in inside if time["state"] == "paused"]
        by_reason = {True: {}, False: {}}
        for time in pauses:
            of = by_reason[time["paid"]]
            of[time["reason"]] = of.get(time["reason"], 0.0) + cut(time, begin, end)
        busy = spent["ringing_s"] + spent["talking_s"] + spent["wrapping_up_s"]
        busy += spent["calling_back_s"] + spent["calling_out_s"]
        calls = len([time for time in began if time["state"] == "talking"])
        handled = [
            w["talk"] + w["wrap"]
            for w in [*self.waits, *self.call_backs]
            if begin <= w["begin"]["utc"] < end
            and "answered" in (w.get("outcome"), {"reached": "answered"}.get(w.get("became")))
            and (agent is None or w["agent"] == agent)
            and w["talk"] is not None
            and w["wrap"] is not None
        ]
        return {
            "calls": calls,
            "offers": len([time for time in began if time["state"] == "ringing"]),
            "missed": len([time for time in began if time["missed"]]),
            "logged_in_s": sum(spent.values()),
            **spent,
            "paid_pauses_s": sum(cut(time, begin, end) for time in pauses if time["paid"]),
            "paid_s": by_reason[True],
            "unpaid_s": by_reason[False],
            "occupancy": share(busy, busy + spent["ready_s"]),
            "calls_per_hour": share(calls * 3600, busy + spent["ready_s"]),
            "handled": len(handled),
            "mean_handling_s": average(handled),
        }

    def trunk_load(self, begin, end, chosen=lambda use: True):
        uses = [
            use
            for use in self.trunks
            if chosen(use) and (begin <= use["begin"]["utc"] < end or cut(use, begin, end) > 0)
        ]
        began = [use for use in uses if begin <= use["begin"]["utc"] < end]
        busy = [
            (max(use["begin"]["utc"], begin), min(use["begin"]["utc"] + use["length"], end))
            for use in uses
            if cut(use, begin, end) > 0
        ]
        at_once = [len([1 for from_, to in busy if from_ <= at < to]) for at, _ in busy]
        ways = {way: [use for use in began if use["direction"] == way] for way in ("in", "out")}
        seized = sum(cut(use, begin, end) for use in uses)
        return {
            **{f"calls_{way}": len(of) for way, of in ways.items()},
            **{
                f"answered_{way}": len([u for u in of if u["answered"]]) for way, of in ways.items()
            },
            "seized_s": seized,
            "erlangs": seized / (end - begin),
            "most_at_once": max(at_once, default=0),
        }


def cut(time, begin, end):
    from_ = time["begin"]["utc"]
    return max(0.0, min(from_ + time["length"], end) - max(from_, begin))


def share(part, whole):
    return part / whole if whole else None


def average(values):
    return math.fsum(values) / len(values) if values else None


def place(ordered, per_cent):
    """The first value that per_cent of all do not exceed."""
    for index, value in enumerate(ordered):
        if (index + 1) * 100 >= per_cent * len(ordered):
            return value
    return None


def edges(begin, end, zone_name, interval_s):
    """Where local clocks show the beginning of an interval: looked for minute by minute."""
    zone, found = ZoneInfo(zone_name), [begin]
    at = math.floor(begin / 60) * 60 + 60
    while at < end:
        now, minute_ago = (datetime.fromtimestamp(each, zone) for each in (at, at - 60))
        if interval_s == 86_400:
            is_edge = now.date() > minute_ago.date()
        else:
            midnight = now.replace(hour=0, minute=0, second=0)
            is_edge = (now - midnight) % timedelta(seconds=interval_s) == timedelta(0)
        if is_edge:
            found.append(float(at))
        at += 60
    return [*found, end]


def naive_statistics(folder, *, begin, end, zone, interval_s, threshold, short, level, groups):
    """All figures of a time, as the product's JSON has them."""
    story = Counted(folder)
    how = (threshold, short, level)
    bounds = edges(begin, end, zone, interval_s)

    def named(key):
        inside = [
            u for u in story.trunks if begin <= u["begin"]["utc"] < end or cut(u, begin, end) > 0
        ]
        names = {key(use) for use in inside}
        return {
            name: story.trunk_load(begin, end, lambda use, name=name: key(use) == name)
            for name in names
        }

    contacts = [*story.waits, *story.call_backs]
    queues = {c["queue"] for c in contacts if begin <= c["begin"]["utc"] < end}
    here = {
        time["agent"]
        for time in story.times
        if begin <= time["begin"]["utc"] < end or cut(time, begin, end) > 0
    }
    here |= {
        c["agent"]
        for c in contacts
        if begin <= c["begin"]["utc"] < end and c["talk"] is not None and c["wrap"] is not None
    }
    return {
        "calls": story.calls(begin, end, *how),
        "queues": {
            queue: story.calls(begin, end, *how, lambda w, queue=queue: w["queue"] == queue)
            for queue in queues
        },
        "all_agents": story.agents(begin, end),
        "agents": {agent: story.agents(begin, end, agent) for agent in here},
        "all_trunks": named(lambda _: "all").get("all"),
        "trunk_groups": named(lambda use: use["group"] or groups.get(use["port"], "")),
        "carriers": named(lambda use: use["carrier"]),
        "intervals": [
            {
                "begin_utc_s": from_,
                "end_utc_s": to,
                "calls": story.calls(from_, to, *how),
                "agents": story.agents(from_, to),
                "trunk_erlangs": story.trunk_load(from_, to)["erlangs"],
            }
            for from_, to in pairwise(bounds)
        ],
    }
