import gzip
import json
import os
import time
from pathlib import Path

import pytest
from django.conf import settings

from papers.feeds.links import Links, find_links

OWL = "https://github.com/ada-moor/owl"


@pytest.mark.parametrize(
    "text",
    [
        "Our code is available at https://github.com/ada-moor/owl.",
        "Code: github.com/ada-moor/owl",
        "Code (www.github.com/ada-moor/owl).",
        r"Code at \url{https://github.com/ada-moor/owl}.",
        r"\href{https://github.com/ada-moor/owl}{our code}",
        r"\href{https://github.com/ada-moor/owl}{https://github.com/ada-moor/owl}.",
        r"\texttt{https://github.com/ada-moor/owl}",
        "[code](https://github.com/ada-moor/owl)",
        "see <https://github.com/ada-moor/owl>, please",
        "https://github.com/ada-moor/owl.git",
        "https://github.com/ada-moor/owl/tree/main/src",
        "https://github.com/ada-moor/owl/blob/main/README.md#use",
        "https://github.com/ada-moor/owl/issues/3",
        "https://github.com/ada-moor/owl?tab=readme",
        "https://raw.githubusercontent.com/ada-moor/owl/main/x.csv",
        "available at https://github.com/ada-moor/owl.The data are too.",
        "at https: //github.com/ada-moor/owl",
        "“https://github.com/ada-moor/owl”",
        "HTTPS://GitHub.com/ada-moor/owl/",
    ],
)
def test_repository_is_found_however_it_is_written(text: str) -> None:
    assert find_links(text).code_url == OWL


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://gitlab.com/lab/group/owl/-/tree/main", "https://gitlab.com/lab/group/owl"),
        ("https://gitlab.example.edu/lab/owl.", "https://gitlab.example.edu/lab/owl"),
        ("https://codeberg.org/ada/owl.", "https://codeberg.org/ada/owl"),
        ("https://bitbucket.org/ada/owl/src", "https://bitbucket.org/ada/owl"),
        ("https://huggingface.co/ada/owl-7b", "https://huggingface.co/ada/owl-7b"),
        ("https://hf.co/datasets/ada/owls/x", "https://huggingface.co/datasets/ada/owls"),
        ("anonymous.4open.science/r/Owl-12AB/.", "https://anonymous.4open.science/r/Owl-12AB"),
        (r"https://github.com/ada/my\_owl", "https://github.com/ada/my_owl"),
        ("https://github.com/ada/ada.github.io", "https://github.com/ada/ada.github.io"),
        ("https://github.com/ada/owl.js.", "https://github.com/ada/owl.js"),
        ("a study using images, at github.com/ada/owl", "https://github.com/ada/owl"),
    ],
)
def test_repository_of_each_host_is_reduced_to_itself(text: str, code: str) -> None:
    assert find_links(text).code_url == code


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/ada-moor",
        "https://github.com/ada-moor/",
        "https://github.com/ada- moor/owl",
        "https://github.com/ada-moor/night- owl",
        "https://github.com/ada-moor/ owl",
        "https://github.com/topics/owls",
        "https://github.com/orgs/ada-moor",
        "https://gist.github.com/ada-moor/0123abcd",
        "https://huggingface.co/papers/2603.00141",
        "https://huggingface.co/spaces/ada/owl",
        "https://huggingface.co/ada",
        "https://notgithub.com/ada-moor/owl",
        "https://github.com.example.org/ada-moor/owl",
        "ada@github.com/ada-moor/owl",
        "We use https://github.com/big/framework",
        "built upon the framework (https://github.com/big/framework)",
        "",
    ],
)
def test_what_is_no_repository_of_the_paper_is_left_out(text: str) -> None:
    assert find_links(text).code_url == ""


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (["https://github.com/a/first and https://github.com/b/second"], "a/first"),
        (["12 pages, https://github.com/a/first", "see https://github.com/b/second"], "a/first"),
        (
            ["Of owls and their many nests, seen as in https://github.com/big/nests, which hold"
             " eggs. " + "Owls. " * 20 + "Our code is available: https://github.com/ada/owl"],
            "ada/owl",
        ),
        (["Data: https://huggingface.co/datasets/a/b. Code: https://github.com/ada/owl"],
         "ada/owl"),
        (["We use https://github.com/big/framework. Code: https://github.com/ada/owl"], "ada/owl"),
        (["Code based on Nests is available at https://github.com/ada/owl"], "ada/owl"),
    ],
)  # fmt: skip
def test_address_beside_the_word_code_wins_then_the_first(texts: list[str], code: str) -> None:
    assert find_links(*texts).code_url == f"https://github.com/{code}"


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Project page: https://ada-moor.github.io/owl/", "https://ada-moor.github.io/owl/"),
        ("See ada-moor.github.io/owl.", "https://ada-moor.github.io/owl"),
        ("(https://owl-net.github.io).", "https://owl-net.github.io"),
        ("Our website is https://owls.example.org/net.", "https://owls.example.org/net"),
        ("Project page: https://example.edu/$\\sim$ada/owl", "https://example.edu/~ada/owl"),
        (r"project page \url{https://example.edu/\~{}ada/}", "https://example.edu/~ada/"),
        ("https://sites.google.com/view/owl", "https://sites.google.com/view/owl"),
        ("project page (https://example.org/a_(b))", "https://example.org/a_(b)"),
    ],
)
def test_project_page_is_found(text: str, page: str) -> None:
    assert find_links(text) == Links(project_url=page)


@pytest.mark.parametrize(
    "text",
    [
        "See https://example.org/owl.",
        "Project page: https://doi.org/10.1234/owl",
        "website: https://www.youtube.com/watch?v=owl",
        "https://ada-moor.github.io/night- owl",
        "Project page at owls.example.org",
        "github.io",
    ],
)
def test_other_addresses_are_no_project_page(text: str) -> None:
    assert find_links(text).project_url == ""


def test_code_and_page_are_told_apart() -> None:
    text = "Project page: https://owl.github.io/net; code: https://github.com/ada-moor/owl."
    assert find_links(text) == Links(OWL, "https://owl.github.io/net")


@pytest.mark.parametrize(
    "text",
    ["a" * 100_000, "a." * 50_000, "https://" * 12_000, "github.com/" * 9_000, "/" * 100_000,
     "https://gitlab.com" + "/a" * 50_000, "\\url{" * 20_000, "we use " * 14_000 + "a.io/b",
     "https://a.io/" + ")" * 100_000, "a-" * 50_000 + "/",
     "https://a.github.io/" + ")" * 300_000, "https://a.github.io/" + ")." * 150_000],
)  # fmt: skip
def test_odd_text_takes_bounded_time(text: str) -> None:
    began = time.thread_time()  # of the CPU: a machine under load makes it wait
    find_links(text)
    assert time.thread_time() - began < 2.0


@pytest.mark.slow
def test_many_real_papers_have_links() -> None:
    default = settings.BASE_DIR.parent / "shared" / "data"
    path = Path(os.environ.get("BROADSHEET_SHARED_DATA", default)) / "papers.jsonl.gz"
    if not path.exists():
        pytest.skip(f"no papers at {path}")
    with gzip.open(path, "rt") as lines:
        papers = [json.loads(line) for number, line in enumerate(lines) if number % 20 == 0]
    found = [find_links(paper["comment"] or "", paper["abstract"] or "") for paper in papers]
    assert sum(bool(one.code_url) for one in found) > len(papers) // 10
    assert all("//" in one.code_url and " " not in one.code_url for one in found if one.code_url)
