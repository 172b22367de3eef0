"""What comes from outside stays text where it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from postloan.text.shown_text import (
    LONGEST_VALUE,
    as_it_was,
    in_markdown,
    made_visible,
    on_one_line,
)

NASTY = (
    "L7 | 0.01 |",
    "L7\\| 0.01",
    "L7\n| L8 | 1.00 |",
    "L7\r\n\r\n# Approved",
    "L7\u2028| L8 |",
    "`code` ``",
    "[here](https://elsewhere.example)",
    "![x](//elsewhere.example/x.png)",
    "https://elsewhere.example/a",
    "www.elsewhere.example",
    "WWW.elsewhere.example",
    "a@elsewhere.example",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt;&#124;",
    "**bold** __bold__ ~~gone~~ *x* _x_",
    "{{ ti.xcom_pull('x') }}{% raw %}",
    "L7\u202e00.001",
    "\u2066L7\u2069\u200b\ufeff",
    "L7\u05d0 0.01",
    "\x1b[31mred\x07\x00",
    "$$x$$ :smile: ^x^ ==x==",
    "\\",
)


@pytest.mark.parametrize("nasty", NASTY)
def test_a_value_never_leaves_its_cell_of_a_table(nasty: str) -> None:
    page = MarkdownIt("gfm-like")
    text = f"| Loan | Claim |\n|---|---|\n| {in_markdown(nasty)} | 300.00 |\n"
    tokens = page.parse(text)
    assert sum(t.type == "td_open" for t in tokens) == 2
    assert sum(t.type == "tr_open" for t in tokens) == 2
    cells = [t for t in tokens if t.type == "inline"][2:]
    kinds = {child.type for cell in cells for child in cell.children or ()}
    assert kinds <= {"text", "text_special"}
    assert cells[1].content == "300.00"
    assert "{" not in in_markdown(nasty)
    assert in_markdown(nasty).isprintable()


@pytest.mark.parametrize("plain", ["L00001", "借字2026-0012号", "HT/2026.07:1", "300.00 CNY"])
def test_what_banks_write_is_shown_as_it_is(plain: str) -> None:
    assert in_markdown(plain) == plain


def test_a_long_value_is_cut_and_nothing_is_shown_as_nothing() -> None:
    assert len(in_markdown("x" * 5000)) == LONGEST_VALUE
    assert in_markdown(None) == ""


def test_a_terminal_gets_one_line_without_commands() -> None:
    assert on_one_line("a\n\x1b[2J\u202eb") == "a⟨U+000A⟩⟨U+001B⟩[2J⟨U+202E⟩b"


@given(st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("⟨⟩U+01BF\x1b\u202e'="))))
def test_what_is_made_visible_comes_back_as_it_was(text: str) -> None:
    visible = made_visible(text)
    assert as_it_was(visible) == text
    assert not set(visible) & set("\x00\x07\x08\r\x1b\x7f\x9b\u200b\u202e\u2066\ufeff\u2028")
