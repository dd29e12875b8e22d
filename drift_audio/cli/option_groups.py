"""Options that several commands share, declared once as a dataclass and unfolded into each command's own signature."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import Parameter, signature
from typing import Any, TypeVar, get_type_hints

T = TypeVar("T")


def unfolded(command: Callable[..., T]) -> Callable[..., T]:
    """`command` as Typer shall see it: every parameter whose type is a dataclass gives way to the fields of that class.

    The fields are options as parameters are, with their annotations and defaults, in the order in which they are declared.
    """
    shape = signature(command, eval_str=True)
    groups: dict[str, Any] = {
        name: asked.annotation for name, asked in shape.parameters.items() if is_dataclass(asked.annotation)
    }
    options = [option for asked in shape.parameters.values() for option in _options(asked)]

    @wraps(command)
    def run(**given: Any) -> T:
        made = {name: kind(**{field.name: given.pop(field.name) for field in fields(kind)}) for name, kind in groups.items()}
        return command(**made, **given)

    run.__signature__ = shape.replace(parameters=options)  # type: ignore[attr-defined]
    run.__annotations__ = {option.name: option.annotation for option in options}
    return run


def _options(asked: Parameter) -> Iterator[Parameter]:
    if not is_dataclass(asked.annotation):
        yield asked.replace(kind=Parameter.KEYWORD_ONLY)
        return
    hints = get_type_hints(asked.annotation, include_extras=True)
    for field in fields(asked.annotation):
        yield Parameter(field.name, Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name])
