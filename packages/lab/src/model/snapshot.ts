/**
 * The lab's model as the files of a Hugging Face snapshot: the configuration is the model, so what trains here, what
 * `onevision run` runs and what transformers loads are read from the same files.
 */

import { assertDefined } from "@onevision/base";
import { type Checkpoint, checkpointFromSnapshot, createCounterFrom, type Settings } from "@onevision/core";
import { createProcessor, type Processor } from "@onevision/media";
import { type Architecture, readTilesArchitecture, type TilesVision } from "@onevision/model/training";
import { END, PLACEHOLDERS, type Vocabulary } from "./vocabulary.ts";

/** Sizes of a model that trains in a minute on one core. */
export interface ModelSize {
	/** Side of a tile, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Canvases are up to this many tiles wide and high. */
	readonly gridSide: number;
	readonly tower: { readonly hidden: number; readonly layers: number; readonly heads: number };
	readonly decoder: { readonly hidden: number; readonly layers: number; readonly heads: number };
}

/** 4×4 patches a tile; about 0.2 M parameters. */
export const TINY: ModelSize = {
	tile: 16,
	patch: 4,
	gridSide: 2,
	tower: { hidden: 48, layers: 2, heads: 4 },
	decoder: { hidden: 64, layers: 2, heads: 4 },
};

/** Objects on black: the mean and deviation of the lab's pixels, without which everything is learned much later. */
const PIXELS = { mean: 0.12, deviation: 0.25 };

/** Positions the decoder may number. */
const CONTEXT = 2048;

/** Contents of the files by name; text as it is, objects as JSON. */
type SnapshotContents = Readonly<Record<string, object | string>>;

/** Every file of the snapshot but its weights, as transformers 5.18 writes them. */
function snapshotContents(size: ModelSize, vocabulary: Vocabulary): SnapshotContents {
	const { tile, patch, gridSide } = size;
	const sides = Array.from({ length: gridSide }, (_, index) => tile * (index + 1));
	const image_grid_pinpoints = sides.flatMap((height) => sides.map((width) => [height, width]));
	// No image is over a cap of as many tiles as the largest canvas has.
	const vision_aspect_ratio = `anyres_max_${gridSide ** 2}`;
	const shared = { vision_aspect_ratio, vision_feature_select_strategy: "full" };
	const pixels = {
		do_convert_rgb: true,
		do_normalize: true,
		do_rescale: true,
		do_resize: true,
		image_mean: Array(3).fill(PIXELS.mean),
		image_std: Array(3).fill(PIXELS.deviation),
		resample: 3,
		rescale_factor: 1 / 255,
		size: { height: tile, width: tile },
	};
	return {
		"config.json": {
			architectures: ["LlavaOnevisionForConditionalGeneration"],
			model_type: "llava_onevision",
			dtype: "float32",
			...shared,
			image_grid_pinpoints,
			image_token_index: vocabulary.id(PLACEHOLDERS.image),
			video_token_index: vocabulary.id(PLACEHOLDERS.video),
			multimodal_projector_bias: true,
			projector_hidden_act: "gelu",
			vision_feature_layer: -1,
			tie_word_embeddings: false,
			vision_config: {
				model_type: "siglip_vision_model",
				hidden_size: size.tower.hidden,
				intermediate_size: 2 * size.tower.hidden,
				num_hidden_layers: size.tower.layers,
				num_attention_heads: size.tower.heads,
				num_channels: 3,
				image_size: tile,
				patch_size: patch,
				hidden_act: "gelu_pytorch_tanh",
				layer_norm_eps: 1e-6,
				vision_use_head: false,
			},
			text_config: {
				model_type: "qwen2",
				vocab_size: vocabulary.words.length,
				hidden_size: size.decoder.hidden,
				intermediate_size: 2 * size.decoder.hidden,
				num_hidden_layers: size.decoder.layers,
				num_attention_heads: size.decoder.heads,
				num_key_value_heads: size.decoder.heads,
				max_position_embeddings: CONTEXT,
				hidden_act: "silu",
				rms_norm_eps: 1e-6,
				rope_parameters: { rope_type: "default", rope_theta: 10_000 },
				tie_word_embeddings: false,
				use_sliding_window: false,
			},
		},
		"generation_config.json": { eos_token_id: vocabulary.id(END), pad_token_id: vocabulary.id(END) },
		"processor_config.json": {
			processor_class: "LlavaOnevisionProcessor",
			...shared,
			image_token: PLACEHOLDERS.image,
			video_token: PLACEHOLDERS.video,
			num_image_tokens: (tile / patch) ** 2,
			image_processor: {
				...pixels,
				do_pad: true,
				image_grid_pinpoints,
				image_processor_type: "LlavaOnevisionImageProcessor",
			},
			video_processor: {
				...pixels,
				do_sample_frames: false,
				video_processor_type: "LlavaOnevisionVideoProcessor",
			},
		},
		"tokenizer.json": vocabulary.tokenizer(),
		"tokenizer_config.json": {
			tokenizer_class: "PreTrainedTokenizerFast",
			processor_class: "LlavaOnevisionProcessor",
			eos_token: END,
			pad_token: END,
			unk_token: END,
			clean_up_tokenization_spaces: false,
		},
		"chat_template.jinja": CHAT_TEMPLATE,
	};
}

/** Media, then the question; the answer follows at once and ends with `END`. */
const CHAT_TEMPLATE = [
	"{% for message in messages %}",
	"{% for part in message['content'] %}{% if part['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}",
	"{% for part in message['content'] %}{% if part['type'] == 'video' %}{{ '<video>' }}{% endif %}{% endfor %}",
	"{% for part in message['content'] %}{% if part['type'] == 'text' %}{{ ' ' + part['text'] }}{% endif %}{% endfor %}",
	"{% if message['role'] == 'assistant' %}{{ '<end>' }}{% endif %}",
	"{% endfor %}",
].join("");

/** What the lab computes with. */
export interface LabModel {
	readonly size: ModelSize;
	readonly vocabulary: Vocabulary;
	readonly contents: SnapshotContents;
	readonly checkpoint: Checkpoint;
	readonly architecture: Architecture<TilesVision>;
	readonly settings: Settings;
	readonly processor: Processor;
}

/** Reads the model from its own files; `asked` are settings of the family that replace those of the snapshot. */
export function labModel(
	size: ModelSize,
	vocabulary: Vocabulary,
	asked: Readonly<Record<string, unknown>> = {},
): LabModel {
	const contents = snapshotContents(size, vocabulary);
	const config = assertDefined(contents["config.json"], "config.json");
	const files = { "config.json": config, "processor_config.json": contents["processor_config.json"] };
	const { checkpoint, settings: own } = checkpointFromSnapshot(files, { name: "lab" });
	const settings = { ...own, ...asked };
	return {
		size,
		vocabulary,
		contents,
		checkpoint,
		architecture: readTilesArchitecture(checkpoint, config),
		settings: createCounterFrom(checkpoint, settings).settings.values,
		processor: createProcessor(checkpoint, { settings }),
	};
}
