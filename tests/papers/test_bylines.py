from papers.bylines import link_line, link_names
from papers.links import author_link


def test_a_name_leads_to_the_page_of_its_papers() -> None:
    assert author_link("Ada Moor") == "/author/Ada%20Moor/"
    assert link_names(["Ada Moor"]) == '<a href="/author/Ada%20Moor/"><bdi>Ada Moor</bdi></a>'


def test_what_is_no_name_is_not_linked_and_escaped() -> None:
    assert author_link("../..") == author_link("--") == author_link("A" * 201) == ""
    assert link_names(["<1/2>"]) == "&lt;1/2&gt;"


def test_names_beyond_the_first_fifty_are_text_and_folded_away() -> None:
    shown = link_names(["Ada Moor"] * 1060)
    assert shown.count("<a ") == 50
    assert "<summary>and 1,010 more authors</summary>Ada Moor, Ada Moor" in shown
    assert "<details" not in link_names(["Ada Moor"] * 50)


def test_the_last_author_of_a_card_is_linked_behind_the_dots() -> None:
    line = link_line("Ada Moor, Bo Sol, Cy Pine, … Zoe Oak")
    assert '… <a href="/author/Zoe%20Oak/">' in line


def test_a_suffix_belongs_to_the_name_before_it() -> None:
    assert 'href="/author/Ada%20Moor%2C%20Jr./"' in link_line("Ada Moor, Jr., Bo Sol")


def test_a_name_that_was_cut_off_is_not_linked() -> None:
    assert link_line("Ada Moor, Bo…").endswith(", Bo…")
