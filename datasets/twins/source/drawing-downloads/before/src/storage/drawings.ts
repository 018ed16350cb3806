import { readdir, stat } from "node:fs/promises";
import path from "node:path";

export interface DrawingInfo {
	/** Relative to the folder of the tenant, with slashes. */
	name: string;
	bytes: number;
	changedAt: Date;
}

/** The drawings that the export writes: below `base` one folder per tenant, named by its slug, with folders of projects. */
export class DrawingStore {
	readonly #base: string;

	constructor(base: string) {
		this.#base = path.resolve(base);
	}

	async list(tenant: string): Promise<DrawingInfo[]> {
		const folder = this.#folderOf(tenant);
		const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(noneIfMissing);
		const files = entries.filter((entry) => entry.isFile());
		return Promise.all(
			files.map(async (entry) => {
				const file = path.join(entry.parentPath, entry.name);
				const { size, mtime } = await stat(file);
				const name = path.relative(folder, file).split(path.sep).join("/");
				return { name, bytes: size, changedAt: mtime };
			}),
		);
	}

	#folderOf(tenant: string): string {
		return path.join(this.#base, tenant);
	}
}

function noneIfMissing(error: NodeJS.ErrnoException): [] {
	if (error.code === "ENOENT") return [];
	throw error;
}
