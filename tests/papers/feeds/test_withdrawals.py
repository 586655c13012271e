import pytest

from papers.feeds.withdrawals import says_withdrawn


@pytest.mark.parametrize(
    ("comment", "abstract"),
    [
        ("This paper has been withdrawn by the authors due to an error in Lemma 2", "We count."),
        ("12 pages. This article has been temporarily withdrawn", "We count."),
        ("[Withdrawn]", "We count."),
        ("withdrawn: Theorem 3 is wrong", ""),
        ("Paper withdrawn", ""),
        ("This submission was withdrawn from arXiv by its author", ""),
        ("This version withdrawn by arXiv administrators", ""),
        ("", "This submission has been withdrawn by arXiv administrators because it is a copy."),
        ("", "  This paper is withdrawn."),
    ],
)
def test_a_withdrawn_paper_is_told_by_its_words(comment: str, abstract: str) -> None:
    assert says_withdrawn(comment, abstract)


@pytest.mark.parametrize(
    ("comment", "abstract"),
    [
        ("", ""),
        ("10 pages", "Withdrawn drugs are studied. This paper has been long in the making."),
        ("Supersedes arXiv:2603.00001, which has been withdrawn", ""),
        ("This paper was withdrawn from the Conference on Mills", ""),
        ("The withdrawn draft is mended here", "The paper withdrawn last year is discussed."),
    ],
)
def test_words_about_something_else_withdraw_nothing(comment: str, abstract: str) -> None:
    assert not says_withdrawn(comment, abstract)
