import time

import pytest

from papers.feeds.markup import LONGEST_MARKUP, text_of


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Windmills", "Windmills"),
        ("<p>One.</p><p>Two</p>", "One. Two"),
        ("one<br/>two", "one two"),
        ("H<sub>2</sub>O", "H2O"),
        ("<i>Vibrio</i> &amp; <B>others</B>", "Vibrio & others"),
        ("<a href='/x' title=\"a > b\">here</a>", "here"),
        ("<made-up class='x'>kept</made-up>", "kept"),
        ("seen <!-- <b>not</b> --> again", "seen again"),
        ("<style>p { color: red }</style>seen<script>if (a<b) c()</script>", "seen"),
        ("<![CDATA[<p>wrapped</p>]]>", "wrapped"),
        ("<?xml version='1.0'?><!DOCTYPE html>text", "text"),
        ("don't <b>do</b> it's", "don't do it's"),
    ],
)
def test_text_comes_out_of_its_markup(markup: str, text: str) -> None:
    assert text_of(markup) == text


@pytest.mark.parametrize(
    "text", ["p < 0.05", "p<0.05", "for a<b and c>d", "Vec<T> is fast", "AT&T", "x <- y", "$a<b$"]
)
def test_a_sign_that_is_no_tag_stays(text: str) -> None:
    assert text_of(text) == text


def test_entities_are_decoded_once() -> None:
    assert text_of("a &lt;b&gt; &amp;lt; &#233; &eacute;") == "a <b> &lt; é é"


def test_headings_within_an_abstract_stand_apart_and_its_own_goes() -> None:
    markup = (
        "<jats:title>Abstract</jats:title><jats:sec><jats:title>Background</jats:title>"
        "<jats:p>Mills turn.</jats:p></jats:sec>"
    )
    assert text_of(markup) == "Background: Mills turn."


def test_a_formula_given_twice_comes_as_tex() -> None:
    tex = r"\documentclass[12pt]{minimal}\usepackage{a}\begin{document}$$x^2$$\end{document}"
    markup = (
        f"of <jats:alternatives><jats:tex-math>{tex}</jats:tex-math><mml:math><mml:mi>x</mml:mi>"
        "</mml:math></jats:alternatives> mills"
    )
    assert text_of(markup) == "of $x^2$ mills"


def test_of_mathml_the_letters_stay() -> None:
    annotated = "<math><mi>x</mi><annotation encoding='a/b'>\\x</annotation></math>"
    assert text_of(f"where {annotated} = <mml:math><mml:mn>2</mml:mn></mml:math>") == "where x = 2"


@pytest.mark.parametrize(
    "piece",
    ["<script>", "<!--", '<a b="', "<a ", "<![", "<b x='\"", "<jats:title> ", "<tex-math>\\begin{"],
)
def test_no_markup_takes_long(piece: str) -> None:
    started = time.thread_time()  # of the CPU: a machine under load makes it wait
    text_of("<p>" + piece * (LONGEST_MARKUP // len(piece)))
    assert time.thread_time() - started < 1
