"""Attention modules in plain PyTorch, written from the papers' equations and checked against the golden vectors of the tests.

The keys of state_dict and the names in `attn` are those of the reference implementations. make(id, hyperparams) builds one;
near_identity() of a module sets its values for the start of training."""
from .catalogue import BOX, CLASSES, HP, TAIL_INPUT, clean_state, load_state, make, tail_input
from .display import display_map

__all__ = ["BOX", "CLASSES", "HP", "TAIL_INPUT", "clean_state", "display_map", "load_state", "make", "tail_input"]
