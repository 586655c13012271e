"""Maths and attacks in a paper's text, as a real browser shows them under the site's own policy."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TITLE = r"Near-linear $\mathcal{O}(n \log n)$ bounds for $\ell_2$ and $x^{2}$ Schr\"odinger owls"
ABSTRACT = (
    r"We show that $\|\mathbf{x}\|_2 \leq \sqrt{1 + \frac{a}{b}}$ for \emph{all} owls, at a cost of"
    r" $5 to $10 a night. In $\mathbb{R}^{d+1}$ it holds that \[ \sum_{i=1}^{n} \alpha_i x_i^2 <"
    r" \int_0^\infty \hat{f}(t)\,\mathrm{d}t. \] $\text{<img src=x onerror=alert(1)>}$"
    r" $\href{javascript:alert(1)}{x}$ <script>alert(1)</script> $\style{color:red}{y}$"
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A page, and what the browser said of it: refusals of the policy among that."""

    page: Page
    said: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    """The page of a paper whose title and abstract hold maths and attacks."""
    code = (
        "from papers.models import Paper; paper = Paper.objects.create("
        f"title={TITLE!r}, abstract={ABSTRACT!r}); print(paper.get_absolute_url())"
    )
    address = site.manage("shell", "--no-imports", "-c", code).strip()
    yield address
    code = f"from papers.models import Paper; Paper.objects.filter(title={TITLE!r}).delete()"
    site.manage("shell", "--no-imports", "-c", code)


@pytest.fixture
def opened(browser: Browser, site: Site, address: str) -> Opened:
    opened = Opened(browser.new_page())
    opened.page.on("dialog", lambda dialog: opened.said.append(f"dialog: {dialog.message}"))
    opened.page.on("console", lambda message: opened.said.append(message.text))
    opened.page.goto(f"{site.url}{address}")
    return opened


@pytest.mark.promise(27)
def test_nothing_is_refused_by_the_policy_and_nothing_runs(opened: Opened) -> None:
    abstract = opened.page.locator(".abstract")
    assert abstract.inner_text().count("<script>alert(1)</script>") == 1
    assert abstract.locator("script, img, a, [style], [href]").count() == 0
    assert opened.said == []


def test_maths_is_laid_out(opened: Opened) -> None:
    whole = opened.page.locator(".abstract mfrac").first.bounding_box()
    above, below = opened.page.locator(".abstract mfrac").first.locator("> *").all()
    top, bottom = above.bounding_box(), below.bounding_box()
    assert whole is not None
    assert top is not None
    assert bottom is not None
    assert top["y"] + top["height"] <= bottom["y"] + 1
    assert opened.page.title().startswith(
        "Near-linear O(n log n) bounds for ℓ₂ and x² Schrödinger owls"
    )


def test_money_stays_money(opened: Opened) -> None:
    assert "$5 to $10 a night" in opened.page.locator(".abstract").inner_text()
