"""Text for people uses the field's words: no word of the project's own slang, each of which has a plain replacement."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from peertube_conformance.spec.requirements import load_requirements

ROOT = Path(__file__).parent.parent
PACKAGES = ("spec", "reports", "fixtures", "conformance", "stateful")
# What must not be written, and what to write instead.
BANNED = {
    r"told": "reported, shown, notified",
    r"tell|tells|telling": "says, shows, reports",
    r"guilty|culprits?": "cause",
    r"dies|died|deaths?": "stops answering, outage",
    r"doors?": "command, plugin, interface",
    r"(?<!waiting )rooms?": "package",
    r"house rules": "the project's rules",
    r"remains": "is left, stays",
    r"mend|mends|mended|mending": "repair, correct, fix",
    r"spoil|spoils|spoiled|spoilt": "damage, change",
    r"held against|(?:hold|holds|holding) [\w' ]{,30}against": "tested with, compared with, checked by",
    r"for ever": "permanently, permanent",
    r"in vain": "without success",
    r"any more": "no longer",
    r"anew": "again",
    r"made up": "invented",
    r"let in": "accepted, allowed",
    r"turned away": "refused, rejected",
    r"heed|heeds|heeded": "use, handle, obey",
    r"witness|witnessed|witnesses": "seen, evidence",
    r"troubles?": "error, problem",
    r"of the inside": "internals",
    r"pairs? of eyes|desk|movers|sights": "viewer, record, account, observation",
    r"(?<!there )(?:is|are|was|were) no (?!longer\b|more\b|candidate\b)[a-z]+": "is not a …",
}
# What must not be written on pages, in requirements and in reasons of known deviations either.
BANNED_ON_PAGES = {
    r"things?": "resource",
    r"beside": "compared with, in addition to",
    r"walks?|walked": "sequence of requests",
}
# What is said where: a word that is data there, or that the page explains.
ALLOWED = {
    # Reports of earlier versions are recognised by their own words.
    ("reports/report_directory/file_recognition.py", "held against")
}
_WORDS = re.compile(rf"\b(?:{'|'.join(BANNED)})\b", re.IGNORECASE)
_WORDS_ON_PAGES = re.compile(rf"\b(?:{'|'.join(BANNED_ON_PAGES)})\b", re.IGNORECASE)
_TOPIC = re.compile(r"(?:whether|which|how|who|to) ")
_CODE = re.compile(r"```.*?```|`[^`\n]+`|<!--.*?-->", re.DOTALL)
_MARKUP = re.compile(r"\{[{%#].*?[}%#]\}|<[^>]*>", re.DOTALL)


def slang(text: str, words: re.Pattern[str] = _WORDS) -> list[str]:
    """Every banned word of a text, code in backticks left out."""
    return [found.group().lower() for found in words.finditer(_CODE.sub(" ", text))]


def literals(tree: ast.Module) -> Iterator[str]:
    """Every text of two words and more that is no docstring, with {} where a value goes."""
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in parts | docs:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if len(text.split()) > 1:
            yield text


def first_lines(tree: ast.Module) -> Iterator[str]:
    """The first line of every docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield (ast.get_docstring(node) or "").partition("\n")[0]


def module_texts(source: str) -> Iterator[str]:
    """Texts of a module that people may read."""
    tree = ast.parse(source)
    yield from literals(tree)
    yield from first_lines(tree)


def pages() -> Iterator[tuple[str, str]]:
    """Every page, requirement and reason of a known deviation: what it is called, and the text."""
    for page in (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))):
        yield str(page.relative_to(ROOT)), page.read_text("utf-8")
    for requirement in load_requirements().values():
        yield requirement.id, f"{requirement.statement} {requirement.not_tested}"
    for deviation in yaml.safe_load((ROOT / "spec/peertube-6.2/deviations.yaml").read_text("utf-8")):
        yield deviation["id"], deviation["reason"]


def texts() -> Iterator[tuple[str, str]]:
    """Where each text for people stands, and the text."""
    yield from pages()
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*")):
            path = str(file.relative_to(ROOT))
            if file.suffix == ".py":
                yield from ((path, text) for text in module_texts(file.read_text("utf-8")))
            elif file.suffix == ".html":
                yield path, _MARKUP.sub(" ", file.read_text("utf-8"))


def test_text_for_people_has_no_slang() -> None:
    found = {(where, word): text.strip()[:200] for where, text in texts() for word in slang(text)}
    instead = {
        f"{where}: {word!r} in {text!r}; write: {next(BANNED[p] for p in BANNED if re.fullmatch(p, word))}"
        for (where, word), text in found.items()
        if (where, word) not in ALLOWED
    }
    assert instead == set(), "\n".join(sorted(instead))
    assert ALLOWED - set(found) == set(), "nothing needs this any more"


def test_pages_have_no_words_that_stand_for_a_resource_or_a_flow() -> None:
    found = {(where, word) for where, text in pages() for word in slang(text, _WORDS_ON_PAGES)}
    instead = {
        f"{where}: {word!r}; write: {next(BANNED_ON_PAGES[p] for p in BANNED_ON_PAGES if re.fullmatch(p, word))}"
        for where, word in found
    }
    assert instead == set(), "\n".join(sorted(instead))


@pytest.mark.parametrize(("text", "word"), [("Two things", "things"), ("A beside B", "beside"), ("One walk.", "walk")])
def test_slang_of_pages_is_found(text: str, word: str) -> None:
    assert slang(text, _WORDS_ON_PAGES) == [word]


def test_an_entry_of_the_changelog_is_one_sentence() -> None:
    entries = re.findall(
        r"^- (.*?)(?=\n- |\n\n|\Z)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(entries) > 20
    assert [entry for entry in entries if not re.fullmatch(r"(?:[^.]|\.(?!\s))+\.", entry.strip())] == []


def test_messages_of_flows_state_a_fault() -> None:
    """A finding says what is wrong and names no topic ("whether a video is listed"); a situation is a noun phrase."""
    modules = sorted((ROOT / "stateful").rglob("*.py"))
    found = {text for file in modules for text in literals(ast.parse(file.read_text("utf-8"))) if _TOPIC.match(text)}
    assert found == set()


@pytest.mark.parametrize("words", BANNED)
def test_a_replacement_is_no_slang_itself(words: str) -> None:
    assert slang(BANNED[words]) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("What is told of it.", "told"),
        ("The request that it died of", "died"),
        ("A run held against the contract", "held against"),
        ("Holds the answers against a list", "holds the answers against"),
        ("The file is no picture.", "is no picture"),
        ("What two rooms share", "rooms"),
        ("Nobody is let\nin", "let in"),
    ],
)
def test_slang_is_found(text: str, word: str) -> None:
    assert slang(" ".join(text.split())) == [word]


@pytest.mark.parametrize(
    "text",
    [
        "The remaining requests",
        "It is no longer there; there is no such file.",
        "The key `guilty` names the cause.",
        "```\nwhat is reported\n```",
        "A waiting room, untold.",
    ],
)
def test_plain_text_is_not(text: str) -> None:
    assert slang(text) == []


@pytest.mark.parametrize(
    "source",
    [
        '"""What is told."""',
        'def f():\n    """What is told.\n\n    More."""',
        'class C:\n    """What is told."""',
        'raise E("what is told")',
        'raise E(f"what is told of {name}")',
        'parser.add_argument("--x", help="what is told")',
    ],
)
def test_every_text_of_a_module_is_read(source: str) -> None:
    assert [word for text in module_texts(source) for word in slang(text)] == ["told"]


@pytest.mark.parametrize(
    "source", ['"""What a thing is.\n\nMore is told."""', "told = guilty()", 'key["told"]', 'f"of {told} and {guilty}"']
)
def test_names_and_explanations_are_not(source: str) -> None:
    assert [word for text in module_texts(source) for word in slang(text)] == []
