"""Sharp photographs of the 210 classes, one file each, named <wnid>_anything.jpg (optional)."""
from pathlib import Path

import numpy as np
import torch

from pack_folder import rgb


def read_photos(folder, wnids, side=224):
    """Central squares, N×side×side×3 bytes, and the place of each in `wnids`; files of other classes are left out."""
    place = {w: i for i, w in enumerate(wnids)}
    files = [f for f in sorted(Path(folder).iterdir()) if f.name.split('_')[0] in place]
    if not files:
        raise SystemExit(f'{folder} holds no photograph named after one of the classes')
    return torch.from_numpy(np.stack([rgb(f, side) for f in files])), torch.tensor([place[f.name.split('_')[0]] for f in files])
