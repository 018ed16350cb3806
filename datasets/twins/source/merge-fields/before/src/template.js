const FIELD = /\{\{\s*([a-z]\w*(?:\.\w+)*)\s*\}\}/gi;

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

/** The text with every `{{path.to.value}}` replaced from `data`; throws MissingField when one is not there. */
export function render(text, data) {
  return text.replace(FIELD, (_, path) => {
    const value = valueAt(data, path);
    if (value === undefined || value === null) throw new MissingField(path);
    return String(value);
  });
}
