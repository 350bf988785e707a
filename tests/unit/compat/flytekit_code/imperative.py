from flytekit import Workflow, task

wf = Workflow(name="imperative.my_workflow")


@task
def t1(a: str) -> str:
    return a + " world"


@task
def t2():
    print("side effect")


wf.add_workflow_input("in1", str)
node_t1 = wf.add_entity(t1, a=wf.inputs["in1"])
wf.add_workflow_output("output_from_t1", node_t1.outputs["o0"])
wf.add_entity(t2)
