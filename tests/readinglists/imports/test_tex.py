import pytest

from readinglists.imports.tex import plain


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"G{\"o}del and Erd\H{o}s, {\L}ukasz, Fran\c{c}ois, \'{\i}",
         "Gödel and Erdős, Łukasz, François, í"),
        (r"\textbackslash{}input\textbraceleft{}x\textbraceright{}", r"\input{x}"),
        (r"50\% of \$5 \& \#1 a\_b", "50% of $5 & #1 a_b"),
        (r"\textasciitilde{}\textasciicircum{}\textless{}\textbar{}\textgreater{}", "~^<|>"),
        ("-{}-{}- and `{}` and '{}'", "--- and `` and ''"),
        (r"{{GPT}-4} in $x_{2}^{3}$", "GPT-4 in $x_{2}^{3}$"),
        (r"\emph{very} \textbf{bold}~x \url{https://a.b/c_d}", "very bold x https://a.b/c_d"),
        (r"a \unknown{b}", r"a \unknownb"),
        ("{", ""),
        ("\\", "\\"),
    ],
)  # fmt: skip
def test_tex_reads_as_text(tex: str, text: str) -> None:
    assert plain(tex) == text
