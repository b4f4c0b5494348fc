#!/usr/bin/env python3
"""The mechanisms in PyTorch: checks vector files, writes further ones, and is timed beside the engine.

    reference.py check [FILE …]               compares every function with vector files (default: tests/golden)
    reference.py cases DIR --seed N           writes further vector files, with float64 as the truth
    reference.py time [--serve]               median times, or one run at a time on request

Needs PyTorch and NumPy; on Debian python3-torch, which the interpreter /usr/bin/python3 finds.
"""

import argparse
import os
import pathlib
import sys

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # before the libraries are loaded
    os.environ.setdefault(variable, "1")

from reference import cases, check, timing  # noqa: E402: a folder beside this file

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"


def ids(text):
    return text.split(",")


def sizes(text):
    return tuple(int(number) for number in text.split("x"))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check")
    checking.add_argument("files", nargs="*", type=pathlib.Path)
    writing = commands.add_parser("cases")
    writing.add_argument("folder", type=pathlib.Path)
    writing.add_argument("--seed", type=int, default=1)
    writing.add_argument("--ids", type=ids)
    measuring = commands.add_parser("time")
    measuring.add_argument("--serve", action="store_true", help="answer requests on the standard input, one a line")
    measuring.add_argument("--ids", type=ids)
    measuring.add_argument("--shape", type=sizes, default=(64, 60, 80))
    measuring.add_argument("--clip", type=sizes, default=(8, 64, 28, 28))
    measuring.add_argument("--rounds", type=int, default=21)
    measuring.add_argument("--threads", type=int, default=1)
    measuring.add_argument("--json", action="store_true")
    return parser.parse_args()


def main():
    given = arguments()
    if given.command == "check":
        return check.files(given.files or sorted(GOLDEN.glob("*.safetensors")))
    if given.command == "cases":
        return cases.write(given.folder, given.seed, given.ids)
    timing.use_threads(given.threads)
    return timing.serve() if given.serve else timing.report(given)


if __name__ == "__main__":
    sys.exit(main())
