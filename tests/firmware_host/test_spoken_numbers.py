"""Numbers, places and waits as words: against tables written out by hand, and against num2words."""

import gettext
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words

from acd.ivr import (
    LANGUAGES,
    LARGEST_NUMBER,
    Gender,
    minutes_prompts,
    number_prompts,
    place_prompts,
    wait_prompts,
)
from dsp import Law, g711_decode
from firmware_host.prompts import SpeechMaker, default_cache
from firmware_host.prompts.texts import BUILT_IN, is_piece

COUNTED_IN_ROMANIAN = {
    0: "zero",
    1: "unu",
    2: "doi",
    12: "doisprezece",
    14: "paisprezece",
    16: "șaisprezece",
    18: "optsprezece",
    20: "douăzeci",
    21: "douăzeci și unu",
    32: "treizeci și doi",
    60: "șaizeci",
    99: "nouăzeci și nouă",
    100: "o sută",
    101: "o sută unu",
    105: "o sută cinci",
    111: "o sută unsprezece",
    120: "o sută douăzeci",
    200: "două sute",
    342: "trei sute patruzeci și doi",
    1000: "o mie",
    1001: "o mie unu",
    1100: "o mie o sută",
    2012: "două mii doisprezece",
    6700: "șase mii șapte sute",
    9999: "nouă mii nouă sute nouăzeci și nouă",
    10_000: "zece mii sau mai multe",
    123_456: "zece mii sau mai multe",
}

BY_GENDER_IN_ROMANIAN = {
    # number: (masculine: lei, feminine: zile, neuter: minute)
    1: ("un", "o", "un"),
    2: ("doi", "două", "două"),
    3: ("trei", "trei", "trei"),
    11: ("unsprezece", "unsprezece", "unsprezece"),
    12: ("doisprezece", "douăsprezece", "douăsprezece"),
    21: ("douăzeci și unu", "douăzeci și una", "douăzeci și unu"),
    22: ("douăzeci și doi", "douăzeci și două", "douăzeci și două"),
    100: ("o sută", "o sută", "o sută"),
    101: ("o sută unu", "o sută una", "o sută unu"),
    102: ("o sută doi", "o sută două", "o sută două"),
    111: ("o sută unsprezece", "o sută unsprezece", "o sută unsprezece"),
    112: ("o sută doisprezece", "o sută douăsprezece", "o sută douăsprezece"),
    1091: ("o mie nouăzeci și unu", "o mie nouăzeci și una", "o mie nouăzeci și unu"),
    2002: ("două mii doi", "două mii două", "două mii două"),
}

MINUTES_IN_ROMANIAN = {
    0: "zero minute",
    1: "un minut",
    2: "două minute",
    10: "zece minute",
    11: "unsprezece minute",
    12: "douăsprezece minute",
    19: "nouăsprezece minute",
    20: "douăzeci de minute",
    21: "douăzeci și unu de minute",
    22: "douăzeci și două de minute",
    31: "treizeci și unu de minute",
    99: "nouăzeci și nouă de minute",
    100: "o sută de minute",
    101: "o sută unu minute",
    102: "o sută două minute",
    112: "o sută douăsprezece minute",
    119: "o sută nouăsprezece minute",
    120: "o sută douăzeci de minute",
    1000: "o mie de minute",
    1001: "o mie unu minute",
    1119: "o mie o sută nouăsprezece minute",
    2000: "două mii de minute",
    2022: "două mii douăzeci și două de minute",
    10_000: "zece mii sau mai multe de minute",
}

PLACES_IN_ROMANIAN = {
    1: "primul",
    2: "al doilea",
    3: "al treilea",
    4: "al patrulea",
    5: "al cincilea",
    6: "al șaselea",
    7: "al șaptelea",
    8: "al optulea",
    9: "al nouălea",
    10: "al zecelea",
    12: "al doisprezecelea",
    20: "al douăzecilea",
    21: "al douăzeci și unulea",
    28: "al douăzeci și optulea",
    32: "al treizeci și doilea",
    100: "al o sutălea",
    101: "al o sută unulea",
    108: "al o sută optulea",
    120: "al o sută douăzecilea",
    200: "al două sutelea",
    1000: "al o mielea",
    1500: "al o mie cinci sutelea",
    2000: "al două miilea",
    2001: "al două mii unulea",
}

COUNTED_IN_ENGLISH = {
    0: "zero",
    13: "thirteen",
    20: "twenty",
    21: "twenty-one",
    40: "forty",
    100: "one hundred",
    105: "one hundred and five",
    342: "three hundred and forty-two",
    1000: "one thousand",
    1005: "one thousand and five",
    1100: "one thousand one hundred",
    1234: "one thousand two hundred and thirty-four",
    10_000: "ten thousand or more",
}

PLACES_IN_ENGLISH = {
    1: "first",
    2: "second",
    3: "third",
    8: "eighth",
    9: "ninth",
    12: "twelfth",
    20: "twentieth",
    21: "twenty-first",
    33: "thirty-third",
    100: "one hundredth",
    101: "one hundred and first",
    112: "one hundred and twelfth",
    1000: "one thousandth",
    1100: "one thousand one hundredth",
    1130: "one thousand one hundred and thirtieth",
    2300: "two thousand three hundredth",
}


def words(names, language) -> str:
    """What is heard: the texts one after the other."""
    return " ".join(BUILT_IN[name][language].rstrip(",") for name in names)


@pytest.mark.parametrize(("number", "said"), COUNTED_IN_ROMANIAN.items())
def test_romanian_counts(number, said):
    assert words(number_prompts(number, "ro"), "ro") == said


@pytest.mark.parametrize(("number", "said"), BY_GENDER_IN_ROMANIAN.items())
def test_romanian_numbers_follow_the_gender_of_what_is_counted(number, said):
    spoken = [words(number_prompts(number, "ro", gender=gender), "ro") for gender in Gender]
    assert tuple(spoken) == said


@pytest.mark.parametrize(("minutes", "said"), MINUTES_IN_ROMANIAN.items())
def test_romanian_minutes_are_said_with_de_where_it_belongs(minutes, said):
    assert words(minutes_prompts(minutes, "ro"), "ro") == f"{said}."


@pytest.mark.parametrize(("place", "said"), PLACES_IN_ROMANIAN.items())
def test_romanian_places(place, said):
    assert words(place_prompts(place, "ro"), "ro") == f"Sunteți {said} la rând."


@pytest.mark.parametrize(("number", "said"), COUNTED_IN_ENGLISH.items())
def test_english_counts_and_no_gender_changes_it(number, said):
    for gender in (None, *Gender):
        assert words(number_prompts(number, "en", gender=gender), "en") == said


@pytest.mark.parametrize(("place", "said"), PLACES_IN_ENGLISH.items())
def test_english_places(place, said):
    assert words(place_prompts(place, "en"), "en") == f"You are the {said} in the queue."


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "zero minutes"),
        (1, "one minute"),
        (2, "two minutes"),
        (101, "one hundred and one minutes"),
    ],
)
def test_english_has_one_minute_and_many_minutes(minutes, said):
    assert words(minutes_prompts(minutes, "en"), "en") == f"{said}."


@pytest.mark.parametrize(
    ("minutes", "language", "said"),
    [
        (1, "en", "The expected wait is about one minute."),
        (30, "en", "The expected wait is about thirty minutes."),
        (31, "en", "The expected wait is about thirty-one minutes."),
        (1, "ro", "Timpul de așteptare este de aproximativ un minut."),
        (2, "ro", "Timpul de așteptare este de aproximativ două minute."),
        (21, "ro", "Timpul de așteptare este de aproximativ douăzeci și unu de minute."),
        (42, "ro", "Timpul de așteptare este de aproximativ patruzeci și două de minute."),
        (120, "ro", "Timpul de așteptare este de aproximativ o sută douăzeci de minute."),
    ],
)
def test_waits(minutes, language, said):
    assert words(wait_prompts(minutes, language), language) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_recorded_whole_says_what_the_pieces_would_say(language):
    for minutes in range(1, 31):
        (whole,) = wait_prompts(minutes, language)
        pieces = ("wait.begin", *minutes_prompts(minutes, language))
        assert words([whole], language) == words(pieces, language)
    for place in range(2, 21):
        (whole,) = place_prompts(place, language)
        pieces = ("place.begin", f"ordinal.{place}", "place.end")
        assert words([whole], language) == words(pieces, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_place_beyond_ten_thousand_is_not_counted(language):
    assert place_prompts(LARGEST_NUMBER + 1, language) == ("place.many",)
    assert words(place_prompts(LARGEST_NUMBER, language), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_num2words_counts_alike(language):
    for number in range(LARGEST_NUMBER + 1):
        peer = num2words(number, lang=language).replace(",", "")
        assert words(number_prompts(number, language), language) == peer


def test_num2words_has_the_same_english_places():
    for place in range(1, LARGEST_NUMBER + 1):
        peer = num2words(place, lang="en", to="ordinal").replace(",", "")
        assert words(place_prompts(place, "en"), "en") == f"You are the {peer} in the queue."


def test_num2words_has_the_same_romanian_places_but_for_the_eighths():
    for place in range(1, LARGEST_NUMBER + 1):
        peer = num2words(place, lang="ro", to="ordinal")
        # It says "optlea"; the Romanian Academy's dictionaries, and everybody, "optulea".
        peer = peer.replace("optlea", "optulea")
        assert words(place_prompts(place, "ro"), "ro") == f"Sunteți {peer} la rând."


def test_the_plural_rule_of_gettext_for_romanian_decides_alike():
    rule = gettext.c2py("n==1 ? 0 : (n==0 || (n%100 > 0 && n%100 < 20)) ? 1 : 2")
    forms = ("minutes.one", "minutes.few", "minutes.many")
    for minutes in range(LARGEST_NUMBER + 1):
        assert minutes_prompts(minutes, "ro")[-1] == forms[rule(minutes)]


SAYINGS = st.one_of(
    st.tuples(st.just(number_prompts), st.integers(0, 12_000)),
    st.tuples(st.just(minutes_prompts), st.integers(0, 12_000)),
    st.tuples(st.just(place_prompts), st.integers(1, 12_000)),
    st.tuples(st.just(wait_prompts), st.integers(1, 12_000)),
)


@given(SAYINGS, st.sampled_from(LANGUAGES))
def test_a_saying_names_prompts_that_the_language_has_and_ends_where_it_should(saying, language):
    say, number = saying
    texts = [BUILT_IN[name][language] for name in say(number, language)]
    assert all(is_piece(text) for text in texts[:-1])
    assert is_piece(texts[-1]) is (say is number_prompts)


@given(st.integers(0, 12_000), st.sampled_from(LANGUAGES), st.sampled_from(Gender))
def test_every_gender_of_every_number_has_its_prompts(number, language, gender):
    assert all(language in BUILT_IN[n] for n in number_prompts(number, language, gender=gender))


@settings(deadline=None)
@given(SAYINGS, st.sampled_from(LANGUAGES))
@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs espeak-ng")
def test_a_saying_can_be_spoken(saying, language):
    say, number = saying
    maker = SpeechMaker(Law.MULAW, default_cache())
    for name in say(number, language):
        sound = g711_decode(maker.make(BUILT_IN[name][language], language), Law.MULAW)
        assert 0.1 < len(sound) / 8000 < 8
        assert np.abs(sound).max() > 10_000


@pytest.mark.parametrize(
    ("say", "number"),
    [(number_prompts, -1), (minutes_prompts, -1), (place_prompts, 0), (wait_prompts, 0)],
)
def test_what_makes_no_sense_is_refused(say, number):
    with pytest.raises(ValueError, match=str(number)):
        say(number, "en")
