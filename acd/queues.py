"""Who waits, in which order. A queue holds its callers by the time they entered, oldest first."""

from bisect import bisect_left, insort
from collections.abc import Iterator

from acd.contact import Contact

__all__ = ["WaitingLine"]


class WaitingLine:
    """The callers of one queue, those whom a handset rings for at present among them."""

    def __init__(self) -> None:
        self._contacts: list[Contact] = []

    def __len__(self) -> int:
        return len(self._contacts)

    def __iter__(self) -> Iterator[Contact]:
        return iter(self._contacts)

    def enter(self, contact: Contact) -> None:
        """Take the place that the time of entering gives."""
        insort(self._contacts, contact, key=_seniority)

    def leave(self, contact: Contact) -> None:
        """Give the place up."""
        del self._contacts[self._index(contact)]

    def place_of(self, contact: Contact) -> int:
        """The place; 1 is next."""
        return self._index(contact) + 1

    def to_be_offered(self) -> Iterator[Contact]:
        """Those for whom no handset rings, oldest first."""
        return (contact for contact in self._contacts if not contact.is_offered)

    def oldest(self) -> Contact | None:
        """Who waits longest."""
        return self._contacts[0] if self._contacts else None

    def _index(self, contact: Contact) -> int:
        index = bisect_left(self._contacts, contact.seniority, key=_seniority)
        if index == len(self._contacts) or self._contacts[index] is not contact:
            raise LookupError(f"call {contact.call} does not wait in queue {contact.queue}")
        return index


def _seniority(contact: Contact) -> tuple[float, int]:
    return contact.seniority
