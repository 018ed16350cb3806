import { createReadStream } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";

export interface DrawingInfo {
	/** Relative to the folder of the tenant, with slashes. */
	name: string;
	bytes: number;
	changedAt: Date;
}

/** Answered with 404. */
export class DrawingNotFound extends Error {
	readonly statusCode = 404;

	constructor(name: string) {
		super(`There is no drawing ${name}`);
		this.name = "DrawingNotFound";
	}
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

	async read(tenant: string, name: string): Promise<{ stream: Readable; fileName: string }> {
		const file = await this.#locate(tenant, name);
		return { stream: createReadStream(file), fileName: path.basename(file) };
	}

	async remove(tenant: string, name: string): Promise<void> {
		await rm(await this.#locate(tenant, name), { force: true });
	}

	/** The path of a drawing that is there and is the tenant's own. */
	async #locate(tenant: string, name: string): Promise<string> {
		const folder = this.#folderOf(tenant);
		const file = path.resolve(folder, name);
		if (!file.startsWith(folder + path.sep)) throw new DrawingNotFound(name);
		const info = await stat(file).catch(nullIfMissing);
		if (!info?.isFile()) throw new DrawingNotFound(name);
		return file;
	}

	#folderOf(tenant: string): string {
		return path.join(this.#base, tenant);
	}
}

function noneIfMissing(error: NodeJS.ErrnoException): [] {
	if (error.code === "ENOENT") return [];
	throw error;
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
	if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
	throw error;
}
