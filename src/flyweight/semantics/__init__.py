"""Pure rules that the engine and local runs share: what fits what, what a binding gives, who pays for a failure."""
