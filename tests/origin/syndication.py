"""Invented feeds as journals, preprint servers and blogs write them, for a chosen day."""

from datetime import date, datetime, timedelta
from email.utils import format_datetime

from tests.origin.replies import ATOM, RSS, Reply, attribute, escape

_NAMES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"'
)


def answer_feed(name: str, day: date, url: str) -> Reply:
    """The feed `name`: journal (RDF), preprints (RSS) or blog (Atom), one new paper each day."""
    days = [day - timedelta(days=back) for back in range(3)]
    match name:
        case "journal":
            items = "".join(_article(each, url) for each in days)
            body = f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" {_NAMES} '
            body += 'xmlns="http://purl.org/rss/1.0/"><channel><title>Mills &amp;amp; Weirs</title>'
            return _reply(RSS, f"{body}</channel>{items}</rdf:RDF>")
        case "preprints":
            items = "".join(_preprint(each, url) for each in days)
            body = f'<rss version="2.0" {_NAMES}><channel><title>Preprints of mills</title>'
            return _reply(RSS, f"{body}{items}</channel></rss>")
        case "blog":
            items = "".join(_post(each, url) for each in days)
            body = '<feed xmlns="http://www.w3.org/2005/Atom"><title>A miller writes</title>'
            return _reply(ATOM, f"{body}<id>{escape(url)}/blog</id>{items}</feed>")
        case _:
            page = "<!doctype html><html><head><link rel='alternate' type='application/atom+xml' "
            return Reply(200, "text/html", f"{page}href='/feeds/blog.xml'></head></html>".encode())


def _reply(content_type: str, text: str) -> Reply:
    return Reply(200, content_type, f'<?xml version="1.0" encoding="utf-8"?>{text}'.encode())


def _article(day: date, url: str) -> str:
    link = f"{url}/doi/full/10.1000/jww.{day:%y%m%d}"
    return (
        f"<item><title>Weirs on {day}</title><link>{escape(link)}?af=R</link>"
        f"<dc:identifier>doi:10.1000/jww.{day:%y%m%d}</dc:identifier>"
        f"<dc:creator>Ada Example</dc:creator><dc:creator>Sample, Bo</dc:creator>"
        f"<dc:date>{day}</dc:date><description>&lt;p&gt;Weirs hold.&lt;/p&gt;</description></item>"
    )


def _preprint(day: date, url: str) -> str:
    doi = f"10.1101/{day:%Y.%m.%d}.000001"
    return (
        f"<item><title>Mills on {day}</title><link>{escape(url)}/content/{doi}v1?rss=1</link>"
        f"<dc:creator><![CDATA[Example, A., Sample, B.]]></dc:creator><prism:doi>{doi}</prism:doi>"
        f"<pubDate>{_mail_date(day)}</pubDate><description>Mills turn.</description></item>"
    )


def _post(day: date, url: str) -> str:
    link = attribute(f"/posts/{day}")
    return (
        f"<entry><title>A day at the mill, {day}</title><id>{escape(url)}/posts/{day}</id>"
        f"<link href={link}/><author><name>Cy Miller</name></author>"
        f"<updated>{day}T06:00:00Z</updated><summary>It rained.</summary></entry>"
    )


def _mail_date(day: date) -> str:
    return format_datetime(datetime(day.year, day.month, day.day, 5))  # noqa: DTZ001 - "-0000"
