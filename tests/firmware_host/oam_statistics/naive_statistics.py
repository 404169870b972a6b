"""The figures once more, the slow way: one pass over the journal's lines in plain Python.

It shares nothing with the product, not even the reader of lines, so that a mistake has to be made twice to
go unseen. What the figures mean stands in docs/manual/supervisor.md.
"""

import json
import math
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

STATES = {
    "ready_s": "ready",
    "ringing_s": "ringing",
    "talking_s": "talking",
    "wrapping_up_s": "wrapping up",
    "paused_s": "paused",
    "calling_out_s": "calling out",
    "not_known_s": "not known",
}
RESTART = "call server restarted"


def lines_of(folder):
    """The facts that stand there whole."""
    for file in sorted(folder.glob("*.jsonl")):
        for text in file.read_text().split("\n"):
            try:
                line = json.loads(text)
            except ValueError:
                continue
            yield line


def moment(line):
    utc_s = datetime.fromisoformat(line["utc"]).timestamp()
    return {"boot": line["boot"], "mono": line["mono"], "utc": utc_s}


def lasted(begin, end):
    if begin["boot"] == end["boot"] and begin["mono"] <= end["mono"]:
        return end["mono"] - begin["mono"]
    return max(0.0, end["utc"] - begin["utc"])


class Story:
    """All that the journal tells: waits, agents' times, trunks' uses."""

    def __init__(self, folder):
        self.waits, self.times, self.trunks = [], [], []
        self.waiting = {}  # call -> its waits that go on
        self.had = {}  # call -> its waits that are over
        self.doing = {}  # agent -> time that goes on
        self.seized = {}  # (call, port) -> use
        self.last = None
        for line in lines_of(folder):
            now = moment(line)
            self.tell(line["fact"], line["data"], now, self.last or now)
            self.last = now
        for use in self.seized.values():
            use["length"] = lasted(use["begin"], self.last)
        for time in self.doing.values():
            time["length"] = lasted(time["begin"], self.last)
        for waits in self.waiting.values():
            for wait in waits[1:]:
                wait["outcome"] = "elsewhere"

    def tell(self, fact, data, now, before):
        call, agent = data.get("call"), data.get("agent")
        if fact == "SystemStarted":
            self.restart(now, before)
        elif fact == "SnapshotTaken":
            for row in data["agents"]:
                known = list(STATES.values())[:5]
                if row["agent"] not in self.doing and row["state"] in known:
                    reason = row.get("reason") or "" if row["state"] == "paused" else ""
                    with_call = row["state"] not in ("ready", "paused")
                    self.do(
                        row["agent"], row["state"], now, reason=reason,
                        call=(row.get("call") or "") if with_call else "",
                    )  # fmt: skip
        # Trunks.
        elif fact == "CallOfferedToUs":
            self.seize(call, data["port"], now, "in", "", data.get("carrier", ""))
        elif fact == "TrunkSeized":
            self.seize(call, data["port"], now, "out", data["group"], data["carrier"])
        elif fact == "CallAnswered":
            for (whose, _), use in self.seized.items():
                if whose == call and use["direction"] == "in":
                    use["answered"] = True
        elif fact == "FarEndAnswered":
            if (call, data["port"]) in self.seized:
                self.seized[call, data["port"]]["answered"] = True
        elif fact == "TrunkReleased":
            self.release(call, data["port"], now)
        # Callers.
        elif fact == "QueueRefused":
            self.wait(
                call, data["queue"], now, "new", outcome="refused", why=data["why"], length=0.0
            )
        elif fact == "CallerQueued":
            self.queue(call, data, now)
        elif fact == "CallOverflowed":
            if data["to"] and call in self.waiting:
                self.waits_in(call, data["queue"])["overflowed"] = True
                self.waits_in(call, data["to"])
        elif fact == "QueueLeft":
            words = {"waited too long": "left_by_time", "nobody there": "left_deserted"}
            other = "left_by_key" if data["why"].startswith("key ") else "left_otherwise"
            self.stop_waiting(call, now, words.get(data["why"], other))
        elif fact == "AnnouncementPlayed":
            if call in self.waiting:
                wait = self.waits_in(call, data["queue"])
                if data.get("wait_s") is not None and "told" not in wait:
                    after = lasted(wait["begin"], now)
                    estimate = data.get("quantile_s"), data.get("quantile")
                    wait["told"] = (after, data["wait_s"], *estimate)
        elif fact == "CallEnded":
            how = "abandoned" if data["cause"] == "caller hung up" else "cut_off"
            self.stop_waiting(call, now, how)
            self.had.pop(call, None)
            for port in [port for whose, port in self.seized if whose == call]:
                self.release(call, port, now)
            for who in list(self.doing):
                time = self.doing[who]
                if time["call"] == call and time["state"] == "calling out":
                    self.do(who, "ready", now)
                elif time["call"] == call and time["state"] == "talking":
                    self.do(who, "wrapping up", now, call=call, wait=time["wait"])
        # Agents; callers, too, where handsets ring.
        elif fact == "AgentLoggedOut":
            self.do(agent, None, now)
        elif fact == "AgentPaused":
            self.do(agent, "paused", now, reason=data["reason"])
        elif fact == "AgentResumed":
            if agent in self.doing and self.doing[agent]["state"] == "paused":
                self.do(agent, "ready", now)
        elif fact == "CallPlaced":
            if agent in self.doing and self.doing[agent]["state"] == "ready":
                self.do(agent, "calling out", now, call=call)
        elif fact == "OfferMade":
            if call in self.waiting:
                self.waits_in(call, data["queue"])["offers"] += 1
            self.do(agent, "ringing", now, call=call, queue=data["queue"])
        elif fact == "OfferMissed":
            time = self.doing.get(agent)
            if time is not None and time["state"] == "ringing":
                time["missed"] = True
                if time["call"] == call and call in self.waiting:
                    self.waits_in(call, time["queue"])["missed"] += 1
            self.do(agent, "ready", now)
        elif fact == "CallConnected":
            served = None
            if call in self.waiting:
                served = self.waits_in(call, data["queue"])
                self.stop_waiting(call, now, "answered", served)
                served["agent"] = agent
            self.do(agent, "talking", now, call=call, wait=served)
        elif fact == "WrapUpStarted":
            time = self.doing.get(agent)
            mine = time is not None and time["call"] == call
            if not (mine and time["state"] == "wrapping up"):
                wait = time["wait"] if mine else None
                self.do(agent, "wrapping up", now, call=call, wait=wait)
        elif fact in ("AgentLoggedIn", "AgentWrappedUp", "OfferWithdrawn"):
            self.do(agent, "ready", now)

    def restart(self, now, before):
        for call in list(self.waiting):
            self.stop_waiting(call, before, "cut_off")
        self.had.clear()
        for call, port in list(self.seized):
            self.release(call, port, before)
        for agent, time in list(self.doing.items()):
            state = time["state"]
            if state == "paused":
                continue
            if state == "talking":
                self.doing[agent]["lost"] = True
            about = {"call": time["call"], "wait": time["wait"]}
            self.do(agent, "not known", before, **about)
            if state in ("ready", "wrapping up"):
                self.do(agent, state, now, **about)

    def wait(self, call, queue, begin, came, **others):
        wait = {
            "call": call, "queue": queue, "begin": begin, "came": came, "outcome": "waiting",
            "why": "", "length": None, "offers": 0, "missed": 0, "overflowed": False,
            "agent": "", "talk": None, "wrap": None, **others,
        }  # fmt: skip
        self.waits.append(wait)
        return wait

    def queue(self, call, data, now):
        self.stop_waiting(call, now, "cut_off")
        past = self.had.get(call, [])
        came = "resumed" if data.get("waited_before_s", 0) > 0 else "new"
        if past:
            came = "moved"
        if "answered" in [wait["outcome"] for wait in past]:
            came = "returned"
        self.waiting[call] = []
        for queue in [data["queue"], *data.get("also", [])]:
            if queue not in [wait["queue"] for wait in self.waiting[call]]:
                self.waiting[call].append(self.wait(call, queue, now, came))

    def waits_in(self, call, queue):
        for wait in self.waiting[call]:
            if wait["queue"] == queue:
                return wait
        first = self.waiting[call][0]
        self.waiting[call].append(self.wait(call, queue, first["begin"], first["came"]))
        return self.waiting[call][-1]

    def stop_waiting(self, call, now, outcome, counts=None):
        waits = self.waiting.pop(call, [])
        for wait in waits:
            counted = wait is (counts or waits[0])
            wait["outcome"] = outcome if counted else "elsewhere"
            wait["length"] = lasted(wait["begin"], now)
        if waits:
            self.had[call] = self.had.get(call, []) + waits

    def do(self, agent, state, now, call="", queue="", reason="", wait=None):
        old = self.doing.pop(agent, None)
        if old is not None:
            length = old["length"] = lasted(old["begin"], now)
            done = old["wait"]
            if done is not None:
                if old["state"] == "talking" and not old.get("lost"):
                    done["talk"] = length
                if old["state"] == "wrapping up":
                    done["wrap"] = (done["wrap"] or 0.0) + length
                if done["wrap"] is None and done is not wait:
                    done["wrap"] = 0.0
        if state is not None:
            time = {
                "agent": agent, "state": state, "begin": now, "call": call, "queue": queue,
                "reason": reason, "wait": wait, "missed": False,
            }  # fmt: skip
            self.doing[agent] = time
            self.times.append(time)

    def seize(self, call, port, now, direction, group, carrier):
        self.release(call, port, now)
        use = self.seized[call, port] = {
            "port": port, "begin": now, "direction": direction, "group": group,
            "carrier": carrier, "answered": False,
        }  # fmt: skip
        self.trunks.append(use)

    def release(self, call, port, now):
        use = self.seized.pop((call, port), None)
        if use is not None:
            use["length"] = lasted(use["begin"], now)

    # Counting.

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
        done = [w for w in waits if w["talk"] is not None and w["wrap"] is not None]
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
                for name in ("left_by_key", "left_by_time", "left_deserted", "left_otherwise")
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
            "offers": sum(w["offers"] for w in waits),
            "missed": sum(w["missed"] for w in waits),
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
            "told": self.telling([w for w in answered if "told" in w]),
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
        reasons = {time["reason"] for time in inside if time["state"] == "paused"}
        busy = sum(spent[n] for n in ("ringing_s", "talking_s", "wrapping_up_s", "calling_out_s"))
        calls = len([time for time in began if time["state"] == "talking"])
        handled = [
            w["talk"] + w["wrap"]
            for w in self.waits
            if begin <= w["begin"]["utc"] < end
            and w["outcome"] == "answered"
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
            "pauses_s": {
                reason: sum(
                    cut(time, begin, end)
                    for time in inside
                    if time["state"] == "paused" and time["reason"] == reason
                )
                for reason in reasons
            },
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
    story = Story(folder)
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

    queues = {w["queue"] for w in story.waits if begin <= w["begin"]["utc"] < end}
    here = {
        time["agent"]
        for time in story.times
        if begin <= time["begin"]["utc"] < end or cut(time, begin, end) > 0
    }
    here |= {
        w["agent"]
        for w in story.waits
        if begin <= w["begin"]["utc"] < end and w["talk"] is not None and w["wrap"] is not None
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
