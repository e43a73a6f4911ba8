"""Files that are no mapping, or are meant to do harm: each is refused by name."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migration.errors import MappingInvalid
from crm_migration.mapping import document
from crm_migration.mapping.reader import LARGEST, read_mapping
from tests.mapping.samples import CRM, changed, problems, read, write


def test_a_file_over_the_limit_is_not_parsed(tmp_path):
    path = write(tmp_path, CRM + "#" * LARGEST)
    with pytest.raises(MappingInvalid) as refused:
        read_mapping(path)
    assert refused.value.problems == [f"{path}:1:1: expected a file of at most 1024 KiB, found a larger one"]
    padded = CRM + "#" + "x" * (LARGEST - len(CRM.encode()) - 1)
    assert len(padded.encode()) == LARGEST
    assert problems(tmp_path, padded) == []


@pytest.mark.parametrize(("name", "reason"), [("missing.yaml", "No such file"), (".", "Is a directory")])
def test_a_path_that_holds_no_file_is_a_fault_of_the_mapping(tmp_path, name, reason):
    path = tmp_path / name
    with pytest.raises(MappingInvalid, match=reason) as refused:
        read_mapping(path)
    assert refused.value.problems[0].startswith(f"{path}:1:1: expected a mapping file that can be read, found: ")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("billion_laughs.yaml", ["4:14: expected at most 20 aliases, found more of them"]),
        ("dup_keys.yaml", ["3:3: fields.name: expected each key once, found it again (first on line 2)"]),
        (
            "norway.yaml",
            [
                "2:10: version: expected '1', found the number that YAML makes of 1.10",
                '6:1: on: expected text as a key, found the boolean that YAML makes of on; write it in quotes: "on"',
            ],
        ),
        (
            "python_object.yaml",
            ["1:10: mapping: expected a value without a tag, found the tag '!!python/object/apply:os.system'"],
        ),
    ],
)
def test_hostile_files_are_refused_by_name(tmp_path, shared_data, name, expected, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = problems(tmp_path, (shared_data / "hostile/yaml" / name).read_bytes())
    assert [line for line in expected if line not in found] == []
    assert list(tmp_path.iterdir()) == [tmp_path / "crm.yaml"]


def test_every_value_of_the_hostile_example_is_refused_where_text_is_expected(tmp_path, shared_data):
    lines = (shared_data / "hostile/yaml/norway.yaml").read_text().splitlines()
    values = [line.split(": ", 1)[1] for line in lines]
    assert values
    for value in values:
        found = problems(tmp_path, changed(("value: old}", f"value: {value}}}")))
        assert len(found) == 1
        assert found[0].endswith(f'that YAML makes of {value}; write it in quotes: "{value}"')


def test_the_fast_and_the_plain_parser_agree(tmp_path, monkeypatch):
    if len(document.LOADERS) < 2:
        pytest.skip("PyYAML comes without libyaml here")
    texts = [
        CRM,
        changed(("DE\n", "NO\n")),
        "a: [\n",
        "a: \t1\nb: x: y\n",
        '"é😀": [1, {b: *c}]',
        "é: {a: [客, 户]}\r\nb: 1",
    ]
    fast = [problems(tmp_path, text) for text in texts]
    positions = read(tmp_path, CRM).positions
    monkeypatch.setattr(document, "LOADERS", document.LOADERS[-1:])
    assert [problems(tmp_path, text) for text in texts] == fast
    assert vars(read(tmp_path, CRM).positions) == vars(positions)


TOKENS = [
    "NO",
    "010",
    "1.10",
    "2024-01-01",
    "12:30",
    "null",
    "~",
    "''",
    '"x"',
    "[]",
    "{}",
    "[a, b]",
    "{a: b}",
    "*a",
    "&a ",
    "!!python/name:os",
    "!x ",
    "<<: *a",
    "- ",
    "? ",
    "\t",
    "\n",
    "  ",
    ": ",
    "#",
    "|",
    ">",
    "%",
    "'",
    '"',
    "}",
    "]",
    ",",
    "\0",
    "\x85",
    "\ufeff",
    "\u2028",
    "é",
    "😀",
    "---",
    "...",
    "kind: text",
    "from",
    "account",
    "1" * 30,
    ".inf",
    ".nan",
    "0x1F",
    "=",
    "true",
    '"\\ud800"',
    '"\\0"',
    "%Y",
    "%",
    "@",
    "99 99 99 99 99",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The sample with a few lines dropped, doubled or indented, and a few stretches overwritten."""
    lines = CRM.splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 4))):
        index = draw(st.integers(0, len(lines) - 1))
        other = draw(st.integers(0, len(lines) - 1))
        lines[index] = draw(
            st.sampled_from(["", lines[index] * 2, "  " + lines[index], lines[index][2:], lines[other]])
        )
    text = "".join(lines)
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 0, 1, 2, 5, 20]))
        text = text[:start] + draw(st.sampled_from(TOKENS) | st.text(max_size=4)) + text[start + length :]
    values = re.findall(r"(?<=: )[\w.%]+", text)
    if values and draw(st.booleans()):
        text = text.replace(f": {draw(st.sampled_from(values))}", f": {draw(st.sampled_from(TOKENS))}", 1)
    return text


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=mutated())
def test_whatever_is_written_is_read_or_refused_with_positions(tmp_path, text):
    raw = text.encode("utf-8", "surrogatepass")
    lines = len(re.split(r"\r\n|[\r\n\x85\u2028\u2029]", text))
    found = problems(tmp_path, raw)
    assert len(found) == len(set(found))
    for problem in found:
        line, column = map(int, re.match(r"(\d+):(\d+): ", problem).groups())
        assert 1 <= line <= lines
        assert column >= 1
        assert problem.isprintable()
        assert "expected " in problem
        assert "found" in problem
    if not found:
        assert read_mapping(tmp_path / "crm.yaml").mapping.entities


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=60))
def test_any_bytes_are_refused_as_a_mapping(tmp_path, raw):
    assert problems(tmp_path, raw)
