"""Read ``__all__`` as far as its statements show it."""

import ast

from asyncpattern_lint.index import handlers
from asyncpattern_lint.index.lowering import annotation
from asyncpattern_lint.index.model import OPAQUE, Export, ModuleIndex


def note_assignment(index: ModuleIndex, value: ast.expr, *, unconditional: bool) -> None:
    """Note an assignment to ``__all__``; an unconditional one replaces those before it."""
    if index.exports is None:
        index.exports = []
    elif unconditional and not any(
        isinstance(part, ast.Name) and part.id == "__all__" for part in ast.walk(value)
    ):
        index.exports.clear()
        index.export_sources.clear()
        index.exports_open = False
    if not unconditional:
        index.exports_open = True
    _note_parts(index, value)


def note_extension(index: ModuleIndex, value: ast.expr, *, unconditional: bool) -> None:
    """Note what ``__all__ += value`` adds."""
    if index.exports is None:
        index.exports = []
    if not unconditional:
        index.exports_open = True
    _note_parts(index, value)


def _note_parts(index: ModuleIndex, value: ast.expr) -> None:
    exports = index.exports if index.exports is not None else []
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        for element in value.elts:
            if isinstance(element, ast.Constant) and isinstance(element.value, str):
                exports.append(
                    Export(
                        element.value,
                        element.lineno,
                        element.col_offset,
                        element.end_lineno or element.lineno,
                        element.end_col_offset or element.col_offset + 1,
                    )
                )
            elif isinstance(element, ast.Starred):
                _note_parts(index, element.value)
            else:
                index.exports_open = True
    elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        _note_parts(index, value.left)
        _note_parts(index, value.right)
    elif isinstance(value, ast.Attribute) and value.attr == "__all__":
        lowered = annotation(value.value)
        index.export_sources.append(lowered if lowered is not None else OPAQUE)
    elif (
        isinstance(value, ast.Call)
        and handlers.last_name(value.func) in {"list", "tuple", "sorted"}
        and len(value.args) == 1
    ):
        _note_parts(index, value.args[0])
    elif not (isinstance(value, ast.Name) and value.id == "__all__"):
        index.exports_open = True


def note_call(index: ModuleIndex, call: ast.Call, *, unconditional: bool) -> None:
    """Note ``__all__.extend(...)`` and the like; other calls are none of its business."""
    func = call.func
    if not (
        isinstance(func, ast.Attribute)
        and isinstance(func.value, ast.Name)
        and func.value.id == "__all__"
    ):
        return
    if func.attr == "extend" and len(call.args) == 1:
        note_extension(index, call.args[0], unconditional=unconditional)
    elif func.attr in {"append", "insert"} and call.args:
        added = ast.List([call.args[-1]], ast.Load())
        note_extension(index, added, unconditional=unconditional)
    elif func.attr == "remove" and len(call.args) == 1 and index.exports is not None:
        removed = call.args[0]
        name = removed.value if isinstance(removed, ast.Constant) else None
        index.exports = [e for e in index.exports if name and e.name != name]
        index.exports_open = index.exports_open or not name
    else:
        index.exports = []
        index.exports_open = True
