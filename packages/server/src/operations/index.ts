/** Every question, by its route. */

import { compare } from "./compare.ts";
import { count } from "./count.ts";
import { fit } from "./fit.ts";
import { model, models } from "./models.ts";
import type { Operation } from "./operation.ts";
import { plan } from "./plan.ts";

export interface Route {
	readonly method: "get" | "post";
	/** In Hono's form. */
	readonly path: string;
	readonly operation: Operation;
	/** Whether files may come as multipart/form-data. */
	readonly takesFiles: boolean;
}

export const ROUTES: readonly Route[] = [
	{ method: "post", path: "/v1/count", operation: count, takesFiles: true },
	{ method: "post", path: "/v1/compare", operation: compare, takesFiles: true },
	{ method: "post", path: "/v1/fit", operation: fit, takesFiles: true },
	{ method: "post", path: "/v1/plan", operation: plan, takesFiles: true },
	{ method: "get", path: "/v1/models", operation: models, takesFiles: false },
	{ method: "get", path: "/v1/models/:id{.+}", operation: model, takesFiles: false },
];
