import pytest

from papers.feeds.records import ParseError
from readinglists.imports import zotero_rdf

RDF = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:dcterms="http://purl.org/dc/terms/" xmlns:bib="http://purl.org/net/biblio#"
 xmlns:foaf="http://xmlns.com/foaf/0.1/">
  <bib:Article rdf:about="#item_1">
    <z:itemType>journalArticle</z:itemType>
    <dcterms:isPartOf rdf:resource="urn:issn:1"/>
    <bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Moor</foaf:surname>
      <foaf:givenName>Ada</foaf:givenName></foaf:Person></rdf:li></rdf:Seq></bib:authors>
    <dcterms:isReferencedBy rdf:resource="#item_9"/>
    <dc:subject>kestrels</dc:subject>
    <dc:subject><z:AutomaticTag><rdf:value>Computer Science</rdf:value></z:AutomaticTag></dc:subject>
    <dc:title>A title</dc:title>
    <dc:date>March 2024</dc:date>
  </bib:Article>
  <bib:Journal rdf:about="urn:issn:1"><dc:identifier>DOI 10.1234/abc</dc:identifier></bib:Journal>
  <z:Attachment rdf:about="#item_3"><z:itemType>attachment</z:itemType></z:Attachment>
  <bib:Memo rdf:about="#item_9"><rdf:value>&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;</rdf:value></bib:Memo>
  <rdf:Description rdf:about="https://arxiv.org/abs/1707.06347">
    <z:itemType>preprint</z:itemType><dc:title>PPO</dc:title>
  </rdf:Description>
  <bib:Article rdf:about="#item_4"><z:itemType>preprint</z:itemType>
    <dc:identifier><dcterms:URI><rdf:value>http://arxiv.org/abs/2401.00001</rdf:value></dcterms:URI></dc:identifier>
    <dc:description>arXiv:2401.00001 [cs]</dc:description></bib:Article>
  <z:Collection rdf:about="#c1"><dc:title>ML</dc:title><dcterms:hasPart rdf:resource="#c2"/></z:Collection>
  <z:Collection rdf:about="#c2"><dc:title>RL</dc:title><dcterms:hasPart rdf:resource="#item_1"/></z:Collection>
</rdf:RDF>"""  # noqa: E501


def test_items_are_read_with_notes_tags_and_collections() -> None:
    first, second, third = zotero_rdf.read(RDF.encode()).records
    assert first.names == (("doi", "10.1234/abc"),)
    assert first.authors == ("Ada Moor",)
    assert (first.title, first.year, first.tags) == ("A title", 2024, ("kestrels",))
    assert first.note == "one\ntwo"
    assert first.section == "ML / RL"
    assert second.names == (("arxiv", "1707.06347"),)
    assert second.section == ""
    assert third.names == (("arxiv", "2401.00001"),)


def test_other_encodings_are_read_as_they_declare() -> None:
    body = RDF.replace("UTF-8", "ISO-8859-1").replace("Ada", "Åda").encode("latin-1")
    assert zotero_rdf.read(body).records[0].authors == ("Åda Moor",)


def test_a_file_that_breaks_off_is_refused_in_words() -> None:
    with pytest.raises(ParseError, match="breaks off or is not whole"):
        zotero_rdf.read(RDF[:-50].encode())
