// What annotations look like over their picture: paths and dots in the picture's own pixels. Everything here is pure.
import type { Label, Shape } from "./calls";

export type Point = readonly [x: number, y: number];

export interface Drawing {
  /** What is drawn, as SVG writes paths; empty where there are only dots. */
  path: string;
  dots: readonly Point[];
  /** Whether it has an inside. */
  filled: boolean;
  turn: { angle: number; x: number; y: number } | null;
}

type Outline = Pick<Shape, "kind" | "points" | "rotation"> & { parts?: Shape["parts"] };

/** Colours for labels that have none, apart from each other in light and dark. */
const COLOURS = ["#3b82f6", "#f97316", "#10b981", "#d946ef", "#eab308", "#06b6d4", "#ef4444", "#84cc16", "#8b5cf6", "#f472b6"];
const FACES = [
  [0, 1, 3, 2],
  [2, 3, 5, 4],
  [4, 5, 7, 6],
  [6, 7, 1, 0],
] as const;

/** The colour of a label: its own, or one of ours that stays the same. */
export function colour(label: Pick<Label, "color" | "number"> | undefined): string {
  if (!label) return "#94a3b8";
  return label.color || (COLOURS[(label.number ?? 0) % COLOURS.length] ?? "#3b82f6");
}

export function drawing(shape: Outline, bones: readonly (readonly [number, number])[] = []): Drawing {
  const points = paired(shape.points ?? []);
  switch (shape.kind) {
    case "rectangle":
      return rectangle(shape.points ?? [], shape.rotation ?? 0);
    case "ellipse":
      return ellipse(shape.points ?? [], shape.rotation ?? 0);
    case "polygon":
      return line(`${through(points)}Z`, true);
    case "polyline":
      return line(through(points), false);
    case "points":
      return { path: "", dots: points, filled: false, turn: null };
    case "cuboid":
      return line(FACES.map((face) => `${through(face.flatMap((at) => points.slice(at, at + 1)))}Z`).join(""), true);
    case "mask":
      return line(mask(shape.points ?? []), true);
    default:
      return skeleton(shape, bones);
  }
}

/** Which parts of a skeleton are joined, by their places, as its label's drawing says. */
export function bones(label: Pick<Label, "drawing"> | undefined): [number, number][] {
  const joined = label?.drawing?.match(/<line\b[^>]*>/g) ?? [];
  return joined.flatMap((tag) => {
    const from = Number(/data-node-from="(\d+)"/.exec(tag)?.[1]);
    const to = Number(/data-node-to="(\d+)"/.exec(tag)?.[1]);
    return from > 0 && to > 0 ? [[from - 1, to - 1] satisfies [number, number]] : [];
  });
}

/** Where its name may stand: the middle of its upper edge. */
export function top(shape: Outline): Point | null {
  const points = shape.kind === "mask" ? masked(shape.points ?? []) : [...paired(shape.points ?? []), ...(shape.parts ?? []).flatMap((part) => paired(part.points ?? []))];
  if (points.length === 0) return null;
  const xs = points.map(([x]) => x);
  return [(Math.min(...xs) + Math.max(...xs)) / 2, Math.min(...points.map(([, y]) => y))];
}

const line = (path: string, filled: boolean): Drawing => ({ path, dots: [], filled, turn: null });

function rectangle([x = 0, y = 0, right = 0, bottom = 0]: readonly number[], angle: number): Drawing {
  const turn = angle ? { angle, x: (x + right) / 2, y: (y + bottom) / 2 } : null;
  return { path: `M${x} ${y}H${right}V${bottom}H${x}Z`, dots: [], filled: true, turn };
}

function ellipse([x = 0, y = 0, right = 0, top = 0]: readonly number[], angle: number): Drawing {
  const [across, down] = [Math.abs(right - x), Math.abs(y - top)];
  const half = `A${across} ${down} 0 1 0`;
  return { path: `M${x - across} ${y}${half} ${x + across} ${y}${half} ${x - across} ${y}Z`, dots: [], filled: true, turn: angle ? { angle, x, y } : null };
}

/** The runs of a mask as stripes, one for each run of each row. */
function mask(said: readonly number[]): string {
  const [left = 0, top = 0, right = 0] = said.slice(-4);
  const width = right - left + 1;
  const stripes: string[] = [];
  let at = 0;
  said.slice(0, -4).forEach((length, n) => {
    let rest = n % 2 === 1 ? length : 0;
    let from = at;
    while (rest > 0 && width > 0) {
      const [row, column] = [Math.floor(from / width), from % width];
      const rows = column === 0 ? Math.max(1, Math.floor(rest / width)) : 1;
      const span = column === 0 && rest >= width ? width : Math.min(rest, width - column);
      stripes.push(`M${left + column} ${top + row}h${span}v${rows}h${-span}z`);
      from += span * rows;
      rest -= span * rows;
    }
    at += length;
  });
  return stripes.join("");
}

const masked = (said: readonly number[]): Point[] => paired(said.slice(-4));

function skeleton(shape: Outline, joined: readonly (readonly [number, number])[]): Drawing {
  const places = (shape.parts ?? []).map((part) => (part.outside ? undefined : paired(part.points ?? [])[0]));
  const path = joined
    .map(([from, to]) => [places[from], places[to]] as const)
    .flatMap(([from, to]) => (from && to ? [through([from, to])] : []))
    .join("");
  return { path, dots: places.filter((place) => place !== undefined), filled: false, turn: null };
}

const through = (points: readonly Point[]): string => points.map(([x, y], at) => `${at === 0 ? "M" : "L"}${x} ${y}`).join("");

function paired(points: readonly number[]): Point[] {
  return Array.from({ length: Math.floor(points.length / 2) }, (_, at) => [points[at * 2] ?? 0, points[at * 2 + 1] ?? 0]);
}
