"""Trains the stages of a plan with trl, in order: accelerate launch train.py STAGE

Each stage goes on from the checkpoint of the one before. Paths start in this folder.
"""

import sys
from pathlib import Path

import torch
from datasets import Features, Image, List, Value, concatenate_datasets, load_dataset
from transformers import AutoModelForImageTextToText, AutoProcessor
from trl import SFTConfig, SFTTrainer

HERE = Path(__file__).resolve().parent
WEIGHTS = "Qwen/Qwen2.5-VL-7B-Instruct"
STAGES = {
    # Stage 3, task transfer (TT): 401 single-image, 300 multi-image, 300 video; 1 epoch, 4 steps of 256; trains projector, language-model; at most 2,304 tokens; planned on 8 × NVIDIA H100 SXM5 80 GB
    "1-task-transfer": {
        "data": [{"files": ["data/single-image/000000.jsonl"], "samples": 401}, {"files": ["data/multi-image/000000.jsonl"], "samples": 300}],
        "rates": {"projector": 0.00002, "language-model": 0.0002},
        "lora_rank": 64,
        "max_length": 2304,
        "epochs": 1,
        "schedule": "cosine",
        "warmup": 0.03,
        "micro_batch": 16,
        "accumulation": 2,
    },
}
# Names of parameters, by part: the first that fits. Everything else belongs to the language model.
PARTS = {
    "projector": ("multi_modal_projector", "mm_projector", "merger", "connector", "aligner", "mlp1", "image_newline"),
    "tower": ("vision_tower", "vision_model", "visual", "vision_encoder"),
}


def part_of(name):
    return next((part for part, words in PARTS.items() if any(word in name for word in words)), "language-model")


def load_data(data):
    """Rows of messages with images. The features keep images as images, and rows without any as empty lists."""
    part = {"type": Value("string"), "text": Value("string")}
    message = {"role": Value("string"), "content": List(part)}
    features = Features({"id": Value("string"), "messages": List(message), "images": List(Value("string"))})
    sets = []
    for source in data:
        rows = load_dataset("json", data_files=[str(HERE / file) for file in source["files"]], features=features)
        rows = rows["train"].select(range(min(source["samples"], len(rows["train"]))))
        rows = rows.map(lambda row: {"images": [str(HERE / image) for image in row["images"]]})
        sets.append(rows.cast_column("images", List(Image())))
    return concatenate_datasets(sets).shuffle(seed=0)


def groups_of(model, rates):
    """Freezes what has no rate; one parameter group for each rate. Adapters are trained as peft left them."""
    is_adapted = hasattr(model, "peft_config")
    found = {}
    for name, parameter in model.named_parameters():
        part = part_of(name)
        if not is_adapted:
            parameter.requires_grad_(part in rates)
        if parameter.requires_grad:
            found.setdefault(part, []).append(parameter)
    if set(found) != set(rates):
        sys.exit(f"trains {sorted(found)} where {sorted(rates)} are planned: name their parameters in PARTS")
    for part, parameters in found.items():
        print(f"{part}: {sum(parameter.numel() for parameter in parameters):,} parameters at {rates[part]}")
    return [{"params": found[part], "lr": rate} for part, rate in rates.items()]


def with_adapters(model, rank, rates):
    """LoRA on the language model's linear layers; a projector with a rate is trained whole."""
    from peft import LoraConfig, get_peft_model

    linear = [name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)]
    whole = {name.rsplit(".", 1)[-1] for name, _ in model.named_modules() if name.endswith(PARTS["projector"])}
    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        target_modules=[name for name in linear if part_of(name) == "language-model" and "lm_head" not in name],
        modules_to_save=sorted(whole) if "projector" in rates else None,
    )
    return get_peft_model(model, config)


def main(name):
    names = list(STAGES)
    stage = STAGES[name]
    before = names.index(name) - 1
    weights = str(HERE / "checkpoints" / names[before]) if before >= 0 else WEIGHTS
    processor = AutoProcessor.from_pretrained(weights)
    # Steps of these rates are lost in bfloat16 weights: what is trained in full stays in float32.
    dtype = torch.bfloat16 if "lora_rank" in stage else torch.float32
    model = AutoModelForImageTextToText.from_pretrained(weights, dtype=dtype)
    if "lora_rank" in stage:
        model = with_adapters(model, stage["lora_rank"], stage["rates"])
    args = SFTConfig(
        output_dir=str(HERE / "checkpoints" / name),
        max_length=stage["max_length"],
        num_train_epochs=stage["epochs"],
        per_device_train_batch_size=stage["micro_batch"],
        gradient_accumulation_steps=stage["accumulation"],
        learning_rate=max(stage["rates"].values()),
        lr_scheduler_type=stage["schedule"],
        warmup_steps=stage["warmup"],  # below 1: a share of all steps
        weight_decay=0.0,
        bf16=torch.cuda.is_available(),
        gradient_checkpointing=True,
        packing=False,
        logging_steps=1,
        save_steps=1000,
        save_total_limit=1,
    )
    optimizer = torch.optim.AdamW(groups_of(model, stage["rates"]), weight_decay=0.0)
    trainer = SFTTrainer(
        model=model,
        args=args,
        train_dataset=load_data(stage["data"]),
        processing_class=processor,
        optimizers=(optimizer, None),
    )
    trainer.train()
    trainer.save_model()
    processor.save_pretrained(args.output_dir)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in STAGES:
        sys.exit(f"usage: train.py {' | '.join(STAGES)}")
    main(sys.argv[1])
