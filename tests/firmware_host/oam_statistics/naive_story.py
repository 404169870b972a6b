"""What a journal tells of waits, agents and trunks, the slow way: one pass over its lines in plain Python.

It shares nothing with the product, not even the reader of lines, so that a mistake has to be made twice to
go unseen.
"""

import json
from datetime import datetime

STATES = {
    "ready_s": "ready",
    "ringing_s": "ringing",
    "talking_s": "talking",
    "wrapping_up_s": "wrapping up",
    "paused_s": "paused",
    "calling_back_s": "calling back",
    "calling_out_s": "calling out",
    "not_known_s": "not known",
}
IN_SNAPSHOTS = {name: name for name in ("ready", "ringing", "talking", "wrapping up", "paused")} | {
    "reserved": "calling back"
}


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
        self.call_backs = []
        self.promised = {}  # call in which it was asked for -> call-back
        self.rung_for = {}  # call of ours -> call-back
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
                if row["agent"] not in self.doing and row["state"] in IN_SNAPSHOTS:
                    reason = row.get("reason") or "" if row["state"] == "paused" else ""
                    with_call = row["state"] not in ("ready", "paused")
                    self.do(
                        row["agent"], IN_SNAPSHOTS[row["state"]], now, reason=reason,
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
            self.rung_for.pop(call, None)
            for port in [port for whose, port in self.seized if whose == call]:
                self.release(call, port, now)
            for who in list(self.doing):
                time = self.doing[who]
                if time["call"] == call and time["state"] == "calling out":
                    self.do(who, "ready", now)
                elif time["call"] == call and time["state"] == "talking":
                    self.do(who, "wrapping up", now, call=call, wait=time["wait"])
        # Call-backs.
        elif fact == "CallBackRequested":
            self.promise(call, data, now)
        elif fact == "CallBackAttempted":
            self.do(agent, "calling back", now, call=call)
            if data["call_back"] in self.promised:
                self.promised[data["call_back"]]["dialled"] += 1
        elif fact == "CallBackReached":
            call_back = self.promised.get(data["call_back"])
            if call_back is not None and call_back["became"] == "waiting":
                call_back["became"], call_back["agent"] = "reached", agent
                call_back["length"] = lasted(call_back["begin"], now)
            else:
                call_back = None
            self.do(agent, "talking", now, call=call, wait=call_back)
        elif fact == "CallBackPostponed":
            call_back = self.promised.get(data["call_back"])
            if call_back is not None and not data["counts"]:
                call_back["dialled"] = max(call_back["dialled"] - 1, 0)
        elif fact == "CallBackEnded":
            again = data["why"] == "the caller called again"
            ends = {"reached": "reached"}
            self.settle(
                data["call_back"],
                "called_again" if again else ends.get(data["why"], "not_reached"),
                now,
            )
        # Agents; callers, too, where handsets ring.
        elif fact == "AgentLoggedOut":
            self.do(agent, None, now)
        elif fact == "AgentPaused":
            self.do(agent, "paused", now, reason=data["reason"], paid=data["paid"])
        elif fact == "AgentResumed":
            if agent in self.doing and self.doing[agent]["state"] == "paused":
                self.do(agent, "ready", now)
        elif fact == "CallPlaced":
            if data["call_back"] == "":
                if agent in self.doing and self.doing[agent]["state"] == "ready":
                    self.do(agent, "calling out", now, call=call)
            elif data["call_back"] in self.promised:
                promise = self.promised[data["call_back"]]
                for other in [c for c, p in self.rung_for.items() if p is promise]:
                    del self.rung_for[other]
                self.rung_for[call] = promise
        elif fact == "OfferMade":
            if call in self.rung_for:
                self.rung_for[call]["offers"] += 1
            elif call in self.waiting:
                self.waits_in(call, data["queue"])["offers"] += 1
            self.do(agent, "ringing", now, call=call, queue=data["queue"])
        elif fact == "OfferMissed":
            time = self.doing.get(agent)
            if time is not None and time["state"] == "ringing":
                time["missed"] = True
                if time["call"] == call and call in self.rung_for:
                    self.rung_for[call]["missed"] += 1
                elif time["call"] == call and call in self.waiting:
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
        self.rung_for.clear()
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
            if state == "calling out":
                self.do(agent, "ready", now)

    def promise(self, call, data, now):
        self.settle(call, "not_reached", now)
        self.stop_waiting(call, now, "left_otherwise")
        counted = [wait for wait in self.had.get(call, []) if wait["outcome"] != "elsewhere"]
        if counted and counted[-1]["outcome"].startswith("left_"):
            counted[-1]["outcome"] = "left_for_call_back"
        self.promised[call] = {
            "queue": data["queue"], "begin": now, "became": "waiting", "dialled": 0, "length": None,
            "before": data["waited_s"], "offers": 0, "missed": 0, "agent": "", "talk": None,
            "wrap": None,
        }  # fmt: skip
        self.call_backs.append(self.promised[call])

    def settle(self, call, became, now):
        call_back = self.promised.pop(call, None)
        if call_back is not None:
            for other in [c for c, p in self.rung_for.items() if p is call_back]:
                del self.rung_for[other]
            if call_back["became"] == "waiting":
                call_back["became"] = became
                if became == "reached":
                    call_back["length"] = lasted(call_back["begin"], now)

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

    def do(self, agent, state, now, call="", queue="", reason="", wait=None, paid=False):
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
                "reason": reason, "wait": wait, "missed": False, "paid": paid,
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
