/** Providers of closed models. Each has a folder here with its counting rules and models. */

export const PROVIDERS = ["openai", "anthropic", "google", "xai", "mistral", "amazon", "alibaba"] as const;
export type Provider = (typeof PROVIDERS)[number];
