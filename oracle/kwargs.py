"""Arguments that each family's image and video processors take in a call -> processor-kwargs.json."""

import importlib
import json
import typing
from common import GOLDENS, versions

# Family -> module of transformers.models and the classes of its processors.
FAMILIES = {
    "llava-next": ("llava_next", "LlavaNextImageProcessor", None),
    "llava-next-video": ("llava_next", "LlavaNextImageProcessor", None),
    "video-llava": ("video_llava", "VideoLlavaImageProcessor", "VideoLlavaVideoProcessor"),
    "llava-onevision": ("llava_onevision", "LlavaOnevisionImageProcessor", "LlavaOnevisionVideoProcessor"),
    "qwen-vl": ("qwen2_vl", "Qwen2VLImageProcessor", "Qwen2VLVideoProcessor"),
    "llava-onevision-1.5": ("qwen2_vl", "Qwen2VLImageProcessor", None),
    "idefics2": ("idefics2", "Idefics2ImageProcessor", None),
    "idefics3": ("idefics3", "Idefics3ImageProcessor", None),
    "smolvlm": ("smolvlm", "SmolVLMImageProcessor", "SmolVLMVideoProcessor"),
    "pixtral": ("pixtral", "PixtralImageProcessor", None),
    "gemma3": ("gemma3", "Gemma3ImageProcessor", None),
    "gemma4": ("gemma4", "Gemma4ImageProcessor", "Gemma4VideoProcessor"),
    "glm4v": ("glm4v", "Glm4vImageProcessor", "Glm4vVideoProcessor"),
    "glm46v": ("glm46v", "Glm46VImageProcessor", "Glm46VVideoProcessor"),
    "ernie-4.5-vl": ("ernie4_5_vl_moe", "Ernie4_5_VLMoeImageProcessor", "Ernie4_5_VLMoeVideoProcessor"),
    "kimi-k2.5": ("kimi_k25", "Kimi_K25ImageProcessor", "Kimi_K25VideoProcessor"),
    "video-llama-3": ("video_llama_3", "VideoLlama3ImageProcessor", "VideoLlama3VideoProcessor"),
    "hunyuan-vl": ("hunyuan_vl", "HunYuanVLImageProcessor", None),
    "minicpm-v": ("minicpmv4_6", "MiniCPMV4_6ImageProcessor", "MiniCPMV4_6VideoProcessor"),
    "deepseek-ocr2": ("deepseek_ocr2", "DeepseekOcr2ImageProcessor", None),
    "internvl": ("got_ocr2", "GotOcr2ImageProcessor", None),
    "aya-vision": ("got_ocr2", "GotOcr2ImageProcessor", None),
    "mllama": ("mllama", "MllamaImageProcessor", None),
    "llama4": ("llama4", "Llama4ImageProcessor", None),
    "perception-lm": ("perception_lm", "PerceptionLMImageProcessor", "PerceptionLMVideoProcessor"),
    "cohere2-vision": ("cohere2_vision", "Cohere2VisionImageProcessor", None),
    "ovis2": ("ovis2", "Ovis2ImageProcessor", None),
    "lfm2-vl": ("lfm2_vl", "Lfm2VlImageProcessor", None),
    "phi4-multimodal": ("phi4_multimodal", "Phi4MultimodalImageProcessor", None),
}
VIDEO_OF = {
    "internvl": ("internvl", "InternVLVideoProcessor"),
    "llava-next-video": ("llava_next_video", "LlavaNextVideoVideoProcessor"),
}


def keys(module: str, kind: str, name: str | None) -> list[str] | None:
    if name is None:
        return None
    path = f"transformers.models.{module}.{kind}_processing_{module}"
    processor = getattr(importlib.import_module(path), name)
    return sorted(typing.get_type_hints(processor.valid_kwargs))


def main() -> None:
    families = {}
    for family, (module, image, video) in FAMILIES.items():
        video_module, video_class = VIDEO_OF.get(family, (module, video))
        families[family] = {
            "images": keys(module, "image", image),
            "videos": keys(video_module, "video", video_class),
        }
    golden = {"versions": versions(), "families": families}
    (GOLDENS / "processor-kwargs.json").write_text(json.dumps(golden, indent="\t") + "\n")


if __name__ == "__main__":
    main()
