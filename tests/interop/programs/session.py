"""A session of the stock client: the platform's address is the script's first argument."""

import json
import sys
from datetime import timedelta

from flytekit.configuration import Config
from flytekit.remote import FlyteRemote

ENDPOINT, *ARGUMENTS = sys.argv[1:]


def session(**settings):
    config = Config.for_endpoint(ENDPOINT, insecure=True)
    return FlyteRemote(config, default_project="flytesnacks", default_domain="development", **settings)


def ended(remote, execution):
    """Wait as often as a test can bear; flytekit's own interval is 30 seconds."""
    return remote.wait(execution, timeout=timedelta(seconds=60), poll_interval=timedelta(milliseconds=100))


def tell(**seen):
    """Print what the test is to look at: the last line of the output."""
    print(json.dumps(seen))


def refusal(call):
    """Give the text of what a call raises."""
    try:
        call()
    except Exception as error:
        return f"{error} {error.__cause__}"
    return ""
