"""The command of one entity: flags may be given a value, and an option that it lacks is told where it belongs."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import click

_WORDS: Final = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}


class FileOptions(click.Group):
    """A group that says where an option of ``run`` stands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; a fault says what to do."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            raise _placed(ctx, error) from error


class EntityCommand(click.Command):
    """What runs an entity; ``fixed`` are inputs that its launch plan has decided."""

    def __init__(self, name: str, *, fixed: Iterable[str] = (), **settings: Any) -> None:
        super().__init__(name, **settings)
        self._fixed = frozenset(fixed)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; a fault says what to do."""
        options = [one for one in self.params if isinstance(one, click.Option) and one.secondary_opts]
        flags = {name: one for one in options for name in one.opts}
        try:
            return super().parse_args(ctx, list(_without_values(args, flags, ctx)))
        except click.NoSuchOption as error:
            name = error.option_name.lstrip("-").replace("-", "_")
            if name in self._fixed:
                raise click.UsageError(
                    f"`{name}` is fixed by the launch plan {self.name} and cannot be given. Leave it out.", ctx
                ) from error
            raise _placed(ctx, error) from error


def _without_values(args: list[str], flags: Mapping[str, click.Option], ctx: click.Context) -> Iterable[str]:
    """Write ``--flag false`` and ``--flag=false`` as click knows them: ``--no-flag``."""
    waiting = iter(range(len(args)))
    for at in waiting:
        name, equals, value = args[at].partition("=")
        flag = flags.get(name)
        after = args[at + 1] if at + 1 < len(args) else "-"
        if flag is None or not (equals or not after.startswith("-")):
            yield args[at]
            continue
        if not equals:
            value = after
            next(waiting)
        word = _WORDS.get(value.lower())
        if word is None:
            raise click.BadParameter(f"expected true or false, got {value!r}; or write {name} alone", ctx, flag)
        yield name if word else flag.secondary_opts[0]


def _placed(ctx: click.Context, error: click.NoSuchOption) -> click.UsageError:
    """Say where an option of ``run`` itself belongs; any other error stays as it is."""
    outer = ctx.parent
    while outer is not None and outer.command.name != "run":
        outer = outer.parent
    known = [] if outer is None else [name for one in outer.command.params for name in one.opts]
    if error.option_name not in known:
        return error
    return click.UsageError(
        f"{error.option_name} is an option of `run`, and stands before the file: "
        f"flyweight run {error.option_name} ... {' '.join(_words(ctx, outer))}",
        ctx,
    )


def _words(ctx: click.Context, outer: click.Context | None) -> list[str]:
    """Give what stands behind ``run``, down to this command."""
    words: list[str] = []
    current: click.Context | None = ctx
    while current is not None and current is not outer:
        words.insert(0, current.info_name or "")
        current = current.parent
    return words
