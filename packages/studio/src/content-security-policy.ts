/** What the page may do: only what is served with it. Set in the page itself and as a header. */

/**
 * WebAssembly is for the exact resampler, `blob:` for the user's own images. The hash is of the one style sheet that
 * Observable Plot writes into its charts; a test fails when another version writes another.
 */
export const CONTENT_SECURITY_POLICY = [
	"default-src 'none'",
	"script-src 'self' 'wasm-unsafe-eval'",
	"style-src 'self' 'sha256-+TfQir1nvDucAdvE6XUQBt4ayUjpAWkbw2kCdSfekHM='",
	"img-src 'self' blob:",
	"font-src 'self'",
	"connect-src 'self'",
	"worker-src 'self'",
	"manifest-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
].join("; ");
