"""``flyweight metrics dump|explain EXECUTION``: how long an execution and its parts took."""

import click
from flyteidl.core import metrics_pb2
from rich.console import Console
from rich.table import Table

from flyweight.cli.session import open_remote
from flyweight.clock import from_timestamp, to_datetime


@click.group()
@click.option("-p", "--project", metavar="NAME", help="[default: flytesnacks]")
@click.option("-d", "--domain", metavar="NAME", help="[default: development]")
@click.option("--depth", default=10, show_default=True, help="How many levels of nodes and attempts.")
@click.pass_context
def metrics(ctx: click.Context, project: str | None, domain: str | None, depth: int) -> None:
    """Show how long an execution and its parts took."""
    ctx.meta["metrics"] = (project, domain, depth)


@metrics.command()
@click.argument("execution_id")
@click.pass_context
def dump(ctx: click.Context, execution_id: str) -> None:
    """Show each part below what it belongs to, with its seconds."""
    for level, name, span in _spans(ctx, execution_id):
        click.echo(f"{'  ' * level}{name}: {_seconds(span):.3f} s")


@metrics.command()
@click.argument("execution_id")
@click.pass_context
def explain(ctx: click.Context, execution_id: str) -> None:
    """Show when each part started and ended."""
    table = Table(box=None, header_style="", pad_edge=False)
    for column in ("what", "start", "end", "seconds"):
        table.add_column(column, no_wrap=True)
    for level, name, span in _spans(ctx, execution_id):
        times = (to_datetime(from_timestamp(at)).isoformat() for at in (span.start_time, span.end_time))
        table.add_row(f"{'  ' * level}{name}", *times, f"{_seconds(span):.3f}")
    Console(highlight=False, width=200).print(table)


def _spans(ctx: click.Context, execution: str) -> list[tuple[int, str, metrics_pb2.Span]]:
    """Give the spans in the order in which they are shown, with their levels and names."""
    project, domain, depth = ctx.meta["metrics"]
    remote = open_remote(ctx, project=project, domain=domain)
    found = remote.fetch_execution(name=execution)
    shown: list[tuple[int, str, metrics_pb2.Span]] = []
    waiting = [(0, remote.get_execution_metrics(found.id, depth))]
    while waiting:
        level, span = waiting.pop()
        shown.append((level, _name(span), span))
        waiting += [(level + 1, one) for one in reversed(span.spans)]
    return shown


def _name(span: metrics_pb2.Span) -> str:
    match span.WhichOneof("id"):
        case "workflow_id":
            return span.workflow_id.name
        case "node_id":
            return span.node_id.node_id
        case "task_id":
            return f"attempt {span.task_id.retry_attempt + 1}"
        case _:
            return span.operation_id.lower()


def _seconds(span: metrics_pb2.Span) -> float:
    return (span.end_time.ToDatetime() - span.start_time.ToDatetime()).total_seconds()
