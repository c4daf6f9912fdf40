// Reads the JSON Schema of a kind's parameters as fields of a form, and what was filled in as parameters again.
export type FieldForm = "text" | "long" | "number" | "switch" | "choice" | "lines" | "json";

export interface Field {
  name: string;
  form: FieldForm;
  hint: string;
  required: boolean;
  /** Whether only whole numbers fit. */
  whole: boolean;
  least: number | undefined;
  most: number | undefined;
  longest: number | undefined;
  choices: readonly string[];
  /** What holds where nothing is said; undefined where nothing does. */
  first: unknown;
}

type Schema = Record<string, unknown>;

/** The fields of the parameters, in the order the schema names them. */
export function fields(schema: Schema): Field[] {
  const root = resolved(schema, schema);
  const needed = new Set(list(root["required"]).filter((name) => typeof name === "string"));
  const properties = (root["properties"] ?? {}) as Record<string, Schema>;
  return Object.entries(properties).map(([name, own]) => field(name, own, schema, needed.has(name)));
}

function field(name: string, own: Schema, whole: Schema, required: boolean): Field {
  const said = plain(own, whole);
  const number = (key: string): number | undefined => (typeof said[key] === "number" ? (said[key] as number) : undefined);
  const longest = number("maxLength");
  return {
    name,
    form: form(said, whole, longest),
    hint: typeof own["description"] === "string" ? own["description"] : "",
    required,
    whole: said["type"] === "integer",
    least: number("minimum"),
    most: number("maximum"),
    longest,
    choices: list(said["enum"]).map(String),
    first: own["default"],
  };
}

function form(said: Schema, whole: Schema, longest: number | undefined): FieldForm {
  if (said["enum"]) return list(said["enum"]).every((one) => typeof one === "string") ? "choice" : "json";
  if (said["type"] === "boolean") return "switch";
  if (said["type"] === "integer" || said["type"] === "number") return "number";
  if (said["type"] === "string") return longest !== undefined && longest > 2_000 ? "long" : "text";
  const items = said["type"] === "array" && said["items"] ? plain(said["items"] as Schema, whole) : null;
  return items?.["type"] === "string" && !items["enum"] ? "lines" : "json";
}

/** The schema without the ways around it: references followed, "or nothing" left out. */
function plain(own: Schema, whole: Schema): Schema {
  const said = resolved(own, whole);
  const some = list(said["anyOf"]).filter((one) => (one as Schema)["type"] !== "null") as Schema[];
  return some.length === 1 && some[0] ? resolved(some[0], whole) : said;
}

function resolved(own: Schema, whole: Schema): Schema {
  const to = own["$ref"];
  if (typeof to !== "string") return own;
  let found: unknown = whole;
  for (const part of to.replace(/^#\//, "").split("/")) found = (found as Schema | undefined)?.[part];
  return (found ?? {}) as Schema;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** What stands in the field for this value. */
export function written(field: Field, value: unknown): string {
  if (value === undefined || value === null) return "";
  if (field.form === "lines" && Array.isArray(value)) return value.join("\n");
  if (field.form === "json") return JSON.stringify(value, null, 2);
  return String(value);
}

/** The value of what stands in the field; undefined where it says nothing. Throws SyntaxError where it is no JSON. */
export function value(field: Field, text: string): unknown {
  if (field.form === "switch") return text === "true";
  if (field.form === "text" || field.form === "long") return text === "" && !field.required ? undefined : text;
  if (text.trim() === "") return undefined;
  if (field.form === "number") return Number(text);
  if (field.form === "lines") return text.split("\n").filter((line, at, all) => line !== "" || at < all.length - 1);
  if (field.form === "json") return JSON.parse(text) as unknown;
  return text;
}

/** All fields as parameters: what says nothing, or only what holds anyway and was not said before, is left out. */
export function gathered(all: readonly Field[], texts: Readonly<Record<string, string>>, before: Record<string, unknown>): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const field of all) {
    const said = value(field, texts[field.name] ?? "");
    if (said === undefined) continue;
    const same = JSON.stringify(said) === JSON.stringify(field.first);
    if (!same || field.name in before || field.required) made[field.name] = said;
  }
  return made;
}
