/**
 * Formats that a provider accepts, and how it handles the type a request declares for an item's bytes. Each rule
 * comes from the provider's own page or error message. Anything they do not state becomes a note, never a rejection.
 */

import type { LimitBreach, LimitId, SizedItem } from "../limits.ts";
import type { ApiModel } from "../providers/model.ts";
import type { Provider } from "../providers/provider.ts";
import type { RequestMedia } from "./request.ts";

/** Formats named as in a file's header: `jpeg`, `mp4`. */
interface MediaTypeRule {
	readonly image: readonly string[];
	/** Absent if not published, or if there is no video. */
	readonly video?: readonly string[];
	/** Types that a request may declare, exactly as written. Absent if not published. */
	readonly declared?: readonly string[];
	/** Rejects bytes whose type differs from the declared one. Absent if not published. */
	readonly mustMatch?: true;
	readonly source: string;
}

const WEB_IMAGES = ["jpeg", "png", "gif", "webp"] as const;
const WEB_TYPES = WEB_IMAGES.map((format) => `image/${format}`);

/** Every provider; `undefined` if no formats are confirmed. */
const MEDIA_TYPE_RULES = {
	openai: {
		image: WEB_IMAGES,
		source:
			"https://developers.openai.com/api/docs/guides/images-vision; BMP refused, measured in https://github.com/yuji-hatakeyama/opencode-gpt-imagegen/pull/82 (400 lists image/jpeg, image/png, image/gif, image/webp)",
	},
	anthropic: {
		image: WEB_IMAGES,
		declared: WEB_TYPES,
		mustMatch: true,
		source:
			"https://platform.claude.com/docs/en/build-with-claude/vision; https://github.com/anthropics/claude-code/issues/8184 (400: media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'); https://github.com/BerriAI/litellm/issues/24900 (400: specified using the image/png media type, but the image appears to be a image/jpeg image)",
	},
	google: {
		image: ["png", "jpeg", "webp", "heic"],
		video: ["mp4", "mov", "avi", "webm"],
		declared: [
			...["png", "jpeg", "webp", "heic", "heif"].map((name) => `image/${name}`),
			...["mp4", "mpeg", "mpegs", "mov", "quicktime", "avi", "x-flv", "mpg", "webm", "wmv", "3gpp"].map(
				(name) => `video/${name}`,
			),
		],
		source:
			"https://ai.google.dev/gemini-api/docs/image-understanding and …/video-understanding, https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/video-understanding (supported MIME types); https://github.com/ogkalu2/comic-translate/pull/399 (400: Unsupported MIME type: image/jpg)",
	},
	xai: {
		image: ["jpeg", "png"],
		source: "https://docs.x.ai/docs/guides/image-understanding (general limits: jpg/jpeg or png)",
	},
	amazon: {
		image: WEB_IMAGES,
		video: ["mp4", "mov", "mkv", "webm"],
		source: "https://docs.aws.amazon.com/nova/latest/userguide/modalities.html (file formats supported)",
	},
	mistral: undefined,
	alibaba: undefined,
} as const satisfies Record<Provider, MediaTypeRule | undefined>;

/** Formats whose name differs from the declared subtype. */
const FORMAT_OF_SUBTYPE: Readonly<Record<string, string>> = {
	jpg: "jpeg",
	heif: "heic",
	"x-ms-bmp": "bmp",
	tif: "tiff",
	quicktime: "mov",
	"3gpp": "mp4",
	"x-matroska": "mkv",
	matroska: "mkv",
	msvideo: "avi",
	"x-msvideo": "avi",
};

/** Formats that a provider accepts, named as in a file's header; `undefined` if none are confirmed. */
export function mediaFormats(
	provider: Provider,
): Pick<MediaTypeRule, "image" | "video" | "source"> | undefined {
	return MEDIA_TYPE_RULES[provider];
}

export interface MediaTypeFindings {
	readonly breaches: readonly LimitBreach[];
	/** What the provider does not state. */
	readonly notes: readonly string[];
}

/** Checks an item's format and declared type against its model's provider. */
export function checkMediaType(
	{ title, provider }: Pick<ApiModel, "title" | "provider">,
	media: RequestMedia,
	item: number,
	size: SizedItem | undefined,
): MediaTypeFindings {
	const rule: MediaTypeRule | undefined = MEDIA_TYPE_RULES[provider];
	const { path, kind } = media;
	const wrong = (limit: LimitId, message: string): LimitBreach => ({
		limit,
		item,
		path,
		message: `${title}: ${path}: ${message}`,
		source: rule?.source ?? "",
	});
	const breaches: LimitBreach[] = [];
	const format = size?.format;
	const taken = rule?.[kind];
	if (format !== undefined && taken !== undefined && !taken.includes(format)) {
		breaches.push(
			wrong("format", `its bytes are ${format}; ${kind}s may be ${taken.join(", ")}; convert it`),
		);
	}
	const declared = checkDeclared(rule, media, format);
	if (declared === undefined) return { breaches, notes: [] };
	return declared.isRefused
		? { breaches: [...breaches, wrong("declared-type", declared.message)], notes: [] }
		: { breaches, notes: [`${path}: ${declared.message}`] };
}

interface Declared {
	readonly isRefused: boolean;
	readonly message: string;
}

/** What is wrong with the declared type; `undefined` if nothing. */
function checkDeclared(
	rule: MediaTypeRule | undefined,
	{ kind, reference, declaredType }: RequestMedia,
	format: string | undefined,
): Declared | undefined {
	const listed = rule?.declared?.filter((type) => type.startsWith(`${kind}/`));
	if (declaredType === undefined) {
		return listed !== undefined && reference.kind === "data"
			? { isRefused: true, message: `no type is declared; write one of ${listed.join(", ")}` }
			: undefined;
	}
	const declared = `declared as ${JSON.stringify(declaredType.slice(0, 60))}`;
	if (listed !== undefined && !listed.includes(declaredType)) {
		return { isRefused: true, message: `${declared}; may be ${listed.join(", ")}` };
	}
	if (format === undefined || formatOf(declaredType) === format) return undefined;
	const bytes = `${declared}, its bytes are ${format}`;
	return rule?.mustMatch === true
		? { isRefused: true, message: `${bytes}; declare ${kind}/${format}` }
		: { isRefused: false, message: `${bytes}; counted by its bytes, whether it is refused is not published` };
}

/** The format a type names: `image/jpg; q=1` is `jpeg`. */
function formatOf(type: string): string {
	const subtype = (type.split(";")[0] ?? "").split("/")[1]?.trim().toLowerCase() ?? "";
	return Object.hasOwn(FORMAT_OF_SUBTYPE, subtype) ? (FORMAT_OF_SUBTYPE[subtype] ?? subtype) : subtype;
}
