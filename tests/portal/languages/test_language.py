from __future__ import annotations

import json
from gettext import NullTranslations

import pytest
from babel import Locale
from markupsafe import escape

from portal import language
from portal.history.presentation import clock, day, file_size, genre_in_sentence, percent
from portal.jobs.refusals import REFUSALS
from portal.language import _, lazy, locale, ngettext, speaking, translated
from tests.support.german import GERMAN, Spoken


def test_english_is_spoken_where_nobody_chose_another_language():
    assert _("Log in") == "Log in"
    assert locale().language == "en"


def test_values_take_their_places():
    assert _("Wait %(minutes)s minutes.", minutes=3) == "Wait 3 minutes."
    assert _("90%% of %(all)s", all=5) == "90% of 5"


def test_without_values_a_percent_sign_is_itself():
    assert _("100 % sure") == "100 % sure"


@pytest.mark.parametrize(("number", "said"), [(0, "0 songs"), (1, "1 song"), (2, "2 songs")])
def test_a_number_takes_its_form(number, said):
    assert ngettext("%(num)d song", "%(num)d songs", number) == said


def test_another_language_is_spoken_inside_the_block_only():
    with speaking(Spoken({"Log in": "Anmelden"}), GERMAN):
        assert _("Log in") == "Anmelden"
        assert language.tag() == "de"
    assert _("Log in") == "Log in"


def test_the_empty_sentence_is_empty_in_every_language():
    with speaking(Spoken({"": "Language: de"}), GERMAN):
        assert (_(""), translated(None)) == ("", "")


def test_a_lazy_sentence_is_said_in_the_language_of_the_moment_it_is_shown():
    label = lazy("Log in")
    assert (str(label), f"{label}", label + "!", "Log" in label) == ("Log in", "Log in", "Log in!", True)
    with speaking(Spoken({"Log in": "<Anmelden>"}), GERMAN):
        assert label == "<Anmelden>"
        assert escape(label) == "&lt;Anmelden&gt;"


def test_a_lazy_sentence_takes_values_early_or_late():
    assert str(lazy("At least %(least)s", least=3)) == lazy("At least %(least)s") % {"least": 3} == "At least 3"


def test_lazy_sentences_can_be_sent_as_json(app):
    assert json.loads(app.json.dumps({"message": lazy("Log in")})) == {"message": "Log in"}


def test_a_kept_sentence_is_said_in_the_language_of_the_reader_whatever_number_is_in_it():
    known = {"The song is silent.": "Stille.", "Longer than %(number)s seconds.": "Länger als %(number)s Sekunden."}
    with speaking(Spoken(known), GERMAN):
        assert translated("The song is silent.") == "Stille."
        assert translated("Longer than 2.5 seconds.") == "Länger als 2.5 Sekunden."
        assert translated("Nobody knows 3 of these.") == "Nobody knows 3 of these."


def test_figures_are_written_as_the_language_writes_them(session, alice, make_song):
    moment = make_song(alice).created_at.replace(year=2026, month=11, day=7)
    assert (percent(0.873), file_size(1_500_000), day(moment)) == ("87\xa0%", "1.4\xa0MB", "7 Nov 2026")
    with speaking(NullTranslations(), GERMAN):
        assert (percent(0.873), file_size(1_500_000), day(moment)) == ("87\xa0%", "1,4\xa0MB", "7. Nov. 2026")
        assert clock(187) == "3:07"
    with speaking(NullTranslations(), Locale("tr")):
        assert percent(0.873) == "%87"


def test_genres_have_names_of_their_own_in_a_sentence():
    assert genre_in_sentence("hiphop") == "hip-hop"
    with speaking(Spoken({"classical": "Klassik"}), GERMAN):
        assert genre_in_sentence("classical") == "Klassik"


def test_whatever_the_classifier_refuses_a_file_for_is_known_to_translators():
    """A refusal that was reworded there would be told in English to everybody."""
    from classifier import errors
    from classifier.decode import MAX_CHANNELS, NOT_AUDIO, SAMPLE_RATE_RANGE

    said = {
        str(errors.UnreadableAudio()),
        str(errors.Silent()),
        *(str(errors.UnreadableAudio(d)) for *_, d in NOT_AUDIO),
    }
    said |= {str(errors.TooLarge(200 * 2**20)), str(errors.TooShort(2.0)), str(errors.TooLong(1800.0))}
    said |= {f"The song has 9 channels; we read up to {MAX_CHANNELS}."}
    said |= {"The song has {} samples a second; we read {} to {}.".format(7, *SAMPLE_RATE_RANGE)}
    with speaking(Spoken({sentence: f"+{sentence}" for sentence in REFUSALS}), GERMAN):
        assert [sentence for sentence in said if not translated(sentence).startswith("+")] == []
