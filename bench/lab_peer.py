"""PyTorch eager updates for bench/lab.ts: tower and decoder of transformers over the same packed batch, AdamW fused.

Arguments: a folder with the exported model and `batch.safetensors`, the learning rate, threads. Each line read is a
number of updates; the answer is the last loss and the seconds of all.
"""

import json
import sys
import time
import torch
from safetensors.torch import load_file

try:
    import torchvision
except RuntimeError:
    # A torchvision built for another torch cannot load its operators; transformers needs to import it.
    LIBRARY = torch.library.Library("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        LIBRARY.define(f"{operator}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
    import torchvision  # noqa: F401

from transformers import LlavaOnevisionForConditionalGeneration

BETAS, CLIP, IGNORED = (0.9, 0.98), 1.0, -100


class Packed(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.core, self.head = model.model, model.lm_head

    def forward(self, batch, mask, positions):
        core = self.core
        seen = core.vision_tower(batch["pixels"], output_hidden_states=True).hidden_states[-1]
        features = core.multi_modal_projector(seen)
        views, patches, width = features.shape
        side = int(patches**0.5)
        grid = features.view(views, side, side, width).permute(0, 3, 1, 2)
        pooled = torch.nn.functional.interpolate(grid, size=[-(-side // 2)] * 2, mode="bilinear")
        words = core.language_model.get_input_embeddings().weight
        table = torch.cat(
            [words, core.image_newline[None], features.flatten(0, 1), pooled.permute(0, 2, 3, 1).reshape(-1, width)]
        )
        out = core.language_model(
            inputs_embeds=table[batch["rows"]], attention_mask=mask, position_ids=positions, use_cache=False
        ).last_hidden_state
        logits = self.head(out.flatten(0, 1)[batch["answers"]])
        return torch.nn.functional.cross_entropy(logits, batch["targets"], ignore_index=IGNORED)


def packed_mask(samples, questions):
    """0 where a token attends, else the least float: [sequences, 1, length, length]."""
    length = samples.shape[1]
    earlier = torch.tril(torch.ones(length, length, dtype=torch.bool))
    same = samples[:, :, None] == samples[:, None, :]
    shared = (questions[:, None, :] == 0) | (questions[:, :, None] == questions[:, None, :])
    mask = torch.zeros(same.shape)
    return mask.masked_fill(~(earlier & same & shared), torch.finfo(torch.float32).min)[:, None]


def positions_of(batch):
    """A sample starts at 0; each of its questions goes on behind what they share."""
    samples, questions = batch["samples"], batch["questions"]
    positions = torch.zeros_like(samples)
    for row in range(samples.shape[0]):
        start = base = 0
        for at in range(samples.shape[1]):
            new = at == 0 or samples[row, at] != samples[row, at - 1]
            if new:
                start = at
            if questions[row, at] == 0:
                positions[row, at] = at - start
                base = at - start + 1
            elif at > 0 and questions[row, at] == questions[row, at - 1]:
                positions[row, at] = positions[row, at - 1] + 1
            else:
                positions[row, at] = base
    return positions


def main():
    folder, rate, threads = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    # Scores that are masked become denormals, as in the other engine.
    torch.set_flush_denormal(True)
    batch = load_file(f"{folder}/batch.safetensors")
    model = LlavaOnevisionForConditionalGeneration.from_pretrained(
        folder, attn_implementation="sdpa", dtype=torch.float32
    ).train()
    packed = Packed(model)
    mask, positions = packed_mask(batch["samples"], batch["questions"]), positions_of(batch)
    learned = [each for name, each in packed.named_parameters() if "post_layernorm" not in name]
    optimizer = torch.optim.AdamW(learned, lr=rate, betas=BETAS, weight_decay=0.01, fused=True)
    for line in sys.stdin:
        begin = time.perf_counter()
        for _ in range(int(line)):
            optimizer.zero_grad(set_to_none=True)
            loss = packed(batch, mask, positions)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learned, CLIP)
            optimizer.step()
        seconds = time.perf_counter() - begin
        print(json.dumps({"loss": loss.item(), "seconds": seconds}), flush=True)


main()
