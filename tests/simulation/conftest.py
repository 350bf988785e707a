"""``pytest tests/simulation --seeds N`` runs N seeds instead of the usual few dozen; ``make simulation`` runs thousands."""

DEFAULT_SEEDS = 24


def pytest_addoption(parser):
    parser.addoption("--seeds", type=int, default=DEFAULT_SEEDS, help="how many seeds the simulation runs")


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        # Run from the project's root, pytest reads this file too late for the option to exist.
        metafunc.parametrize("seed", range(metafunc.config.getoption("seeds", DEFAULT_SEEDS)))
