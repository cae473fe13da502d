"""A model that the lab exported, in transformers: logits of its own processor's prompts, as JSON lines on standard output.

Standard input has one JSON object a line: `media` (lists of PNG or frames, as [height, width, 3] nested lists under
`images` or `frames`) and `question`. Usage: python lab.py FOLDER < questions.jsonl; `scripts/check-lab.ts` compares.
"""

import common  # noqa: F401  prepares torchvision
import json
import numpy
import PIL.Image
import sys
import torch
from transformers import AutoProcessor, LlavaOnevisionForConditionalGeneration


def main():
    folder = sys.argv[1]
    processor = AutoProcessor.from_pretrained(folder)
    model, loading = LlavaOnevisionForConditionalGeneration.from_pretrained(
        folder, attn_implementation="eager", dtype=torch.float32, output_loading_info=True
    )
    wrong = {kind: sorted(names) for kind, names in loading.items() if names}
    if wrong:
        raise SystemExit(f"not loaded as exported: {wrong}")
    model.eval()
    for line in sys.stdin:
        asked = json.loads(line)
        images = [PIL.Image.fromarray(numpy.array(image, numpy.uint8)) for image in asked.get("images", [])]
        frames = numpy.array(asked["frames"], numpy.uint8) if "frames" in asked else None
        content = [{"type": "image"} for _ in images] + ([{"type": "video"}] if frames is not None else [])
        content.append({"type": "text", "text": asked["question"]})
        prompt = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
        given = {"images": [images]} if images else {"videos": [frames]}
        inputs = processor(text=[prompt], return_tensors="pt", **given)
        with torch.no_grad():
            logits = model(**inputs).logits[0, -1]
            answer = model.generate(**inputs, max_new_tokens=4, do_sample=False)[0, inputs["input_ids"].shape[1] :]
        text = processor.tokenizer.decode(answer, skip_special_tokens=True).strip()
        print(json.dumps({"ids": inputs["input_ids"][0].tolist(), "logits": logits.tolist(), "answer": text}), flush=True)


main()
