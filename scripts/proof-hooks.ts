import { existsSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transformSync } from "oxc-transform";
import { compileScript, parse } from "vue/compiler-sfc";

// Preloaded into the process of a proof: reads the twins' TypeScript, JSX and Vue files as their build tools would, and
// finds react, vue and happy-dom in this project, since the twins have no dependencies of their own.

const here = import.meta.url;
const endings = [".ts", ".tsx", ".js", ".jsx", ".vue", "/index.ts", "/index.js"];

function compileTyped(file: string, text: string): string {
  const { code, errors } = transformSync(file, text, { jsx: { runtime: "automatic" }, sourcemap: false });
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors.map(({ message }) => message).join("; ")}`);
  return code;
}

function compileVue(file: string, text: string): string {
  const { descriptor, errors } = parse(text, { filename: file });
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors.map(({ message }) => message).join("; ")}`);
  const { content } = compileScript(descriptor, { id: file, inlineTemplate: true });
  return compileTyped(`${file}.ts`, content);
}

function resolveOwnEnding(specifier: string, parent: string | undefined): string | null {
  if (!/^\.\.?\//.test(specifier) || parent === undefined) return null;
  const path = fileURLToPath(new URL(specifier, parent));
  const found = endings.map((ending) => `${path}${ending}`).find((candidate) => existsSync(candidate));
  return found === undefined ? null : pathToFileURL(found).href;
}

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      const url = resolveOwnEnding(specifier, context.parentURL);
      if (url !== null) return { url, shortCircuit: true };
      if (/^(react|react-dom|vue|happy-dom)(\/|$)/.test(specifier))
        return next(specifier, { ...context, parentURL: here });
      throw error;
    }
  },
  load(url, context, next) {
    if (!/\.(tsx?|jsx|vue)$/.test(url) || url.includes("/node_modules/") || url.startsWith(new URL(".", here).href))
      return next(url, context);
    const file = fileURLToPath(url);
    const text = readFileSync(file, "utf8");
    const source = file.endsWith(".vue") ? compileVue(file, text) : compileTyped(file, text);
    return { format: "module", source, shortCircuit: true };
  },
});
