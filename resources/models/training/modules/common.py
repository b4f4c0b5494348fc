"""What the attention modules share."""
import torch
import torch.nn as nn


class Attention(nn.Module):
    """forward(x) gives the module's output and leaves the attention of the batch in self.attn, by the names of the golden
    vectors; names with a leading underscore are for training and display only."""

    def __init__(self):
        super().__init__()
        self.attn = {}


class LayerNorm32(nn.LayerNorm):
    """LayerNorm in float32 whatever autocast says."""

    def forward(self, x):
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(x.float())


class GroupNorm32(nn.GroupNorm):
    """GroupNorm in float32 whatever autocast says."""

    def forward(self, x):
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(x.float())


def softmax32(logits, like, dim=-1):
    """Softmax in float32, given in the type of `like`."""
    return torch.softmax(logits.float(), dim).to(like.dtype)
