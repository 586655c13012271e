import gzip
import json
import os
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

from papers import latex
from papers.latex import LONGEST_KEPT, LONGEST_TEXT, to_html, to_text

MATHML = re.compile(r"<math display=\"(inline|block)\">.*</math>")
OURS = {"em", "strong", "code", "sup", "sub"}
LAYOUT = {
    *("math", "mrow", "mi", "mo", "mn", "mtext", "mfrac", "msqrt", "mroot", "msub", "msup"),
    *("msubsup", "mover", "munder", "munderover", "mtable", "mtr", "mtd", "mspace", "mstyle"),
    *("mpadded", "mphantom", "merror", "none"),
}
ATTACKS = [
    r"$\text{<script>alert(1)</script>}$",
    r"$\href{javascript:alert(1)}{x}$",
    r"$\style{background:url(//a.example)}{x}$",
    r"$\htmlData{onclick=alert(1)}{x}$",
    r"$\class{vote}{x}\cssId{main}{y}$",
    r'$\text{<img src=x onerror="alert(1)">}$',
    r'$\text{<b hx-get="/lists/" hx-trigger="load">x</b>}$',
    r'<b hx-get="/lists/" data-hx-post="/vote/">x</b> $\mbox{<i data-hx-get=/ >}$',
    r"$\unicode{x3c}script\unicode{x3e}$",
    r"$\text{&#x3c;script&#x3e;alert(1)&#x3c;/script&#x3e;}$",
    r'\emph{<svg onload="alert(1)">} ``"><script>\'',
    r"$</math><script>alert(1)</script>$",
    r"$<annotation-xml encoding=text/html><style>*{display:none}</style></annotation-xml>$",
    r"$\color{red}\rule{9999em}{9999em}\hspace{9999em}\raise{900em}{x}$",
    r'$\textcolor{red" onclick="x}{y}$',
    r"$\verb|<iframe src=//a.example>|$",
]


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(attrs)


def elements(html: str) -> _Elements:
    parser = _Elements()
    parser.feed(html)
    return parser


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"Schr\"odinger and Erd\H{o}s", "Schrödinger and Erdős"),
        (r"Gr\"{o}bner, \v{C}ech, \L{}ojasiewicz", "Gröbner, Čech, Łojasiewicz"),
        (r"a \emph{very {\bf bold}} claim", "a very bold claim"),
        (r"the $\alpha$-divergence of $x^2$", "the α-divergence of x²"),
        (r"H$_2$O at $10^{-3}$ and $360^\circ$", "H₂O at 10⁻³ and 360°"),
        (r"$\mathcal{O}(n\log n)$ in $\mathbb{R}^{d+1}$", "O(n log n) in ℝ^(d+1)"),
        (r"$\frac{a+1}{b}$ or $\sqrt{2}$", "(a+1)/b or √2"),
        (r"$\tilde{O}(n)$, $q \notin S$, $p \not\in S$", "Õ(n), q ∉ S, p ∉S"),
        (r"\( x_i \) and \[ y_{ij} \] end", "x_i and y_ij end"),
        (r"pages 3--5 --- see ``here''", "pages 3–5 — see “here”"),
        (r"--verbose --- https://a.example/x--y", "--verbose — https://a.example/x--y"),
        (r"$360${\deg}, \b{eta}-rays, \k{appa}", "360°, β-rays, κ"),
        (r"see \url{https://a.example/~b/c\_d}", "see https://a.example/~b/c_d"),
        (r"code\footnote{At \href{https://a.example}{our page}.} here", "code (At our page.) here"),
        (r"Section~\ref{s1}, as in~\cite{moor}", "Section\u00a0[s1], as in\u00a0[moor]"),
        (r"saves 40\% of \$5 \& more\_", "saves 40% of $5 & more_"),
        (r"five \SI{10}{\percent} of \textcolor{red}{all}", "five 10 % of all"),
    ],
)
def test_text_shows_what_the_author_wrote(tex: str, text: str) -> None:
    assert to_text(tex) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"we propose \ours which wins", r"we propose \ours which wins"),
        (r"we propose \ours{} which wins", r"we propose \ours which wins"),
        (r"a \foo{kept} word", "a kept word"),
        (
            r"95% of papers, 3\% of books % and what follows",
            "95% of papers, 3% of books % and what",
        ),
        (r"one \\ two, C:\\temp, 86\\%", r"one two, C:\\temp, 86%"),
        (r"in \d+ and \quotient", r"in \d+ and \quotient"),
        (r"don\'t say \"never\" of Sim\'c", 'don\'t say "never" of Simć'),
        (r"the set {a, b} is {open", "the set {a, b} is {open"),
        (r"a lone \ and a last \\"[:-1], "a lone  and a last \\"),
    ],
)
def test_text_loses_nothing_but_markup(tex: str, text: str) -> None:
    assert to_text(tex).startswith(text.replace("  ", " "))


@pytest.mark.parametrize(
    "tex",
    [
        "between $5 and $10",
        "from $5 to $10, US$400 in all",
        "costs $4.30 a run and $1,000 a year",
        "($1000/km) and $/query",
        "for 3$ each, and later 5$ each",
        "$1 million and then a long sentence before $2 million",
        "only one $ in it",
        "$$ for one, $$$ for all",
    ],
)
def test_money_is_not_maths(tex: str) -> None:
    assert to_text(tex) == tex
    assert to_html(tex) == tex


@pytest.mark.parametrize(
    ("tex", "formulas"),
    [
        ("costs $5 a run, with $x$ of $10", 1),
        (r"from $5 to $10 with $\alpha=3$", 1),
        (r"$5$ or $10\times 2$", 2),
        (r"$$x$$ and \(y\) and \[z\]", 3),
        (r"\begin{equation*} a = b \end{equation*}", 1),
        ("$ x $, $n$-gram, $O(n)$, $k = 5$", 4),
        (r"lost$ a partner and then goes on with many other words $\pi$ and $x$", 2),
    ],
)
def test_maths_is_found_beside_money(tex: str, formulas: int) -> None:
    assert to_html(tex).count("<math ") == formulas


def test_html_shows_styles_and_escapes_the_rest() -> None:
    html = to_html(r"\emph{a<b} \textbf{R\&D} {\em so} \texttt{x\_y} M\textsuperscript{2}")
    assert html == (
        "<em>a&lt;b</em> <strong>R&amp;D</strong> <em>so</em> <code>x_y</code> M<sup>2</sup>"
    )


def test_html_shows_maths_as_mathml() -> None:
    html = to_html("in $x^2$ steps")
    assert html == (
        'in <math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math> steps'
    )


def test_names_of_functions_stand_apart() -> None:
    thin = 'lspace="0.167em" rspace="0.167em"'
    assert f"<mo {thin}>log</mo>" in to_html(r"$n \log n$")
    assert f"<mo {thin}>log</mo>" in to_html(r"$n \log_2 n$")
    assert '<mo lspace="0.167em" rspace="0em">log</mo>' in to_html(r"$n \log(n)$")


def test_percent_in_maths_begins_no_comment() -> None:
    assert "<mn>95</mn>" in to_html("$95% < x$")
    assert "<mi>x</mi>" in to_html("$95% < x$")


@pytest.mark.parametrize("tex", [r"\left( x", r"x_a_b", r"\newcommand{\a}{b}\a", r"\def\a{b}\a"])
def test_maths_that_cannot_be_converted_is_shown_as_source(tex: str) -> None:
    assert to_html(f"so ${tex}$.") == f"so <code>{tex}</code>."


@pytest.mark.promise(27)
@pytest.mark.promise(28)
@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_comes_out_harmless(attack: str) -> None:
    found = elements(to_html(attack))
    assert found.tags <= OURS | LAYOUT
    for name, value in found.attributes:
        assert not name.startswith(("on", "hx-", "data-"))
        assert name not in ("href", "src", "style", "class", "id", "xmlns", "mathcolor")
        assert "9999" not in (value or "")


@pytest.mark.parametrize(
    "tex",
    [
        "$" * 10_000,
        "{" * 100_000,
        "$" * LONGEST_TEXT,
        "\\" * LONGEST_TEXT,
        r"\text{" * 3000,
        r"\(" * 9000,
        "$" + r"\sqrt" * 390 + "$",
        "$" + "{" * 30 + "x" + "}" * 30 + "$",
        "$" + r"\left(" * 300 + "$",
        r"\begin{equation}" * 1200,
        "$a" * 9_999,
        "``" * 9_999,
        r"\"" * 9_999,
    ],
)
def test_odd_text_takes_bounded_time(tex: str) -> None:
    began = time.thread_time()  # of the CPU: a machine under load makes it wait
    assert to_text(tex)
    assert to_html(tex)
    assert time.thread_time() - began < 2.0


def test_text_nested_too_deeply_is_shown_as_it_came() -> None:
    tex = r"\emph{" * 41 + "<deep>" + "}" * 41
    assert to_text(tex) == tex
    assert to_html(tex).count("emph") == 41
    assert "<deep>" not in to_html(tex)


def test_text_beyond_the_limit_is_shown_as_it_came() -> None:
    tex = r"\emph{<b>} " + "x" * LONGEST_TEXT
    assert to_text(tex) == tex
    assert to_html(tex).startswith(r"\emph{&lt;b&gt;}")


def _shared_data() -> Path:
    default = settings.BASE_DIR.parent / "shared" / "data"
    return Path(os.environ.get("BROADSHEET_SHARED_DATA", default)) / "papers.jsonl.gz"


@pytest.mark.slow
def test_every_real_text_can_be_shown() -> None:
    if not _shared_data().exists():
        pytest.skip(f"no papers at {_shared_data()}")
    with gzip.open(_shared_data(), "rt") as lines:
        papers = [json.loads(line) for number, line in enumerate(lines) if number % 20 == 0]
    texts = [paper[key] for paper in papers for key in ("title", "abstract") if paper[key]]
    with_maths = 0
    for text in texts:
        assert to_text(text).strip()
        html = to_html(text)
        with_maths += MATHML.search(html) is not None
        assert elements(html).tags <= OURS | LAYOUT
    assert with_maths > len(texts) // 100


@pytest.mark.parametrize(("length", "kept"), [(LONGEST_KEPT, 1), (LONGEST_KEPT + 1, 0)])
def test_long_texts_are_not_kept_in_memory(length: int, kept: int) -> None:
    before = latex._kept_html.cache_info().currsize
    to_html(f"$x$ {length}".ljust(length, "a"))
    assert latex._kept_html.cache_info().currsize - before == kept
