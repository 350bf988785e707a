import pandas as pd
from flytekit import StructuredDataset, kwtypes, task, workflow
from typing_extensions import Annotated

columns = kwtypes(Name=str, Age=int)


@task
def get_df(n: int) -> pd.DataFrame:
    return pd.DataFrame({"Name": ["Tom", "Joe"][:n], "Age": [20, 22][:n], "Other": [1, 2][:n]})


@task
def subset(sd: Annotated[StructuredDataset, columns]) -> int:
    df = sd.open(pd.DataFrame).all()
    return int(df["Age"].sum())


@workflow
def wf(n: int = 2) -> int:
    return subset(sd=get_df(n=n))
