const FIELD = /\{\{\s*([a-z][\w-]*(?:\.[\w-]+)*)\s*\}\}/gi;

export class MissingField extends Error {
  constructor(path) {
    super(`no value for {{${path}}}`);
    this.name = 'MissingField';
    this.path = path;
  }
}

function valueAt(data, path) {
  let value = data;
  for (const key of path.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** Whether `data` has something to put in the place of `{{path}}`. */
export function isFilled(data, path) {
  const value = valueAt(data, path);
  return value !== undefined && value !== null;
}

/** Whether there is anything to fill in. */
export function hasFields(text) {
  return FIELD.test(text);
}

/** The paths of the fields in a text, each once, in the order of their first appearance. */
export function fieldsOf(text) {
  return [...new Set(Array.from(text.matchAll(FIELD), ([, path]) => path))];
}

/** The text with every `{{path.to.value}}` replaced from `data`; throws MissingField when one is not there. */
export function render(text, data) {
  return text.replace(FIELD, (_, path) => {
    if (!isFilled(data, path)) throw new MissingField(path);
    return String(valueAt(data, path));
  });
}
