/** The studio for programs on Node: the folder of the built page, and a server for it on this machine. */

export { CONTENT_SECURITY_POLICY } from "./content-security-policy.ts";
export { openBrowser } from "./open-browser.ts";
export { pageFolder, writePage } from "./page-folder.ts";
export { type PageServer, SECURITY_HEADERS, servePage } from "./serve.ts";
