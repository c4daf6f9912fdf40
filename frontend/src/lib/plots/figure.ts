// Reads plots that programs report in Plotly's form as something our own drawing understands. Everything here is pure.

export interface Axis {
  title: string;
  log: boolean;
  /** Whether places are milliseconds since 1970. */
  time: boolean;
  /** What stands at places 0, 1, 2 and so on, where they are words and no numbers. */
  labels: readonly string[] | null;
}

export interface Trace {
  name: string;
  xs: readonly (number | null)[];
  ys: readonly (number | null)[];
  line: boolean;
  dots: boolean;
}

export interface Table {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

export interface Bars {
  form: "bars";
  labels: readonly string[];
  series: readonly { name: string; values: readonly (number | null)[] }[];
  x: string;
  y: string;
}

export interface Heat {
  form: "heat";
  columns: readonly string[];
  rows: readonly string[];
  values: readonly (readonly (number | null)[])[];
  x: string;
  y: string;
}

export type Drawn =
  | { form: "lines"; traces: readonly Trace[]; x: Axis; y: Axis }
  | Bars
  | Heat
  | { form: "picture"; address: string }
  | { form: "table"; table: Table }
  | { form: "other"; kind: string; table: Table };

export interface Figure {
  title: string;
  parts: readonly Drawn[];
}

type Json = Record<string, unknown>;

/** How many stretches raw values are counted in. */
const BINS = 30;
const DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** What a figure shows; null where the text is none. */
export function figure(text: string): Figure | null {
  const said = parsed(text);
  if (said === null) return null;
  const layout = json(said["layout"]);
  const traces = list(said["data"]).map(json);
  const pictures = list(layout["images"]).flatMap((one) => (typeof json(one)["source"] === "string" ? [json(one)["source"] as string] : []));
  const parts: Drawn[] = [
    ...pictures.map((address) => ({ form: "picture" as const, address })),
    ...lines(traces.filter((one) => shape(one) === "scatter" && points(one).some((y) => y !== null)), layout),
    ...bars(traces.filter((one) => ["bar", "histogram", "pie"].includes(shape(one))), layout),
    ...traces.filter((one) => ["heatmap", "table"].includes(shape(one))).map((one) => (shape(one) === "table" ? table(one) : heat(one, layout))),
    ...traces.filter((one) => !KNOWN.includes(shape(one))).map(other),
  ];
  return { title: plain(titled(layout["title"])), parts };
}

/** The same as a table. */
export function tableOf(drawn: Drawn, words: { x: string; series: (n: number) => string }): Table {
  switch (drawn.form) {
    case "lines":
      return {
        columns: ["", drawn.x.title || words.x, drawn.y.title || "y"],
        rows: drawn.traces.flatMap((trace, n) =>
          trace.xs.map((x, at) => [trace.name || words.series(n + 1), said(x, drawn.x), said(trace.ys[at] ?? null, drawn.y)]),
        ),
      };
    case "bars":
      return {
        columns: [drawn.x, ...drawn.series.map((one, n) => one.name || words.series(n + 1))],
        rows: drawn.labels.map((label, at) => [label, ...drawn.series.map((one) => number(one.values[at] ?? null))]),
      };
    case "heat":
      return {
        columns: [[drawn.y, drawn.x].filter(Boolean).join(" \\ "), ...drawn.columns],
        rows: drawn.rows.map((row, at) => [row, ...(drawn.values[at] ?? []).map(number)]),
      };
    case "picture":
      return { columns: [], rows: [] };
    default:
      return drawn.table;
  }
}

/** A place along an axis in words. */
export function said(at: number | null, axis: Axis): string {
  if (at === null) return "";
  if (axis.labels) return axis.labels[at] ?? "";
  return axis.time ? new Date(at).toISOString().replace("T", " ").replace(/\.000Z$|Z$/, "") : number(at);
}

/** A number as it may stand in a cell. */
export const number = (value: number | null): string => (value === null ? "" : Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6))));

/** The text without tags: titles may hold some. */
const plain = (text: string): string => text.replace(/<br\s*\/?>/gi, " ").replace(/<[^>]*>/g, "");

const KNOWN = ["scatter", "bar", "histogram", "pie", "heatmap", "table"];
/** What is drawn like another: a surface or contours say the same as a map, seen from above. */
const SAME = new Map([["scattergl", "scatter"], ["heatmapgl", "heatmap"], ["surface", "heatmap"], ["contour", "heatmap"]]);

function shape(trace: Json): string {
  const type = typeof trace["type"] === "string" ? trace["type"] : "scatter";
  return SAME.get(type) ?? type;
}

function lines(traces: readonly Json[], layout: Json): Drawn[] {
  if (traces.length === 0) return [];
  const x = axis(json(layout["xaxis"]), traces.map((one) => array(one["x"])));
  const y = axis(json(layout["yaxis"]), traces.map((one) => array(one["y"])));
  const drawn = traces.map((one): Trace => {
    const ys = array(one["y"]).map((value) => placed(value, y));
    const xs = one["x"] === undefined || one["x"] === null ? ys.map((_, at) => at) : array(one["x"]).map((value) => placed(value, x));
    const mode = typeof one["mode"] === "string" ? one["mode"] : "lines";
    return { name: plain(text(one["name"])), xs, ys, line: mode.includes("lines"), dots: mode.includes("markers") };
  });
  return [{ form: "lines", traces: drawn, x, y }];
}

function axis(said: Json, values: readonly (readonly unknown[])[]): Axis {
  const some = values.flat().filter((value) => value !== null && value !== undefined);
  const numeric = some.every((value) => numeral(value) !== null);
  const time = !numeric && some.length > 0 && some.every((value) => typeof value === "string" && DATE.test(value));
  const labels = numeric || time ? null : [...new Set(some.map(text))];
  return { title: plain(titled(said["title"])), log: said["type"] === "log", time, labels };
}

function placed(value: unknown, axis: Axis): number | null {
  if (value === null || value === undefined) return null;
  if (axis.labels) return axis.labels.indexOf(text(value));
  if (axis.time) return instant(text(value));
  return numeral(value);
}

function instant(value: string): number | null {
  const at = Date.parse(value.includes(":") && !/(Z|[+-]\d{2}:?\d{2})$/.test(value) ? `${value.replace(" ", "T")}Z` : value.replace(" ", "T"));
  return Number.isNaN(at) ? null : at;
}

function bars(traces: readonly Json[], layout: Json): Drawn[] {
  const drawn = traces.map((one) => ({ name: plain(text(one["name"])), ...counted(one) })).filter((one) => one.labels.length > 0);
  if (drawn.length === 0) return [];
  const labels = [...new Set(drawn.flatMap((one) => one.labels))];
  const flat = traces.some((one) => one["orientation"] === "h");
  const titles = [plain(titled(json(layout["xaxis"])["title"])), plain(titled(json(layout["yaxis"])["title"]))];
  return [
    {
      form: "bars",
      labels,
      series: drawn.map((one) => {
        const known = new Map(one.labels.map((label, at) => [label, one.values[at] ?? null]));
        return { name: one.name, values: labels.map((label) => known.get(label) ?? null) };
      }),
      x: titles[flat ? 1 : 0] ?? "",
      y: titles[flat ? 0 : 1] ?? "",
    },
  ];
}

function counted(trace: Json): { labels: string[]; values: (number | null)[] } {
  if (shape(trace) === "pie") return { labels: array(trace["labels"]).map(text), values: array(trace["values"]).map(numeral) };
  if (shape(trace) === "histogram") return binned(array(trace["x"] ?? trace["y"]));
  const flat = trace["orientation"] === "h";
  const values = array(trace[flat ? "x" : "y"]).map(numeral);
  const named = array(trace[flat ? "y" : "x"]).map(text);
  return { labels: values.map((_, at) => named[at] ?? String(at)), values };
}

/** How many of raw values fall into each of some stretches, or how often each word comes. */
function binned(values: readonly unknown[]): { labels: string[]; values: number[] } {
  const numbers = values.map(numeral);
  if (numbers.some((one) => one === null)) {
    const often = new Map<string, number>();
    for (const value of values.map(text)) often.set(value, (often.get(value) ?? 0) + 1);
    return { labels: [...often.keys()], values: [...often.values()] };
  }
  const known = numbers as number[];
  if (known.length === 0) return { labels: [], values: [] };
  const least = known.reduce((one, other) => Math.min(one, other));
  const most = known.reduce((one, other) => Math.max(one, other));
  const width = (most - least) / BINS || 1;
  const counts = new Array<number>(most > least ? BINS : 1).fill(0);
  for (const one of known) {
    const at = Math.min(counts.length - 1, Math.floor((one - least) / width));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return { labels: counts.map((_, at) => number(least + at * width)), values: counts };
}

function heat(trace: Json, layout: Json): Drawn {
  const values = rows(trace["z"]).map((row) => row.map(numeral));
  const width = values.reduce((one, row) => Math.max(one, row.length), 0);
  const [xs, ys] = [array(trace["x"]), array(trace["y"])];
  // A surface may say for each of its places where it lies.
  const columns = (Array.isArray(xs[0]) ? xs[0] : xs).map(text);
  const named = ys.map((one) => text(Array.isArray(one) ? one[0] : one));
  const around = trace["type"] === "surface" ? json(layout["scene"]) : layout;
  return {
    form: "heat",
    values,
    columns: Array.from({ length: width }, (_, at) => columns[at] ?? String(at)),
    rows: values.map((_, at) => named[at] ?? String(at)),
    x: plain(titled(json(around["xaxis"])["title"])),
    y: plain(titled(json(around["yaxis"])["title"])),
  };
}

function table(trace: Json): Drawn {
  const columns = array(json(trace["header"])["values"]).map((one) => plain(Array.isArray(one) ? one.map(text).join(" ") : text(one)));
  const cells = rows(json(trace["cells"])["values"]);
  const height = cells.reduce((one, column) => Math.max(one, column.length), 0);
  return {
    form: "table",
    table: { columns, rows: Array.from({ length: height }, (_, at) => cells.map((column) => plain(text(column[at])))) },
  };
}

type Column = readonly [string, readonly unknown[]];

/** What is not drawn, as a table of its figures. */
function other(trace: Json): Drawn {
  const columns = columnsOf(trace);
  const height = columns.reduce((one, [, values]) => Math.max(one, values.length), 0);
  return {
    form: "other",
    kind: shape(trace),
    table: {
      columns: columns.map(([name]) => name),
      rows: Array.from({ length: height }, (_, at) => columns.map(([, values]) => text(values[at]))),
    },
  };
}

function columnsOf(trace: Json): readonly Column[] {
  if (shape(trace) === "sankey") return flow(json(trace["node"]), json(trace["link"]));
  if (shape(trace) === "parcoords") return list(trace["dimensions"]).map(json).map(beside);
  return Object.entries(trace)
    .map(([name, value]) => [name, array(value)] as const)
    .filter(([, values]) => values.length > 0 && values.every((one) => one === null || typeof one !== "object"));
}

/** From where to where something flows, and how much; only the places where nothing does. */
function flow(node: Json, link: Json): readonly Column[] {
  const places = array(node["label"]).map((one) => plain(text(one)));
  const named = (ends: unknown) => array(ends).map((at) => (typeof at === "number" ? places[at] : undefined) ?? at);
  const ends = [named(link["source"]), named(link["target"])] as const;
  if (ends[0].length === 0) return [["node", places]];
  return [["source", ends[0]], ["target", ends[1]], ["value", array(link["value"])]];
}

/** One of several scales that stand beside each other, with words for the values that have some. */
function beside(scale: Json): Column {
  const [at, words] = [array(scale["tickvals"]), array(scale["ticktext"])];
  const values = array(scale["values"]).map((value) => words[at.indexOf(value)] ?? value);
  return [plain(array(scale["label"]).map(text).join(" ") || text(scale["label"])), values];
}

const points = (trace: Json): (number | string | null)[] => array(trace["y"]).map((value) => numeral(value) ?? (value === null || value === undefined ? null : text(value)));

/** A list of lists; one that was packed in one piece is cut by its shape. */
function rows(value: unknown): unknown[][] {
  const packed = json(value);
  const flat = array(value);
  if (typeof packed["bdata"] === "string" && typeof packed["shape"] === "string") {
    const width = Number(packed["shape"].split(",").at(-1)) || flat.length;
    return Array.from({ length: Math.ceil(flat.length / width) }, (_, at) => flat.slice(at * width, (at + 1) * width));
  }
  return flat.map(array);
}

const PACKED: Readonly<Record<string, (buffer: ArrayBuffer) => Iterable<number>>> = {
  f8: (buffer) => new Float64Array(buffer),
  f4: (buffer) => new Float32Array(buffer),
  i1: (buffer) => new Int8Array(buffer),
  i2: (buffer) => new Int16Array(buffer),
  i4: (buffer) => new Int32Array(buffer),
  u1: (buffer) => new Uint8Array(buffer),
  u2: (buffer) => new Uint16Array(buffer),
  u4: (buffer) => new Uint32Array(buffer),
};

/** A list as it stands there, or packed as base64 of its numbers. */
function array(value: unknown): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  const { dtype, bdata } = json(value) as { dtype?: unknown; bdata?: unknown };
  const unpack = typeof dtype === "string" ? PACKED[dtype.replace(/^[<>|=]/, "")] : undefined;
  if (!unpack || typeof bdata !== "string") return [];
  try {
    return [...unpack(Uint8Array.from(atob(bdata), (letter) => letter.charCodeAt(0)).buffer)];
  } catch {
    return [];
  }
}

/** JSON as programs write it: with NaN and Infinity, which are no JSON, as nothing. */
function parsed(source: string): Json | null {
  for (const attempt of [source, source.replace(/([[,:]\s*)-?(?:NaN|Infinity)\b/g, "$1null")]) {
    try {
      const said: unknown = JSON.parse(attempt);
      return typeof said === "object" && said !== null ? (said as Json) : null;
    } catch {
      // The next form is tried.
    }
  }
  return null;
}

const json = (value: unknown): Json => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {});

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const text = (value: unknown): string => (value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));

const titled = (value: unknown): string => (typeof value === "string" ? value : text(json(value)["text"]));

function numeral(value: unknown): number | null {
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "string" && value.trim() !== "") value = Number(value);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
