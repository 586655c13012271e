import pytest
from pytest_django import Settings

from accounts import topics
from accounts.follows import CannotFollow
from accounts.models import Follow
from accounts.topics import Kind, Topic, TopicGone
from readinglists import sharing
from readinglists.models import ListFollow
from tests.factories import make_follow, make_reading_list, make_user


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("cat:cs.CL", Kind.CATEGORY, "cs.CL"),
        ("cat:cs.*", Kind.SEARCH, "cat:cs.*"),
        ("cat:cs.CL owl", Kind.SEARCH, "cat:cs.CL owl"),
        ("-cat:cs.CL", Kind.SEARCH, "-cat:cs.CL"),
        ("  kestrel   owl ", Kind.SEARCH, "kestrel owl"),
    ],
)
def test_a_category_alone_is_told_from_a_search(text: str, kind: Kind, name: str) -> None:
    topic = topics.of_query(text)
    assert (topic.kind, topic.name) == (kind, name)


@pytest.mark.parametrize("text", ["", "   ", '"', "\0", "owl " * 400])
def test_what_cannot_be_followed_is_refused_in_words(text: str) -> None:
    with pytest.raises(CannotFollow, match=r"[a-z]{4} .*\."):
        topics.asked_for(query=text, key=None)


@pytest.mark.parametrize("text", ["", "   ", '"', "owl " * 400])
def test_the_box_of_a_page_that_cannot_be_followed_is_for_the_digest(text: str) -> None:
    assert topics.of_page(query=text) == Topic()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x", "A" * 43, "\0", "é"])
def test_an_unknown_key_is_refused_in_words(key: str) -> None:
    with pytest.raises(TopicGone, match="withdrawn"):
        topics.asked_for(query=None, key=key)


@pytest.mark.django_db
def test_a_key_stands_for_its_list() -> None:
    link = sharing.make_link(make_reading_list(title="Decoders"))
    topic = topics.asked_for(query=None, key=sharing.key_of(link))
    assert (topic.kind, topic.name, topic.link) == (Kind.LIST, "Decoders", link)
    assert topics.again(query="", link_id=link.pk, generation=1).name == "Decoders"


@pytest.mark.django_db
def test_a_renewed_link_is_not_the_one_that_was_asked_for() -> None:
    reading_list = make_reading_list()
    link = sharing.make_link(reading_list)
    sharing.revoke_links(reading_list)
    sharing.make_link(reading_list)
    with pytest.raises(TopicGone):
        topics.again(query="", link_id=link.pk, generation=1)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Win now: https://evil.example/x", "Win now: …"),
        ("see evil.example today", "see … today"),
        ("write to me@evil", "write to …"),
        ("owl\r\nBcc: x", "owl Bcc: x"),
        ("cat:cs.CL kestrel (cat:cond-mat.mes-hall)", "cat:cs.CL kestrel (cat:cond-mat.mes-hall)"),
        ("math.AG", "math.AG"),
        ("cs.com", "…"),
        ("word " * 40, "word " * 15 + "word…"),
    ],
)
def test_a_mail_shows_no_address_that_a_stranger_chose(name: str, shown: str) -> None:
    assert Topic(Kind.LIST, name).mail_name == shown


@pytest.mark.django_db
def test_following_a_search_makes_the_follow_of_the_pages_own_button() -> None:
    reader = make_user()
    assert topics.follow(reader, topics.of_query("kestrel owl")) is True
    assert topics.follow(reader, topics.of_query("owl kestrel")) is False
    by_button = make_follow(user=make_user(), query="kestrel owl")
    made = Follow.objects.get(user=reader)
    assert (made.name, made.query_hash) == (by_button.name, by_button.query_hash)


@pytest.mark.django_db
def test_the_digest_needs_no_follow() -> None:
    assert topics.follow(make_user(), Topic()) is False
    assert not Follow.objects.exists()


@pytest.mark.django_db
def test_following_a_list_goes_by_its_link() -> None:
    link = sharing.make_link(make_reading_list())
    topic, reader = topics.again(query="", link_id=link.pk, generation=1), make_user()
    assert topics.follow(reader, topic) is True
    assert topics.follow(reader, topic) is False
    assert ListFollow.objects.get().share_link == link


@pytest.mark.django_db
def test_a_link_withdrawn_at_the_last_moment_is_gone() -> None:
    link = sharing.make_link(make_reading_list())
    topic = topics.again(query="", link_id=link.pk, generation=1)
    sharing.revoke_links(link.reading_list)
    with pytest.raises(TopicGone, match="withdrawn"):
        topics.follow(make_user(), topic)


@pytest.mark.django_db
def test_limits_are_kept_in_words(settings: Settings) -> None:
    settings.FOLLOWS_PER_READER = 0
    link = sharing.make_link(make_reading_list())
    for topic in (topics.of_query("owl"), topics.again(query="", link_id=link.pk, generation=1)):
        with pytest.raises(CannotFollow, match="which is the most"):
            topics.follow(make_user(), topic)
