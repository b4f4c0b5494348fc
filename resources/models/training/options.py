"""Options and clocks which the stages share."""
import math
import time

import torch


def common(parser, seed=0):
    parser.add_argument('--threads', type=int, default=2, help='of PyTorch on the processor')
    parser.add_argument('--seed', type=int, default=seed)
    parser.add_argument('--precision', choices=('bf16', 'float32'), default='bf16',
                        help='v1 was trained in bf16; slow where the hardware lacks it')
    parser.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu')
    return parser


def prepare(args):
    """Threads and seed; gives the device and what makes the context of mixed precision."""
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    kind, mixed = args.device.split(':')[0], args.precision == 'bf16'
    return args.device, lambda: torch.autocast(kind, dtype=torch.bfloat16, enabled=mixed)


def lengths(parser, steps):
    parser.add_argument('--steps', type=int, default=steps)
    parser.add_argument('--minutes', type=float, default=0., help='end by the clock, as v1 did, in place of --steps')


class Progress:
    """How much of the training is done, 0..1, by steps or by the clock."""

    def __init__(self, args):
        self.steps, self.minutes = args.steps, args.minutes
        self.start = time.time()

    def seconds(self):
        return time.time() - self.start

    def done(self, step):
        return self.seconds() / (self.minutes * 60) if self.minutes else step / max(1, self.steps)


def cosine(share):
    """1 at the start, 0 at the end."""
    return .5 * (1 + math.cos(math.pi * share))
