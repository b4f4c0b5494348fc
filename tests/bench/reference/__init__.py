"""The attention mechanisms in PyTorch, written from their equations as a user of torch.nn.functional would: a second opinion on
the engine's numbers, and what its times are measured against. One function per mechanism:

    function(x, p, h, extras) -> output, {map name: tensor or function which makes it}

x is 1×C×H×W, or T×C×H×W for a clip; p the parameters by state_dict key; h the hyper-parameters. A map which the output does not
need is given as a function, so that timing the output does not pay for it.
"""

from . import branch, channel, decompose, hard, mixed, pairwise, spatial, temporal

FUNCTIONS = {}
for _family in (channel, spatial, pairwise, decompose, mixed, branch, temporal, hard):
    FUNCTIONS.update(_family.FUNCTIONS)
