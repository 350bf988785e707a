"""Runs ``apart.crossing`` by the stock client, with every value standing apart: ``apart_seen.py ENDPOINT VERSION``."""

from session import ARGUMENTS, ended, session, tell

(version,) = ARGUMENTS
remote = session()
workflow = remote.fetch_workflow(name="apart.crossing", version=version)
done = remote.execute(workflow, inputs={"n": 4}, envs={"_F_L_MIN_SIZE_MB": "0"})
done = ended(remote, done)
literals = done.node_executions["n0"].outputs.literals
tell(
    error=done.error and done.error.message,
    outputs=[done.outputs[f"o{number}"] for number in range(5)] if done.error is None else [],
    apart=bool(literals["o0"].offloaded_metadata),
)
