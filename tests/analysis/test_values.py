import dataclasses

import pytest

from asyncpattern_lint.analysis.values import (
    ClassValue,
    Frame,
    FunctionValue,
    InstanceValue,
    Value,
    replace,
)
from asyncpattern_lint.findings import Step
from asyncpattern_lint.protocol import Protocol

STEP = Step("a.py", 1, "defined here")


@pytest.mark.parametrize(
    ("value", "changes"),
    [
        (InstanceValue("int", Protocol.NONE, steps=(STEP,)), {"steps": ()}),
        (InstanceValue("A", Protocol.AWAITABLE, of=ClassValue("a.py", 1)), {"exact": False}),
        (ClassValue("a.py", 1, exact=False), {"steps": (STEP,)}),
        (FunctionValue("a.py", 2, None), {"overridden": True}),
    ],
)
def test_replace_does_what_that_of_dataclasses_does(
    value: InstanceValue, changes: dict[str, object]
) -> None:
    hash(value)
    changed: Value = replace(value, **changes)
    wanted = dataclasses.replace(value, **changes)  # type: ignore[arg-type]
    assert changed == wanted
    assert hash(changed) == hash(wanted)
    assert changed.steps == wanted.steps


def test_a_replaced_frame_keeps_what_is_live() -> None:
    frame = Frame("a.py", 3, local={"x": ()})
    assert replace(frame, before=7).local == {"x": ()}
    assert frame.lasting.local is None
