"""What a list of executions is asked for, by the page's address: Flyte's filters, and whether an execution fits."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flyteidl.admin import common_pb2
from starlette.datastructures import QueryParams

from flyweight.clock import Micros, to_datetime
from flyweight.console.phases import FACETS
from flyweight.console.views import ExecutionView

PAGE_SIZE = 50
WINDOWS: Mapping[str, tuple[str, int]] = {
    "1h": ("Last hour", 3600),
    "24h": ("Last 24 hours", 86_400),
    "7d": ("Last 7 days", 604_800),
    "30d": ("Last 30 days", 2_592_000),
}
"""Spans of time to choose from: label and seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One view of the list. Every part stands in the address, so that it can be kept and sent on."""

    phase: str = ""
    """One of ``FACETS``, or empty for all."""
    text: str = ""
    """Part of the workflow's or the execution's name."""
    within: str = ""
    """One of ``WINDOWS``, or empty for all time."""
    before: str = ""
    """Only what was started before this moment (ISO 8601): the next page."""

    @classmethod
    def of(cls, query: QueryParams) -> "Asked":
        """Read it from an address; what is not known is left out."""
        phase, within = query.get("phase", ""), query.get("within", "")
        return cls(
            phase=phase if phase in FACETS else "",
            text=query.get("q", "").strip()[:200],
            within=within if within in WINDOWS else "",
            before=query.get("before", "")[:40],
        )

    def query(self, **changed: str) -> str:
        """Write the address's query with some parts changed; another filter starts at the first page."""
        parts = {"phase": self.phase, "q": self.text, "within": self.within, **changed}
        chosen = {name: value for name, value in parts.items() if value}
        return f"?{urlencode(chosen)}" if chosen else "?"

    @property
    def narrowed(self) -> bool:
        """Whether it shows less than everything."""
        return bool(self.phase or self.text or self.within or self.before)

    def requests(self, project: str, domain: str, now: Micros) -> list[common_pb2.ResourceListRequest]:
        """Give the list requests whose answers together are what is asked for: a text may be in either name."""
        clauses: list[str] = []
        if self.phase:
            clauses.append(f"value_in(phase,{';'.join(FACETS[self.phase])})")
        if self.within:
            since = to_datetime(Micros(now - WINDOWS[self.within][1] * 1_000_000))
            clauses.append(f"gte(created_at,{quote(since.isoformat())})")
        if self.before:
            clauses.append(f"lt(created_at,{quote(self.before)})")
        texts = [f"contains({field},{quote(self.text)})" for field in ("workflow.name", "name")] if self.text else [""]
        return [
            common_pb2.ResourceListRequest(
                id=common_pb2.NamedEntityIdentifier(project=project, domain=domain),
                limit=PAGE_SIZE + 1,
                filters="+".join(part for part in (*clauses, text) if part),
            )
            for text in texts
        ]

    def fits(self, view: ExecutionView) -> bool:
        """Tell whether an execution that has just changed belongs on this page (the newest ones only)."""
        if self.before or (self.phase and view.phase.upper() not in FACETS[self.phase]):
            return False
        return not self.text or any(self.text.lower() in name.lower() for name in (view.what.name, view.name))
