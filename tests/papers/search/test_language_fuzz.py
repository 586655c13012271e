"""Any text is a search: 2,000 cases in all, or as many as BROADSHEET_FUZZ says."""

import os
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from papers.search.language import parse
from papers.search.split import normal_form, split
from papers.search.tree import And

TODAY = date(2026, 3, 10)
CLAIMS = 5
CASES = int(os.environ.get("BROADSHEET_FUZZ", "2000")) // CLAIMS
TYPED = """
a B foo bar* *x OR AND NOT - -- + ( ) " “ ti: TI:x au:( cat:cs.LG cat:cs cat:nope date:2026
date:2026-03.. date:>=2026-13 date:last7d date:today votes:>10 votes:<0 votes:9..2 in:x in:"a)b!"
is:saved is:foo id:2401.12345v2 doi:10.1/a)b doi:"10.1234/a)b" foo:bar http://x.y/z sort:new sort:x
has:code source:hf a|b a|( )|a |+b "| ti:A|-b* cat:cs,hep-th,x is:new|saved "One" İ ti:"a votes:≥1
a|+b x:"y" | || f(x) : * é ß Σ a*b x:y* -foo:bar ti:-foo ti:*a* _ OR:x ti:> < AND:NOT
date: votes:5 .. 2027 ..2027 2026-03.. … …7 date:..
"""
ODD = ["\u0338", "\x00", "\ud800", "\uff1a", "\uff08", "\u202e", "\u00ad", "\uff5c", "🙂"]
PIECES = st.tuples(st.sampled_from([*TYPED.split(), *ODD]), st.sampled_from([" ", "", "  "]))
TEXTS = st.text(max_size=200) | st.lists(PIECES.map("".join), max_size=30).map("".join)
fuzzed = settings(
    max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


@fuzzed
@given(TEXTS)
def test_any_text_is_a_search_and_what_is_printed_means_the_same(text: str) -> None:
    query = parse(text, today=TODAY)
    again = parse(str(query), today=TODAY)
    assert (again.tree, again.sort) == (query.tree, query.sort)


@fuzzed
@given(TEXTS)
def test_notes_point_into_the_text(text: str) -> None:
    assert all(0 <= note.start < note.end <= len(text) for note in parse(text).notes)


@fuzzed
@given(TEXTS)
def test_nothing_with_letters_is_dropped_in_silence(text: str) -> None:
    query = parse(text)
    assert not query.is_empty or query.notes or query.sort or not any(map(str.isalnum, text))


@fuzzed
@given(TEXTS)
def test_a_normal_form_is_a_search_of_the_same_normal_form(text: str) -> None:
    tree = parse(text, today=TODAY).tree
    form = normal_form(tree)
    assert len(form) <= len(str(tree))
    assert normal_form(parse(form, today=TODAY).tree) == form


@fuzzed
@given(TEXTS)
def test_a_query_taken_apart_has_all_its_parts(text: str) -> None:
    tree = parse(text, today=TODAY).tree
    apart = split(tree)
    lasting = (apart.lasting,) if apart.lasting else ()
    assert normal_form(And((*lasting, *apart.changing))) == normal_form(tree)
