"""The languages of the pages: finding the reader's, and letting them choose another.

What belongs here: binding the feature to the app, and which language an answer is in. Not here: the sentences and how
they are looked up (``portal.language``), or gathering them for translators (``catalogues``).
"""

from __future__ import annotations

from typing import cast

from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from flask_babel import Babel, get_locale, get_translations
from flask_login import current_user

from portal import language
from portal.languages.service import SOURCE
from portal.languages.views import COOKIE, blueprint
from portal.languages.words import names, words_of
from portal.web import services

READABLE = ("text/html", "application/json")
"""Answers with sentences in them."""


def init_app(app: Flask) -> None:
    """Register the page, and let every request be answered in the reader's language.

    To be called before other extensions are bound, so that what they refuse is said in that language too.
    """
    Babel(app, configure_jinja=False, locale_selector=wanted)
    app.before_request(_speak)
    app.after_request(_name_the_language)
    app.teardown_request(_fall_silent)
    app.register_blueprint(blueprint)
    _teach_templates(app)
    cast("DefaultJSONProvider", app.json).default = _json_default


def wanted() -> str:
    """Return what the reader chose, or their browser asks for, among the languages we know."""
    known = services().languages.known
    chosen = getattr(current_user, "language", None)
    for language_chosen in (chosen, request.cookies.get(COOKIE)):
        if language_chosen in known:
            return cast("str", language_chosen)
    return request.accept_languages.best_match(known, default=SOURCE) or SOURCE


def _speak() -> None:
    # Files are in no language; asking who is logged in would cost each of them a query.
    if request.endpoint != "static":
        language.speak(get_translations(), get_locale() or language.ENGLISH.locale)


def _fall_silent(_error: BaseException | None) -> None:
    language.speak()


def _name_the_language(response: Response) -> Response:
    if response.mimetype in READABLE:
        response.headers.setdefault("Content-Language", language.tag())
        response.vary.update(("Accept-Language", "Cookie"))
    return response


def _teach_templates(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True  # how a sentence is broken into lines is not part of it
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=language.lookup, ngettext=language.nlookup, newstyle=True
    )
    app.jinja_env.globals.update(
        page_language=language.tag,
        page_direction=lambda: language.locale().text_direction,
        page_words=lambda: words_of(str(language.locale())),
        page_languages=lambda: names(services().languages.known),
    )
    app.add_template_filter(language.translated, "translated")


def _json_default(value: object) -> object:
    return str(value) if isinstance(value, language.Lazy) else DefaultJSONProvider.default(value)
