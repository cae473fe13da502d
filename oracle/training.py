"""Loss and gradients of a tiny LLaVA-OneVision by transformers and torch -> packages/model.

The snapshot is one of model.py's fixtures. The last tokens of each prompt are its answer; the loss is the sum over the
answer tokens of all prompts, each computed by itself, in float64. The gradient of each parameter is stored as its norm
and as a dot product with numbers of a formula that the test repeats. Usage: python training.py
"""

import json
import numpy
import torch
from common import compact, versions
from model import FAMILIES, asked
from model_chats import image, text, user, video
from transformers import AutoProcessor, LlavaOnevisionForConditionalGeneration

SNAPSHOT = FAMILIES / "llava-onevision/fixtures/onevision"
TARGET = FAMILIES.parent / "training/goldens/gradients.json"
# Two questions about one image, one about several images, one about a video.
CHATS = [
    [user(image(131, 40), text("Read it."))],
    [user(image(131, 40), text("What is this?"))],
    [user(image(60, 90), image(97, 31), text("Compare the two."))],
    [user(video(64, 48, 3), text("What happens?"))],
]
ANSWER = 5


def probe(size):
    """Numbers from -0.5 to 0.5, exact in float64."""
    index = numpy.arange(size, dtype=numpy.uint64)
    return ((index * numpy.uint64(2654435761)) % numpy.uint64(2**32)).astype(numpy.float64) / 2**32 - 0.5


def module_name(name):
    name = name.removeprefix("model.").replace("vision_tower.vision_model.", "vision_tower.")
    return name.replace("language_model.model.", "language_model.")


def main():
    processor = AutoProcessor.from_pretrained(SNAPSHOT)
    model = LlavaOnevisionForConditionalGeneration.from_pretrained(SNAPSHOT, attn_implementation="eager").eval()
    model.double()
    chats = []
    for chat in CHATS:
        _, inputs = asked(processor, chat)
        inputs = {name: value.double() if value.is_floating_point() else value for name, value in inputs.items()}
        ids = inputs["input_ids"]
        logits = model(**inputs).logits[0, -ANSWER - 1 : -1]
        loss = torch.nn.functional.cross_entropy(logits, ids[0, -ANSWER:], reduction="sum")
        loss.backward()
        chats.append({"messages": chat, "ids": ids[0].tolist(), "loss": loss.item()})
    found = {}
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            values = parameter.grad.numpy().ravel()
            found[module_name(name)] = [float(numpy.linalg.norm(values)), float(values @ probe(values.size))]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    chat_lines = ",\n".join(compact(chat) for chat in chats)
    lines = ",\n".join(f"{json.dumps(name)}:{compact(row)}" for name, row in found.items())
    TARGET.write_text(
        f'{{"versions":{compact(versions())},"answer":{ANSWER},"chats":[\n{chat_lines}\n],"gradients":{{\n{lines}\n}}}}\n'
    )


main()
