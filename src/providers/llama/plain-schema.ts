import { isObject } from "../../core/json.ts";

/** A JSON schema in the words that the engine's grammars know. */
export interface Plain {
  schema: Readonly<Record<string, unknown>>;
  /** Keywords that a grammar cannot hold a model to, sorted; whoever reads the answer has to check them. */
  dropped: string[];
}

type Json = Readonly<Record<string, unknown>>;

const scalars = ["string", "number", "integer", "boolean", "null"] as const;
type Scalar = (typeof scalars)[number];

/** Keywords that say nothing about which values are valid, or that every grammar heeds. */
const silent = new Set(
  "type properties items prefixItems $defs definitions $schema $id $comment title description default examples deprecated readOnly writeOnly".split(
    " ",
  ),
);
/** More repetitions than this are refused by llama.cpp. */
const mostRepetitions = 2000;
const mostChoices = 64;
const formats = ["date-time", "time", "date"];

/**
 * Puts a JSON schema into the keywords that the engine's grammars know. What they do not know is dropped and named, so
 * that the grammar allows more than the schema does; but every property is asked for, also an optional one, and objects
 * with properties have no others.
 */
export function plainSchema(schema: Json): Plain {
  const defs = { ...asObject(schema["definitions"]), ...asObject(schema["$defs"]) };
  const context: Context = { names: new Set(Object.keys(defs)), dropped: new Set() };
  const root = convert(schema, context);
  const plainDefs = mapValues(defs, (inner) => convert(inner, context));
  const withDefs = context.names.size === 0 ? root : { ...root, $defs: plainDefs };
  return { schema: withDefs, dropped: [...context.dropped].sort() };
}

interface Context {
  /** Of the definitions that can be referred to. */
  names: ReadonlySet<string>;
  dropped: Set<string>;
}

function convert(value: unknown, context: Context): Json {
  if (!isObject(value)) return anything;
  const schema = withoutAllOf(value, context);
  const heeded = new Set<string>();
  const plain = convertHeeding(schema, heeded, context);
  for (const key of Object.keys(schema)) if (!silent.has(key) && !heeded.has(key)) context.dropped.add(key);
  return plain;
}

/** @param heeded takes the keywords that the result holds a model to */
function convertHeeding(schema: Json, heeded: Set<string>, context: Context): Json {
  if (typeof schema["$ref"] === "string") return convertReference(schema["$ref"], heeded, context);
  if ("const" in schema && isScalar(schema["const"])) {
    heeded.add("const");
    return { const: schema["const"] };
  }
  if (Array.isArray(schema["enum"]) && schema["enum"].every(isScalar)) {
    heeded.add("enum");
    return { enum: schema["enum"] };
  }
  for (const union of ["oneOf", "anyOf"]) {
    const choices = schema[union];
    if (!Array.isArray(choices)) continue;
    heeded.add(union);
    return { oneOf: choices.map((choice) => convert(choice, context)) };
  }
  const types = typesOf(schema);
  if (types.length > 1) {
    const each = types.map((type) => convertType(type, schema, heeded, context));
    return { oneOf: each };
  }
  return types[0] === undefined ? anything : convertType(types[0], schema, heeded, context);
}

function convertReference(reference: string, heeded: Set<string>, { names }: Context): Json {
  const [, name] = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(reference) ?? [];
  if (name === undefined || !names.has(name)) return anything;
  heeded.add("$ref");
  return { $ref: `#/$defs/${name}` };
}

function convertType(type: string, schema: Json, heeded: Set<string>, context: Context): Json {
  if (type === "object") return convertObject(schema, heeded, context);
  if (type === "array") return convertArray(schema, heeded, context);
  if (type === "string") return convertString(schema, heeded);
  if (type === "integer") return convertInteger(schema, heeded);
  return scalars.includes(type as Scalar) ? { type } : anything;
}

function convertObject(schema: Json, heeded: Set<string>, context: Context): Json {
  const properties = mapValues(asObject(schema["properties"]), (inner) => convert(inner, context));
  const names = Object.keys(properties);
  const required: unknown = schema["required"];
  const isAllRequired = Array.isArray(required) && names.every((name) => required.includes(name));
  if (isAllRequired || names.length === 0) heeded.add("required");
  else if (names.length > 0) context.dropped.add("optional properties");
  const more = schema["additionalProperties"];
  heeded.add("additionalProperties");
  if (isObject(more)) return { type: "object", properties, additionalProperties: convert(more, context) };
  const isOpen = more === true || (more === undefined && names.length === 0);
  return { type: "object", properties, ...(isOpen ? { additionalProperties: true } : {}) };
}

function convertArray(schema: Json, heeded: Set<string>, context: Context): Json {
  const { items, prefixItems } = schema;
  return {
    type: "array",
    ...(isObject(items) ? { items: convert(items, context) } : {}),
    ...(Array.isArray(prefixItems) ? { prefixItems: prefixItems.map((item) => convert(item, context)) } : {}),
    ...countsOf(schema, ["minItems", "maxItems"], heeded),
  };
}

function convertString(schema: Json, heeded: Set<string>): Json {
  const format = schema["format"];
  if (typeof format === "string" && formats.includes(format)) {
    heeded.add("format");
    return { type: "string", format };
  }
  return { type: "string", ...countsOf(schema, ["minLength", "maxLength"], heeded) };
}

/** A narrow range of integers is a choice between them, which a grammar can hold; a wide one is not. */
function convertInteger(schema: Json, heeded: Set<string>): Json {
  const { minimum, maximum } = schema;
  if (typeof minimum !== "number" || typeof maximum !== "number") return { type: "integer" };
  const first = Math.ceil(minimum);
  const length = Math.floor(maximum) - first + 1;
  if (length < 1 || length > mostChoices) return { type: "integer" };
  heeded.add("minimum").add("maximum");
  return { enum: Array.from({ length }, (_, index) => first + index) };
}

function countsOf(schema: Json, keys: readonly string[], heeded: Set<string>): Json {
  const counts: Record<string, number> = {};
  for (const key of keys) {
    const count = schema[key];
    if (typeof count !== "number" || count > mostRepetitions) continue;
    heeded.add(key);
    counts[key] = count;
  }
  return counts;
}

/** Parts that all have to hold, as one schema where they are objects with properties. */
function withoutAllOf(schema: Json, context: Context): Json {
  const { allOf, ...rest } = schema;
  if (!Array.isArray(allOf)) return schema;
  const parts = [rest, ...allOf.filter(isObject)].map((part) => withoutAllOf(part, context));
  if (parts.some((part) => "$ref" in part || "oneOf" in part || "anyOf" in part)) {
    context.dropped.add("allOf");
    return parts.find((part) => "$ref" in part) ?? rest;
  }
  const properties = Object.assign({}, ...parts.map((part) => asObject(part["properties"]))) as Json;
  const required = parts.flatMap((part) => (Array.isArray(part["required"]) ? (part["required"] as unknown[]) : []));
  const merged = Object.assign({}, ...parts) as Json;
  return Object.keys(properties).length === 0 ? merged : { ...merged, properties, required };
}

function typesOf(schema: Json): string[] {
  const type = schema["type"];
  if (typeof type === "string") return [type];
  if (Array.isArray(type)) return type.filter((one) => typeof one === "string");
  if ("properties" in schema) return ["object"];
  return "items" in schema || "prefixItems" in schema ? ["array"] : [];
}

/** Any JSON value at all, three levels deep, which is as far as the free parts of an answer may go. */
const anything: Json = anyValue(3);

function anyValue(depth: number): Json {
  const choices: Json[] = [{ type: [...scalars] }];
  if (depth > 0) {
    const inner = anyValue(depth - 1);
    choices.push({ type: "object", additionalProperties: inner }, { type: "array", items: inner });
  }
  return { oneOf: choices };
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function asObject(value: unknown): Json {
  return isObject(value) ? value : {};
}

function mapValues(object: Json, change: (value: unknown) => Json): Record<string, Json> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
