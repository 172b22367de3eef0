"""Text from outside is told as one short line, and read within bounds."""

import re
import time
import unicodedata
from itertools import pairwise
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from postloan.files.spreadsheet import guarded, unguarded
from postloan.ingestion.reading.names import told_file, told_name, told_unlisted
from postloan.text.json_text import JsonError, json_document
from postloan.text.shown_text import LONGEST, shown, some, without_secrets
from postloan.text.yaml_text import yaml_document, yaml_documents

NASTY = st.text(
    st.one_of(st.characters(), st.sampled_from("\x1b\n\r\t\0\u202e\u2066\ufeff\u200b=＝@+-'\"")),
    max_size=300,
)


@given(NASTY)
def test_whatever_is_shown_is_one_short_printable_line(text: str) -> None:
    assert shown(text).isprintable()
    assert len(shown(text)) < LONGEST + 30
    assert len(some([text] * 20_000)) < 600


def test_a_few_are_told_and_the_others_counted() -> None:
    assert some(["a", "b"]) == "a, b"
    assert some([str(n) for n in range(20_000)]) == "0, 1, 2, 3, 4 and 19,995 more"


@pytest.mark.parametrize(
    "text",
    [
        "connection to postgresql://me:s3cret@host/db failed",
        "sftp://me:s3cret@host: refused",
        "GET /?api_token=s3cret&x=1",
        "host=h password=s3cret\nuser=me",
    ],
)
def test_what_another_program_says_is_told_without_secrets(text: str) -> None:
    assert "s3cret" not in without_secrets(text)
    assert without_secrets(text).isprintable()


def test_file_names_tell_no_person() -> None:
    for plain in ("customer.csv", "repayment_20261119.csv.gz", "loan-2026-11-19_part2.parquet"):
        assert told_unlisted(plain) == told_file(plain) == plain
    for name in ("王小明.csv", "wang_xiaoming.csv", "customer_13800000000.csv", "a\u202ecsv.exe"):
        assert told_unlisted(name) != name
        assert name.rpartition(".")[0] not in told_unlisted(name)
    assert "15400000001" not in told_file("calls_15400000001.csv")


@pytest.mark.parametrize(
    "number",
    [
        *("154-0000-0001", "154.0000.0001", "1540_0000_001", "154 0000 0001", "(154) 0000-0001"),
        *("154_20261120", "+86-154-0000-0001", "154--0000--0001", "1-5-4-0-0-0-0-0-0-0-1"),
        *(
            "110101_19900101_1234",
            "110101199001011234",
            "11010119900101123X",
            "１５４－００００－０００１",
        ),
        *("2026-1120-0001", "021-20156789", "021-20121130", "0755-20121130", "20156789"),
        *("154_000____00_001", "1540" + "_" * 40 + "0000001"),
    ],
)
@pytest.mark.parametrize(
    "around", ["Wang_{}.csv", "customer-2026-11-20-{}.csv", "{}", "c.{}_r1.csv"]
)
def test_no_name_tells_a_number_however_its_digits_are_set_apart(around: str, number: str) -> None:
    name = around.format(number)
    for told in (told_file(name), told_unlisted(name), told_name(name)):
        digits = re.sub(r"\D", "", told.replace("2026-11-20", ""))
        assert len(digits) < 7
        assert number[-4:] not in told
    assert told_name(f"a_{number}".replace("-", "_")).startswith("a name of")


@pytest.mark.parametrize(
    "name",
    [
        *("customer_2026-11-20.csv", "repayment_20261119_001.csv.gz", "loan.001.20261120.csv"),
        *("loan-2026-11-19_r1.csv", "hold_20261119-20261120.csv", "customer.20261120.v2.csv"),
    ],
)
def test_dates_and_counters_of_ordinary_names_stay_readable(name: str) -> None:
    assert told_file(name) == told_unlisted(name) == name
    assert told_file("extract_20261120_083000.csv") == "extract_20261120_083000.csv"


# Formulas -------------------------------------------------------------------------------------


@given(NASTY)
def test_one_guard_goes_on_and_one_comes_off(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert unguarded(guarded(guarded(text))) == guarded(text)


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "  =1", "\u3000=1", "\xa0=1"),
        *("＝1", "＋1", "－1", "＠x", "﹦1", "﹢1", "﹣1", "﹫x", "\N{MINUS SIGN}1"),
        *("\u200b=1", "\ufeff=1", "\u2003 =1", "\x0b=1", "\x85=1"),
        *("'", "'=1", "00123", "1.5", "1e5", "2026-11-19", "123456789012345678"),
    ],
)
def test_what_a_spreadsheet_would_run_or_change_is_guarded(text: str) -> None:
    assert guarded(text).startswith("'")
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("divider", [*";\t\r\n", "\r\n"])
@pytest.mark.parametrize(
    "mark", ["\u200b", "\ufeff", "\u202e", "\x7f", "\x01", " \u2060 ", "\xad\xa0", '\u200b"']
)
@pytest.mark.parametrize("sign", [*"=+-@＝﹢⁼", "\N{MINUS SIGN}"])
def test_no_mark_that_nobody_sees_hides_a_formula(divider: str, mark: str, sign: str) -> None:
    text = f"a{divider}{mark}{sign}1"
    assert guarded(text) == f"a{divider}{mark}'{sign}1"
    assert unguarded(guarded(text)) == text


def test_every_mark_and_every_sign_that_unicode_has_is_known() -> None:
    for character in map(chr, range(0x110000)):
        category = unicodedata.category(character)
        if category in ("Cn", "Co", "Cs", "Lo"):
            continue
        is_unseen = character.isspace() or category in ("Cc", "Cf")
        is_sign = unicodedata.normalize("NFKC", character)[:1] in tuple("=+-@\N{MINUS SIGN}")
        assert (guarded(f"a;{character}x") != f"a;{character}x") == is_sign
        assert guarded(f"{character}x").startswith("'") == (is_sign or character in "\t\r\n'")
        if is_unseen:
            assert guarded(f"a;{character}=1") == f"a;{character}'=1"
            assert guarded(f"{character}=1").startswith("'")


@pytest.mark.parametrize("text", ["a;\u200bb", "张\u200b三; 李\ufeff四", "a\n\u200b1"])
def test_marks_before_what_is_no_formula_stay_alone(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize("text", ["", "15400000001", "0", "abc", "张三", "a=b", "a,b"])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text == unguarded(text)


@pytest.mark.parametrize("part", [*"\t\n;\u200b", ";\t", "'", "\t'", ' "'])
def test_text_is_guarded_in_no_time_however_long_it_is(part: str) -> None:
    text = f"a{part * (300_000 // len(part))}"
    began = time.monotonic()
    for end in ("x", "=1"):
        assert unguarded(guarded(text + end)) == text + end
    assert time.monotonic() - began < 5


def test_an_apostrophe_that_is_no_guard_stays() -> None:
    assert unguarded("'t Hooft") == "'t Hooft"


# Bounds ---------------------------------------------------------------------------------------

LETTERS = "abcdefghij"
LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise(LETTERS)
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(LAUGHS, id="billion laughs"),
        pytest.param("a: &a {b: 1}\nc:\n  <<: *a\n", id="merged alias"),
        pytest.param("a: &a [*a]", id="alias of itself"),
        pytest.param("[" * 100_000, id="deep sequence"),
        pytest.param("{a: " * 50_000, id="deep mapping"),
        pytest.param("- " * 60 + "x", id="deep block"),
        pytest.param("a: 1\nb: 2\na: 3\n", id="key twice"),
        pytest.param("a: " + "x" * (5 << 20), id="long"),
        pytest.param("!!python/object/apply:os.getcwd []", id="object"),
    ],
)
def test_yaml_that_nobody_writes_is_refused_at_once(text: str) -> None:
    began = time.monotonic()
    for read in (yaml_document, yaml_documents):
        with pytest.raises(yaml.YAMLError) as refusal:
            read(text)
        assert len(str(refusal.value)) < 500
    assert time.monotonic() - began < 5


def test_ordinary_yaml_is_read() -> None:
    assert yaml_document("a: [1, {b: 2}]\nc: 'x'\n") == {"a": [1, {"b": 2}], "c": "x"}
    assert yaml_documents("a: 1\n---\nb: 2\n---\n") == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"[" * 100_000, "nested"),
        (b'{"a":' * 100_000, "nested"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": {"b": 1, "b": 1}}', "twice"),
        (b'{"rows": 1e999999}', "number"),
        (b'{"rows": 1' + b"0" * 5000 + b"}", "number"),
        (b'{"rows": NaN}', "NaN"),
        (b'{"a": "\xff"}', "UTF-8"),
        (b"", "no JSON"),
        (b'{"a": 1} x', "no JSON"),
    ],
)
def test_json_that_nobody_means_is_refused(text: bytes, told: str) -> None:
    with pytest.raises(JsonError, match=told) as refusal:
        json_document(text)
    assert len(str(refusal.value)) < 200


def test_ordinary_json_keeps_its_digits() -> None:
    document: dict[str, Any] = {"a": [1, "x", "[[{{"], "b": {"c": None, "d": True}}
    assert json_document(b'{"a": [1, "x", "[[{{"], "b": {"c": null, "d": true}}') == document
    assert json_document('{"a": 1234567890.10}') == {"a": "1234567890.10"}
