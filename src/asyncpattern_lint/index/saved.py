"""What a builder keeps of an enclosing scope while it walks a nested one."""

from typing import Any


class Saved:
    """The state of a builder at the start of a nested scope, to be put back behind it."""

    _FIELDS = (
        "uses", "name_uses", "loads", "calls", "attributes", "yields_at", "live", "broke",
        "guards", "number", "at_module_level", "dead", "type_only", "probed",
        "self_name", "self_class", "conditions", "missing", "around", "class_name",
    )  # fmt: skip

    def __init__(self, builder: Any) -> None:
        self._values = {field: getattr(builder, field) for field in self._FIELDS}

    def restore(self, builder: Any) -> None:
        """Go on where the nested scope began; what it reads, the enclosing one reads too."""
        inner = builder.loads
        for field, value in self._values.items():
            setattr(builder, field, value)
        for name, line in inner.items():
            builder.loads[name] = max(line, builder.loads.get(name, 0))
