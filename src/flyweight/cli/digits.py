"""Handwritten digits, from data to a chosen classifier: what ``flyweight demo`` runs, to read and to change.

Real data (scikit-learn's 1,797 scanned digits) is loaded and split; three candidates train side by side, each with a
deck that fills while it trains; the best on the validation set is chosen, and judged once on digits that none has seen.
"""

import pickle
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix
from sklearn.neural_network import MLPClassifier

from flyweight import Deck, FlyteFile, Resources, current_context, task, workflow


@dataclass
class Candidate:
    """One classifier to try."""

    name: str
    hidden: list[int] = field(default_factory=lambda: [32])
    learning_rate: float = 0.003
    epochs: int = 25


@dataclass
class Score:
    """How a candidate did on the validation set."""

    name: str
    accuracy: float
    seconds: float
    curve: list[float]


class Split(NamedTuple):
    """Three parts of the data, each with one row a digit: 64 pixels and the label."""

    train: pd.DataFrame
    validation: pd.DataFrame
    test: pd.DataFrame


class Trained(NamedTuple):
    """A fitted classifier and its score."""

    model: FlyteFile
    score: Score


class Verdict(NamedTuple):
    """What the pipeline is for."""

    best: str
    accuracy: float
    validation: dict[str, float]


def chart(curves: dict[str, list[float]], *, width: int = 640, height: int = 220) -> str:
    """Draw accuracy over epochs as one SVG."""
    colours = ["#6d4aff", "#0f9d8a", "#e0703a"]
    length = max((len(curve) for curve in curves.values()), default=1)
    lines = ""
    for (name, curve), colour in zip(curves.items(), colours, strict=False):
        points = " ".join(
            f"{40 + i * (width - 60) / max(length - 1, 1):.1f},{height - 30 - value * (height - 50):.1f}"
            for i, value in enumerate(curve)
        )
        style = f'fill="none" stroke="{colour}" stroke-width="2.5"'
        lines += f'<polyline points="{points}" {style}><title>{name}</title></polyline>'
    grid = "".join(
        f'<line x1="40" x2="{width - 20}" y1="{y}" y2="{y}" stroke="#8884"/>'
        f'<text x="4" y="{y + 4}" font-size="11" fill="#888">{share:.0%}</text>'
        for share in (0.0, 0.5, 1.0)
        for y in [height - 30 - share * (height - 50)]
    )
    return f'<svg viewBox="0 0 {width} {height}" style="max-width:{width}px">{grid}{lines}</svg>'


def pixels(frame: pd.DataFrame) -> np.ndarray:
    """Take the 64 pixel columns, scaled to 0..1."""
    return frame.drop(columns="label").to_numpy() / 16.0


@task(cache=True, cache_version="1")
def load() -> pd.DataFrame:
    """Load the scanned digits."""
    scans, labels = load_digits(return_X_y=True)
    frame = pd.DataFrame(np.asarray(scans, "float32"), columns=[f"pixel_{i}" for i in range(64)])
    frame["label"] = labels
    print(f"{len(frame)} digits of 8 by 8 pixels")
    return frame


@task
def split(digits: pd.DataFrame, test_share: float) -> Split:
    """Part the data, the same way each time."""
    shuffled = digits.sample(frac=1, random_state=7)
    for_test = int(len(shuffled) * test_share)
    for_validation = (len(shuffled) - for_test) // 4
    test, validation = shuffled.iloc[:for_test], shuffled.iloc[for_test : for_test + for_validation]
    train = shuffled.iloc[for_test + for_validation :]
    return Split(train, validation, test)


@task(enable_deck=True, requests=Resources(cpu="1", mem="500Mi"), retries=1)
def train(candidate: Candidate, train: pd.DataFrame, validation: pd.DataFrame) -> Trained:
    """Fit one candidate epoch by epoch, and show how it learns while it does."""
    context = current_context()
    context.publish_decks()
    model = MLPClassifier(tuple(candidate.hidden), learning_rate_init=candidate.learning_rate, random_state=7)
    started, curve = time.perf_counter(), list[float]()
    for epoch in range(candidate.epochs):
        model.partial_fit(pixels(train), train["label"], classes=range(10))
        curve.append(float(model.score(pixels(validation), validation["label"])))
        Deck(
            "training",
            f"<h2>{candidate.name}</h2><p>epoch {epoch + 1} of {candidate.epochs}: "
            f"<b>{curve[-1]:.1%}</b> right on the validation set</p>{chart({candidate.name: curve})}",
        )
        context.publish_decks()
        print(f"epoch {epoch + 1:2}: {curve[-1]:.1%}")
    path = Path(context.working_directory) / f"{candidate.name}.pickle"
    path.write_bytes(pickle.dumps(model))
    return Trained(FlyteFile(str(path)), Score(candidate.name, curve[-1], time.perf_counter() - started, curve))


@task
def choose(models: list[FlyteFile], scores: list[Score]) -> Trained:
    """Take the best; the quicker of two equals."""
    best = max(range(len(scores)), key=lambda i: (scores[i].accuracy, -scores[i].seconds))
    return Trained(models[best], scores[best])


@task(enable_deck=True)
def report(model: FlyteFile, chosen: Score, scores: list[Score], test: pd.DataFrame) -> Verdict:
    """Judge the chosen one on digits that nobody has trained or chosen on, and put it all in a deck."""
    classifier = pickle.loads(Path(model).read_bytes())
    guesses = classifier.predict(pixels(test))
    accuracy = float((guesses == test["label"]).mean())
    table = confusion_matrix(test["label"], guesses)
    cells = "".join(
        "<tr><th>"
        + str(label)
        + "</th>"
        + "".join(
            f'<td style="background:rgba(109,74,255,{count / row.max():.2f})">{count or ""}</td>' for count in row
        )
        + "</tr>"
        for label, row in enumerate(table)
    )
    ranked = "".join(
        f"<li><b>{score.name}</b>: {score.accuracy:.1%} after {score.seconds:.1f} s</li>"
        for score in sorted(scores, key=lambda score: -score.accuracy)
    )
    Deck(
        "report",
        f"<h2>{chosen.name}: {accuracy:.1%} of unseen digits are right</h2><ol>{ranked}</ol>"
        f"{chart({score.name: score.curve for score in scores})}<h3>What was taken for what</h3>"
        f"<table style='border-collapse:collapse;text-align:center'>{cells}</table>",
    )
    return Verdict(chosen.name, round(accuracy, 4), {score.name: round(score.accuracy, 4) for score in scores})


@workflow
def digits(test_share: float = 0.2) -> Verdict:
    """Find the best of three classifiers of handwritten digits.

    Args:
        test_share: how much of the data is kept for the last judgement, 0 to 1
    """
    parts = split(digits=load(), test_share=test_share)
    trained = [
        train(candidate=candidate, train=parts.train, validation=parts.validation)
        for candidate in (
            Candidate("small", hidden=[16]),
            Candidate("wide", hidden=[128]),
            Candidate("deep", hidden=[64, 64], learning_rate=0.002),
        )
    ]
    models, scores = [each.model for each in trained], [each.score for each in trained]
    chosen = choose(models=models, scores=scores)
    return report(model=chosen.model, chosen=chosen.score, scores=scores, test=parts.test)
