"""Times of the functions, one thread, processor time."""

import json
import statistics
import sys
import time

import numpy as np
import torch

from . import FUNCTIONS, casefile, cases, hyperparams


def use_threads(count):
    torch.set_num_threads(count)


def nanoseconds(case, runs=1):
    """Processor time of one run, the mean of `runs`."""
    start = time.process_time_ns()
    for _ in range(runs):
        case.run()
    return (time.process_time_ns() - start) / runs


def sample(id, shape, clip):
    """A random case with the default hyper-parameters."""
    size = clip if id in cases.CLIPS else shape
    h = hyperparams.of(id, {}, *size[-3:], size[0] if id in cases.CLIPS else 1)
    return casefile.Case(*cases.inputs(np.random.default_rng(1), id, h, size))


def report(given):
    """Median times of all functions at the given shapes."""
    medians = {}
    for id in given.ids or sorted(FUNCTIONS):
        case = sample(id, given.shape, given.clip)
        case.run()
        medians[id] = statistics.median(nanoseconds(case) for _ in range(given.rounds))
        if not given.json:
            print(f"{id:20} {medians[id] / 1e6:10.3f} ms", flush=True)
    if given.json:
        print(json.dumps(medians, indent=2))
    return 0


def difference(found, wanted):
    """The largest difference as a share of the largest value."""
    if found.shape != wanted.shape:
        raise ValueError(f"the output is {found.shape} instead of {wanted.shape}")
    return float(np.abs(found - wanted).max() / max(float(np.abs(wanted).max()), 1e-30))


def answer(loaded, words):
    if words[0] == "load":  # load PATH → the difference of the output from the file's, as a share of its largest value
        tensors, metadata = casefile.read(words[1])
        loaded.clear()
        loaded.append(casefile.Case(tensors, metadata))
        output = loaded[0].run()[0]
        return f"{difference((output if loaded[0].clip else output[0]).numpy(), tensors['output']):.3e}"
    if words[0] == "run":  # run COUNT → nanoseconds of one run, the mean of COUNT
        return f"{nanoseconds(loaded[0], int(words[1])):.0f}"
    raise ValueError(f"no request {words[0]}")


def serve():
    """Answers each line with `ok RESULT` or `error SENTENCE`."""
    print(f"ok PyTorch {torch.__version__}, NumPy {np.__version__}", flush=True)
    loaded = []
    for line in sys.stdin:
        try:
            reply = "ok " + answer(loaded, line.split())
        except Exception as problem:  # whatever it is, the other side wants one line
            reply = f"error {type(problem).__name__}: {problem}".replace("\n", " ")
        print(reply, flush=True)
    return 0
