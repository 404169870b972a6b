"""The beep after which a machine records: one steady tone, then quiet.

No standard says what a beep is. Makers' data sheets name single tones of any audible frequency, 70 ms
to 1.5 s long; we take 350 to 2200 Hz and 120 ms to 2 s. A beep keeps its frequency (±2 %) and its
level (±4 dB), and what follows is quiet, another beep (*pip-pip*), or the end of the sound. A voice
or a melody goes on instead. A tone that comes again and again is a progress tone, not a beep.

Times are right within 30 ms.
"""

from dataclasses import dataclass

from dsp.speech_frames import FRAME_S, Frame, frame_time_s

__all__ = ["Beep", "BeepWatch", "ToneRun"]

SHORTEST_S, LONGEST_S = 0.1, 2.0
"""As frames see it: one of 120 ms fills five of them."""
QUIET_AFTER_S = 0.3
PROGRESS_QUIET_AFTER_S = 0.64
"""A tone of 380 to 490 Hz may be busy tone, whose pauses last up to 500 ms."""
LOWEST_HZ, HIGHEST_HZ = 340.0, 2220.0
PROGRESS_HZ = (380.0, 490.0)
QUIET_DB = 10.0
"""How far below the tone quiet is."""
STEADY_HZ, STEADY_RATIO, STEADY_DB = 12.0, 0.02, 4.0
MOST_BURSTS = 3
SAME_RATIO = 0.05
"""Bursts of one beep differ by no more."""
LOUD_FRAMES = 4
"""So many with neither a tone nor quiet are something else; fewer are a tone's edges."""


@dataclass(slots=True)
class ToneRun:
    """Frames in a row that hold one tone."""

    first: int
    last: int
    """Numbers of its first and last frame."""
    hertz: float
    level_dbm0: float

    @property
    def frames(self) -> int:
        """How many frames it has lasted."""
        return self.last - self.first + 1

    @property
    def seconds(self) -> float:
        """How long it has lasted; a frame at each end is only half filled by it."""
        return self.frames * FRAME_S

    @property
    def like_progress(self) -> bool:
        """Whether its frequency is that of progress tones in most countries."""
        return PROGRESS_HZ[0] <= self.hertz <= PROGRESS_HZ[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beep:
    """A beep that is over."""

    start_s: float
    end_s: float
    hertz: float
    level_dbm0: float

    @property
    def like_progress(self) -> bool:
        """Whether its frequency is that of progress tones in most countries."""
        return PROGRESS_HZ[0] <= self.hertz <= PROGRESS_HZ[1]


class BeepWatch:
    """Follows tones frame by frame, and tells beeps.

    Runs in: any.
    """

    def __init__(self, first_frame: int = 0) -> None:
        self.run: ToneRun | None = None
        """The tone that is on now, from its sixth frame on."""
        self._candidate: ToneRun | None = None
        self._bursts: list[ToneRun] = []
        self._frame = first_frame
        self._quiet = 0
        self._loud = 0

    @property
    def pending(self) -> bool:
        """Whether a tone that may yet be a beep is on, or has just ended."""
        return self.run is not None or bool(self._bursts)

    def follow(self, frame: Frame) -> Beep | None:
        """Takes the next frame; returns a beep once what follows has shown that it was one."""
        number, self._frame = self._frame, self._frame + 1
        if self._continues(frame):
            return None
        ended, self.run = self.run, None
        self._candidate = (
            ToneRun(number, number, frame.tone_hz, frame.level_dbm0) if frame.tone_hz else None
        )
        if ended is not None:
            self._burst(ended)
        if not self._bursts:
            return None
        loudest = max(burst.level_dbm0 for burst in self._bursts)
        if frame.level_dbm0 < loudest - QUIET_DB:
            self._quiet, self._loud = self._quiet + 1, 0
        elif self._candidate is None:
            self._loud += 1
            if self._loud >= LOUD_FRAMES:
                self._bursts.clear()  # speech or music goes on: it was part of that
                return None
        last = self._bursts[-1]
        needed_s = PROGRESS_QUIET_AFTER_S if last.like_progress else QUIET_AFTER_S
        return self._take() if self._quiet * FRAME_S >= needed_s else None

    def finish(self) -> Beep | None:
        """The sound is over: a tone that was clipped by that is a beep, too."""
        if self.run is not None:
            self._burst(self.run)
            self.run = None
        return self._take()

    def _continues(self, frame: Frame) -> bool:
        """Whether the frame belongs to the tone that has begun."""
        run = self._candidate
        if run is None or frame.tone_hz is None:
            return False
        if abs(frame.tone_hz - run.hertz) > max(STEADY_HZ, STEADY_RATIO * run.hertz):
            return False
        # A beep may begin in the middle of its first frame: that one's level says nothing.
        if run.frames > 1 and abs(frame.level_dbm0 - run.level_dbm0) > STEADY_DB:
            return False
        weight = 1 / min(run.frames + 1, 10)
        run.hertz += (frame.tone_hz - run.hertz) * weight
        if run.frames == 1:
            run.level_dbm0 = frame.level_dbm0
        else:
            run.level_dbm0 += (frame.level_dbm0 - run.level_dbm0) * weight
        run.last += 1
        if run.seconds >= SHORTEST_S:
            self.run, self._quiet = run, 0
        return True

    def _burst(self, run: ToneRun) -> None:
        if run.seconds > LONGEST_S or not LOWEST_HZ <= run.hertz <= HIGHEST_HZ:
            self._bursts.clear()
            return
        if self._bursts and abs(run.hertz - self._bursts[-1].hertz) > SAME_RATIO * run.hertz:
            self._bursts.clear()  # the tones of an announcement, or a melody
        self._bursts.append(run)
        self._quiet = self._loud = 0

    def _take(self) -> Beep | None:
        bursts, self._bursts = self._bursts, []
        if not bursts or len(bursts) > MOST_BURSTS:
            return None
        return Beep(
            start_s=frame_time_s(bursts[0].first),
            end_s=frame_time_s(bursts[-1].last + 1),
            hertz=bursts[-1].hertz,
            level_dbm0=max(burst.level_dbm0 for burst in bursts),
        )
