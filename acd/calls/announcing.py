"""What callers hear while they wait: the place, the expected wait, the queue's messages; music between."""

from acd import facts
from acd.calls.call import Call, Sound
from acd.calls.places import Places
from acd.calls.speaking import play_music, play_prompts
from acd.contact import Contact
from acd.ids import QueueName
from acd.ivr import LONGER_WAIT, place_prompts, wait_prompts
from acd.orders import Orders
from acd.queue_settings import QueueSettings
from acd.timers import Purpose
from acd.waiting import ToldWait, stretch_of, wait_to_tell

__all__ = ["Announcing"]

LET_FINISH_S = 1.0
"What is being said is heard to its end before something else is."
ANNOUNCEMENT_LIMIT_S = 30.0
"An announcement of which the end is never reported is taken to be over after this."


class Announcing:
    """Tells callers what is due."""

    def __init__(self, orders: Orders, places: Places) -> None:
        self._orders = orders
        self._places = places

    def begin(self, call: Call, contact: Contact) -> None:
        """A caller has entered a queue."""
        queue = self._places.settings_of(contact.queue)
        if queue.announce_first_s > 0 or not queue.announce_place:
            play_music(self._orders, call, queue.music)
        contact.messages_due = {each: self._orders.now + each.after_s for each in queue.messages}
        self._announce_after(call, contact, queue.announce_first_s)

    def go_on(self, call: Call, contact: Contact) -> None:
        """A caller waits again, who has been told already."""
        queue = self._places.settings_of(contact.queue)
        play_music(self._orders, call, queue.music)
        self._announce_after(call, contact, queue.announce_every_s or None)

    def stop(self, call: Call) -> None:
        """Nothing more is to be told."""
        for purpose in (Purpose.ANNOUNCE, Purpose.ANNOUNCEMENT):
            self._orders.timers.stop(purpose, call.id)

    def announce(self, call: Call, _: str) -> None:
        """Tell the caller what is due: messages, and the place with the wait."""
        contact, now = call.contact, self._orders.now
        assert contact is not None
        if call.sound is Sound.PROMPTS:
            self._orders.timers.start(Purpose.ANNOUNCE, call.id, now + LET_FINISH_S)
            return
        queue = self._places.settings_of(contact.queue)
        prompts: tuple[str, ...] = ()
        if contact.announced_at is not None and contact.announced_at <= now:
            prompts = self._place_prompts(call, contact, queue)
            contact.announced_at = now + queue.announce_every_s if queue.announce_every_s else None
        for message in queue.messages:
            due = contact.messages_due.get(message)
            if due is not None and due <= now:
                prompts += message.prompts
                contact.messages_due[message] = now + message.every_s if message.every_s else None
        self.time(call, contact)
        if prompts:
            play_prompts(self._orders, call, prompts)
            limit = now + ANNOUNCEMENT_LIMIT_S
            self._orders.timers.start(Purpose.ANNOUNCEMENT, call.id, limit)

    def finish_announcement(self, call: Call, _: str) -> None:
        """The place was told, or its end never reported: music again."""
        contact = call.contact
        assert contact is not None
        self._orders.timers.stop(Purpose.ANNOUNCEMENT, call.id)
        play_music(self._orders, call, self._places.settings_of(contact.queue).music)

    def time(self, call: Call, contact: Contact) -> None:
        """Be due when the next thing is to be told."""
        messages = self._places.settings_of(contact.queue).messages
        dues = (contact.announced_at, *(contact.messages_due.get(each) for each in messages))
        due = [each for each in dues if each is not None]
        if due:
            at = max(min(due), self._orders.now)
            self._orders.timers.start(Purpose.ANNOUNCE, call.id, at)

    def _announce_after(self, call: Call, contact: Contact, delay_s: float | None) -> None:
        tells = self._places.settings_of(contact.queue).announce_place
        contact.announced_at = self._orders.now + delay_s if delay_s is not None and tells else None
        self.time(call, contact)

    def _place_prompts(self, call: Call, contact: Contact, queue: QueueSettings) -> tuple[str, ...]:
        """The place, unless it has become worse since it was last told, and the wait."""
        place = self._places.place_of(call)
        if contact.told_place is not None and place > contact.told_place:
            return ()
        contact.told_place = place
        wait = self._wait_to_tell(contact)
        self._orders.write(_announcement(call, contact.queue, place, wait))
        prompts = place_prompts(place, call.language)
        if wait is not None:
            contact.told_wait = wait
            is_longer = wait.minutes == 0
            prompts += LONGER_WAIT if is_longer else wait_prompts(wait.minutes, call.language)
        return prompts

    def _wait_to_tell(self, contact: Contact) -> ToldWait | None:
        """The expected wait, if it is known and fit to be told."""
        queue = self._places.settings_of(contact.queue)
        if not queue.announce_wait:
            return None
        wait = self._places.wait_of(contact)
        if wait is None:
            return None
        return wait_to_tell(
            wait,
            contact.told_wait,
            self._orders.now,
            contact.gives_up_at,
            quantile=queue.announce_quantile,
            stretch=stretch_of(self._orders.ledger.counters, contact.queue),
        )


def _announcement(
    call: Call, queue: QueueName, place: int, wait: ToldWait | None
) -> facts.AnnouncementPlayed:
    if wait is None:
        return facts.AnnouncementPlayed(call=call.id, queue=queue, place=place)
    return facts.AnnouncementPlayed(
        call=call.id,
        queue=queue,
        place=place,
        wait_s=60.0 * wait.minutes,
        quantile=wait.told.quantile,
        quantile_s=round(wait.told.quantile_s, 3),
        mean_s=round(wait.told.mean_s, 3),
    )
