"""Texts for the console: of a docstring, of docs, of both."""

from flytekit import Description, Documentation, SourceCode, task, workflow

DOCS = Documentation(
    short_description="told short",
    long_description=Description(value="told at length"),
    source_code=SourceCode(link="https://example.com/code"),
)


@task(docs=DOCS)
def undocumented(x: int) -> int:
    return x


@task(docs=Documentation(short_description="only short"))
def short(x: int) -> int:
    return x


@task(docs=Documentation(short_description="not seen", source_code=SourceCode(link="https://example.com/more")))
def documented(x: int) -> int:
    """Own words.

    And more of them.
    """
    return x


@workflow(docs=Documentation(short_description="a workflow", source_code=SourceCode(link="https://example.com/wf")))
def wf(x: int) -> int:
    return documented(x=short(x=undocumented(x=x)))
