from readinglists.imports import bookmarks

FILE = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks</H1>
<DL><p>
    <DT><H3 ADD_DATE="1">Papers &amp; more</H3>
    <DL><p>
        <DT><A HREF="https://arxiv.org/abs/1706.03762" ADD_DATE="1600000000" TAGS="a,b">One</A>
        <DD>read &lt;twice&gt;
        <DT><A HREF="javascript:alert(1)">A tool</A>
        <DT><H3>RL</H3>
        <DL><p>
            <DT><A HREF="https://doi.org/10.1234/AbC">With a DOI</A>
        </DL><p>
    </DL><p>
    <DT><A HREF="https://example.org/blog?a=1&amp;b=2">A blog</A>
    <DT><A HREF="ftp://example.org/x">Elsewhere</A>
</DL>
"""


def test_bookmarks_are_read_with_their_folders() -> None:
    first, second, third = bookmarks.read(FILE).records
    assert first.names == (("arxiv", "1706.03762"),)
    assert (first.title, first.note, first.tags) == ("One", "read <twice>", ("a", "b"))
    assert first.section == "Papers & more"
    assert first.added_at
    assert first.added_at.year == 2020
    assert first.where == "line 8"
    assert second.names == (("doi", "10.1234/abc"),)
    assert second.section == "Papers & more / RL"
    assert third.names == (("url", "https://example.org/blog?a=1&b=2"),)
    assert third.section == ""


def test_what_leads_to_no_page_is_told_but_a_browsers_own_is_not() -> None:
    assert [problem.where for problem in bookmarks.read(FILE).problems] == ["line 17"]
