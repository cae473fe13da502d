"""Exports of plans, read by the tools they are written for -> packages/data/src/export/goldens/checked.json.

Reads the files that packages/data/src/export/plan-exports.test.ts writes beside it, and records which bytes were
accepted, by what, and what it made of them. Where the tool is installed (transformers, trl, datasets) it runs on small
models and images; the others are read by their own classes and functions, taken from checkouts at run time:

    python oracle/exports.py LLAMA_FACTORY MS_SWIFT LLAVA_NEXT

each a folder of git: hiyouga/LLaMA-Factory ff6d4d1, modelscope/ms-swift 3602360, LLaVA-VL/LLaVA-NeXT df179663. Needs
trl 1.13.0, peft 0.21.0 and datasets 5.0.1 beside requirements.txt. vLLM's and SGLang's options are those of the sources
named below, as they were read.
"""

import ast
import common  # noqa: F401
import copy
import dataclasses
import datasets
import hashlib
import importlib.util
import json
import math
import os
import peft
import random
import runpy
import shlex
import subprocess
import sys
import tempfile
import transformers
import trl
import yaml
from llava_onevision import make_processor as make_onevision_processor
from pathlib import Path
from PIL import Image
from transformers import (
    AutoProcessor,
    HfArgumentParser,
    LlavaOnevisionConfig,
    LlavaOnevisionForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
    Seq2SeqTrainingArguments,
)

GOLDENS = Path(__file__).resolve().parent.parent / "packages/data/src/export/goldens"
# vllm-project/vllm vllm/config/multimodal.py and scheduler.py at 01230b4; kinds of values.
VLLM = {
    "max-model-len": int,
    "limit-mm-per-prompt": {"image": int, "video": int},
    "media-io-kwargs": {"video": dict},
    "mm-processor-kwargs": dict,
    "max-num-batched-tokens": int,
}
# sgl-project/sglang docs/advanced_features/server_arguments.md at 004813e.
SGLANG = {
    "model-path": str,
    "enable-multimodal": None,
    "context-length": int,
    "limit-mm-data-per-request": {"image": int, "video": int},
    "mm-process-config": {"image": dict, "video": dict},
    "chunked-prefill-size": int,
}


def show(repository, path):
    command = ["git", "-C", repository, "show", f"HEAD:{path}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def fields_of(repository, *paths):
    """Fields of the dataclasses of some files, and the source of their annotations."""
    fields = {}
    for path in paths:
        for node in ast.walk(ast.parse(show(repository, path))):
            if isinstance(node, ast.ClassDef):
                own = (each for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name))
                fields |= {each.target.id: ast.unparse(each.annotation) for each in own}
    return fields


TRAINER_FIELDS = {field.name: str(field.type) for field in dataclasses.fields(Seq2SeqTrainingArguments)}
# Gone from transformers 5, which takes a share as warmup_steps; the trainers below add it again or pin version 4.
TRAINER_FIELDS["warmup_ratio"] = "float"


def check_fields(document, fields, name):
    """Every key is a field, and every value fits its annotation."""
    for key, value in document.items():
        assert key in fields, f"{name}: {key} is no argument"
        kind = fields[key].replace("'", "")
        fits = {
            bool: "bool" in kind,
            int: any(word in kind for word in ("int", "float")),
            float: "float" in kind or key == "learning_rate",
            str: any(word in kind for word in ("str", "Literal", "SchedulerType", "Any", "dict")) or kind == "None",
            list: "List" in kind or "list" in kind,
        }[type(value)]
        assert fits, f"{name}: {key} is {value!r}, expected {kind}"


def serve_options(script, schema):
    words = shlex.split(script.read_text().split("\n", 2)[2].replace("\\\n", " ").replace('"$@"', ""))
    options, rest = {}, []
    for index, word in enumerate(words):
        if not word.startswith("--"):
            continue
        kind = schema[word[2:]]
        text = None if kind is None else words[index + 1]
        value = True if kind is None else text if kind is str else json.loads(text)
        if isinstance(kind, dict):
            assert all(isinstance(value[key], kind[key]) for key in value), word
        options[word[2:]] = value
    del rest
    return options


# --- transformers ----------------------------------------------------------------------------------------------


def make_qwen_processor():
    tokenizer = common.make_tokenizer(
        {"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"}, ["<|vision_start|>", "<|vision_end|>"]
    )
    return Qwen2_5_VLProcessor(Qwen2VLImageProcessor(), tokenizer, Qwen2VLVideoProcessor())


def check_processor(script, make, token, is_onevision):
    """Runs the script on a processor of the family, and counts what the loaded one makes of the planned image."""
    with tempfile.TemporaryDirectory() as folder:
        base = f"{folder}/base"
        make().save_pretrained(base)
        if is_onevision:
            LlavaOnevisionConfig().save_pretrained(base)
        here = os.getcwd()
        os.chdir(folder)
        try:
            sys.argv = ["processor.py", base]
            runpy.run_path(str(script), run_name="__main__")
            processor = AutoProcessor.from_pretrained("processor")
        finally:
            os.chdir(here)
        text = processor(text=token, images=[Image.new("RGB", (1920, 1080))])["input_ids"][0]
        video = processor.video_processor
        return {
            "single-image": text.count(processor.tokenizer.convert_tokens_to_ids(token)),
            "video": {"do_sample_frames": bool(video.do_sample_frames), "num_frames": getattr(video, "num_frames", None)},
        }


# --- trl -------------------------------------------------------------------------------------------------------

TEMPLATE = (
    "{% for message in messages %}{{ message['role'] + ':' }}{% for part in message['content'] %}"
    "{{ '<image>' if part['type'] == 'image' else part['text'] }}{% endfor %}{{ '\n' }}{% endfor %}"
)


def save_tiny_model(folder):
    common.torch.manual_seed(0)
    processor = make_onevision_processor()
    processor.chat_template = TEMPLATE
    processor.tokenizer.eos_token = "</s>"
    processor.save_pretrained(folder)
    vision = {"model_type": "siglip_vision_model", "hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2}
    text = {"model_type": "qwen2", "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1}
    text |= {"num_attention_heads": 2, "num_key_value_heads": 2, "vocab_size": len(processor.tokenizer)}
    config = LlavaOnevisionConfig(
        vision_config=vision | {"num_hidden_layers": 2, "image_size": 384, "patch_size": 14},
        text_config=text,
        image_token_index=processor.tokenizer.convert_tokens_to_ids("<image>"),
        video_token_index=processor.tokenizer.convert_tokens_to_ids("<video>"),
    )
    LlavaOnevisionForConditionalGeneration(config).save_pretrained(folder)


def check_trl(script):
    """Trains every stage for a step on a tiny model: what moved is what the plan trains, at its rates."""
    spec = importlib.util.spec_from_file_location("train", script)
    train = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(train)
    seen = {}
    with tempfile.TemporaryDirectory() as folder:
        save_tiny_model(f"{folder}/tiny")
        (Path(folder) / "data").mkdir()
        Image.new("RGB", (400, 300), "red").save(f"{folder}/data/a.png")
        part = [{"type": "image", "text": None}, {"type": "text", "text": "What?"}]
        rows = [
            {"id": "1", "messages": [{"role": "user", "content": part}, {"role": "assistant", "content": [{"type": "text", "text": "Red"}]}], "images": ["data/a.png"]},
            {"id": "2", "messages": [{"role": "user", "content": part[1:]}, {"role": "assistant", "content": [{"type": "text", "text": "Red"}]}], "images": []},
        ]  # fmt: skip
        (Path(folder) / "data/rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows[:1] * 2))
        train.HERE, train.WEIGHTS = Path(folder), f"{folder}/tiny"
        for name, stage in train.STAGES.items():
            asked = copy.deepcopy(stage)
            stage |= {"data": [{"files": ["data/rows.jsonl"], "samples": 2}], "micro_batch": 1, "accumulation": 1}
            stage |= {"max_length": 100_000, "warmup": 0.0, "schedule": "constant"}
            rates = {}
            real = train.groups_of

            def recorded(model, planned, real=real, rates=rates):
                groups = real(model, planned)
                rates |= {group["lr"]: sum(parameter.numel() for parameter in group["params"]) for group in groups}
                return groups

            train.groups_of = recorded
            before = weights_of(train, name)
            train.main(name)
            train.groups_of = real
            if "lora_rank" in asked:
                trained = sorted(asked["rates"])
            else:
                after = LlavaOnevisionForConditionalGeneration.from_pretrained(f"{folder}/checkpoints/{name}")
                trained = sorted({train.part_of(key) for key, value in after.named_parameters() if not value.equal(before[key])})
            assert trained == sorted(asked["rates"]), (name, trained, asked["rates"])
            assert len(rates) == len(set(asked["rates"].values()))
            seen[name] = {"trained": trained, "max_length": asked["max_length"], "rates": asked["rates"]}
            if "lora_rank" in asked:
                break
    return seen


def weights_of(train, name):
    names = list(train.STAGES)
    before = names.index(name) - 1
    folder = str(train.HERE / "checkpoints" / names[before]) if before >= 0 else train.WEIGHTS
    return dict(LlavaOnevisionForConditionalGeneration.from_pretrained(folder).named_parameters())


# --- LLaVA-NeXT ------------------------------------------------------------------------------------------------


def classes_of(repository, path, names, scope):
    """Some classes of a file, run from its own source."""
    tree = ast.parse(show(repository, path))
    tree.body = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name in names]
    exec(compile(tree, path, "exec"), scope)
    return [scope[name] for name in names]


def check_llava(folder, repository):
    from typing import Dict, List, Optional, Sequence

    scope = {"dataclass": dataclasses.dataclass, "field": dataclasses.field, "transformers": transformers}
    scope |= {"Optional": Optional, "Dict": Dict, "Sequence": Sequence, "List": List, "torch": common.torch}
    scope |= {"Dataset": object, "json": json, "yaml": yaml, "math": math, "random": random, "rank0_print": print}
    scope |= {"re": __import__("re")}
    names = ["ModelArguments", "DataArguments", "TrainingArguments", "LazySupervisedDataset"]
    scope["__name__"] = "llava_next"
    sys.modules["llava_next"] = type(sys)("llava_next")
    *arguments, dataset = classes_of(repository, "llava/train/train.py", names, scope)
    seen = {}
    for script in sorted(folder.glob("*.sh")):
        with tempfile.TemporaryDirectory() as work:
            place = Path(work) / "export"
            subprocess.run(["cp", "-r", str(folder), str(place)], check=True)
            torchrun = Path(work) / "torchrun"
            torchrun.write_text('#!/bin/sh\nfor each in "$@"; do printf "%s\\n" "$each"; done > "$ARGUMENTS"\n')
            torchrun.chmod(0o755)
            environment = os.environ | {"PATH": f"{work}:{os.environ['PATH']}", "LLAVA_NEXT": work}
            environment |= {"ARGUMENTS": f"{work}/arguments", "TMPDIR": work}
            subprocess.run(["sh", str(place / script.name)], check=True, env=environment)
            words = Path(f"{work}/arguments").read_text().split("\n")[:-1]
            words = words[words.index("llava/train/train_mem.py") + 1 :]
            # Paths that are not there, and what needs hardware that is not here.
            words = without(words, "deepspeed", "tf32", "bf16")
            parsed = HfArgumentParser(arguments).parse_args_into_dataclasses(words, return_remaining_strings=True)
            model, data, training, rest = parsed
            assert rest == ["--warmup_ratio", "0.03"], rest
            for file in yaml.safe_load(Path(data.data_path).read_text())["datasets"]:
                path = Path(file["json_path"])
                path.parent.mkdir(parents=True, exist_ok=True)
                row = {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}
                path.write_text((json.dumps(row) + "\n") * 20)
            rows = dataset(data.data_path, None, data)
            grid = data.image_grid_pinpoints
            seen[script.name] = {
                "tunable": model.mm_tunable_parts,
                "rates": [training.learning_rate, training.mm_vision_tower_lr, training.mm_projector_lr],
                "model_max_length": training.model_max_length,
                "aspect": data.image_aspect_ratio,
                "canvases": None if grid is None else len(ast.literal_eval(grid)) if "x" not in grid else 36,
                "frames": data.frames_upbound,
                "sources": len(rows.list_data_dict) // 20,
            }
    return seen


def without(words, *names):
    kept = list(words)
    for name in names:
        if f"--{name}" in kept:
            at = kept.index(f"--{name}")
            del kept[at : at + 2]
    return kept


# --- all -------------------------------------------------------------------------------------------------------


def main(llama_factory, ms_swift, llava_next):
    hparams = ("model_args", "data_args", "finetuning_args", "training_args")
    factory = TRAINER_FIELDS | fields_of(llama_factory, *(f"src/llamafactory/hparams/{name}.py" for name in hparams))
    swift_files = [f"swift/arguments/base_args/{name}_args.py" for name in ("base", "data", "template", "model")]
    swift_files += ["swift/arguments/sft_args.py", "swift/arguments/tuner_args.py", "swift/trainers/arguments.py"]
    swift = TRAINER_FIELDS | fields_of(ms_swift, *swift_files)
    attributes = fields_of(llama_factory, "src/llamafactory/data/parser.py")
    onevision = (make_onevision_processor, "<image>", True)
    qwen = (make_qwen_processor, "<|image_pad|>", False)
    files, found = {}, {}

    def record(path, by, what=None):
        name = str(path.relative_to(GOLDENS))
        files[name] = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "by": by}
        if what is not None:
            found[name] = what

    for plan in ("recipe", "lora", "deploy", "qwen"):
        for script in GOLDENS.glob(f"{plan}/transformers/processor.py"):
            family = qwen if plan in ("lora", "qwen") else onevision
            record(script, f"transformers {transformers.__version__}", check_processor(script, *family))
        for script in GOLDENS.glob(f"{plan}/trl/train.py"):
            record(script, f"trl {trl.__version__}, peft {peft.__version__}", check_trl(script))
        for script in GOLDENS.glob(f"{plan}/vllm/serve.sh"):
            record(script, "options of vllm 01230b4", serve_options(script, VLLM))
        for script in GOLDENS.glob(f"{plan}/sglang/serve.sh"):
            record(script, "options of sglang 004813e", serve_options(script, SGLANG))
        for path in sorted(GOLDENS.glob(f"{plan}/ms-swift/*.yaml")):
            document = yaml.safe_load(path.read_text())
            check_fields({key: value for key, value in document.items() if key != "ENV"}, swift, path)
            record(path, "fields of ms-swift 3602360")
        for path in sorted(GOLDENS.glob(f"{plan}/llama-factory/*.yaml")):
            check_fields(yaml.safe_load(path.read_text()), factory, path)
            record(path, "fields of LLaMA-Factory ff6d4d1")
        for path in GOLDENS.glob(f"{plan}/llama-factory/dataset_info.json"):
            for entry in json.loads(path.read_text()).values():
                keys = [key for key in entry if key not in ("file_name", "columns", "tags")]
                for key in [*keys, *entry["columns"], *entry["tags"]]:
                    assert key in attributes, f"{path}: {key}"
            record(path, "fields of LLaMA-Factory ff6d4d1")
        folder = GOLDENS / plan / "llava"
        if folder.exists():
            seen = check_llava(folder, llava_next)
            for path in sorted([*folder.glob("*.sh"), *folder.glob("*.yaml")]):
                record(path, "train.py of LLaVA-NeXT df179663", seen.get(path.name))
    versions = {"transformers": transformers.__version__, "trl": trl.__version__, "datasets": datasets.__version__}
    text = json.dumps({"versions": versions, "files": files, "found": found}, indent=1, sort_keys=True)
    (GOLDENS / "checked.json").write_text(text + "\n")
    print(f"{len(files)} files read")


if __name__ == "__main__":
    main(*sys.argv[1:])
