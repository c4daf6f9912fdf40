// Draws lines with uPlot. This file, and whatever imports it, is fetched only where there is something to draw.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { measure } from "../page/figures";
import { ticks } from "./along";
import { DASHES } from "./dashes";
import type { Along, Joined, Range } from "./lines";

/** Colours as the canvas takes them. */
export interface Inks {
  text: string;
  grid: string;
  lines: readonly string[];
}

export interface Picture {
  joined: Joined;
  /** The smoothed lines; they lie over the plain ones, which grow faint. None where nothing is smoothed. */
  smooth: Joined["lines"] | null;
  shown: readonly boolean[];
  along: Along;
  log: boolean;
  /** Whether values are counts, so that there is nothing between one and the next. */
  whole: boolean;
  inks: Inks;
  width: number;
  height: number;
}

export interface Heard {
  /** The place under the pointer; null when it left. */
  onpoint: (place: number | null) => void;
  /** The window that was dragged over. */
  onzoom: (window: Range) => void;
  /** All was asked for, by pressing twice. */
  onwhole: () => void;
}

const FONT = "12px ui-sans-serif, system-ui, sans-serif";
const FAINT = 0.28;
/** So few places have a dot each. */
export const DOTTED = 40;

/** From nothing, or from what is below it, to a little above the largest. */
const range = (_: uPlot, least: number, most: number): uPlot.Range.MinMax =>
  uPlot.rangeNum(Math.min(0, least), most > Math.min(0, least) ? most : most + 1, 0.1, true);

/** How far apart ticks may be: counts, and milliseconds that make round minutes and hours. */
const COUNTS = Array.from({ length: 14 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
const SPANS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 216e5, 432e5, 864e5, 1728e5, 6048e5];

const rows = (picture: Picture): uPlot.AlignedData => [picture.joined.xs, ...(picture.smooth ?? []), ...picture.joined.lines] as uPlot.AlignedData;

/** A drawing in an element. It is made anew for other lines or looks; data and size may change in place. */
export class Drawing {
  #plot: uPlot;

  constructor(at: HTMLElement, picture: Picture, heard: Heard) {
    this.#plot = new uPlot(this.#options(picture, heard), rows(picture), at);
  }

  /** Put other values in place; the window stays where it is narrowed, and else follows. */
  fill(picture: Picture, narrowed: boolean): void {
    this.#plot.setData(rows(picture), !narrowed);
    if (narrowed) this.#plot.redraw();
  }

  size(width: number, height: number): void {
    this.#plot.setSize({ width, height });
  }

  show({ from, to }: Range): void {
    this.#plot.setScale("x", { min: from, max: to });
  }

  /** Put the cursor at a place, as if one pointed there. */
  point(place: number): void {
    const x = this.#plot.data[0][place];
    if (x === undefined) return;
    this.#plot.setCursor({ left: this.#plot.valToPos(x, "x"), top: this.#plot.bbox.height / devicePixelRatio / 2 });
  }

  end(): void {
    this.#plot.destroy();
  }

  #options(picture: Picture, { onpoint, onzoom, onwhole }: Heard): uPlot.Options {
    const { inks, along, log, whole } = picture;
    const axis = { stroke: inks.text, font: FONT, grid: { stroke: inks.grid, width: 1 }, ticks: { stroke: inks.grid, width: 1, size: 4 } };
    return {
      width: picture.width,
      height: picture.height,
      ms: 1,
      legend: { show: false },
      cursor: {
        drag: { x: true, y: false, dist: 6 },
        focus: { prox: 24 },
        y: false,
        bind: {
          dblclick: () => () => {
            onwhole();
            return null;
          },
        },
      },
      focus: { alpha: 0.35 },
      scales: {
        x: { time: along === "time" },
        // A value of nothing has no logarithm; this scale is one that has room for it, and for what is below.
        y: log ? { distr: 4, asinh: 1, range: (_, least, most) => [Math.min(0, least), most > least ? most : most + 1] } : { range },
      },
      axes: [
        { ...axis, values: (_, xs) => ticks(xs, along), space: 70, size: 30, ...(along === "time" ? {} : { incrs: along === "span" ? SPANS : COUNTS }) },
        { ...axis, ...(whole && !log ? { incrs: COUNTS } : {}), values: (_, ys) => ys.map((y) => (y === null ? "" : measure(y))), size: (_, values) => 16 + 7 * Math.max(2, ...(values ?? []).map((text) => text.length)) },
      ],
      series: [{}, ...this.#series(picture)],
      hooks: {
        setCursor: [(plot) => onpoint(plot.cursor.idx ?? null)],
        setSelect: [
          (plot) => {
            const { left, width } = plot.select;
            if (width > 0) onzoom({ from: plot.posToVal(left, "x"), to: plot.posToVal(left + width, "x") });
          },
        ],
      },
    };
  }

  #series({ joined, smooth, shown, inks }: Picture): uPlot.Series[] {
    const one = (at: number, faint: boolean): uPlot.Series => ({
      show: shown[at] ?? true,
      stroke: inks.lines[at] ?? inks.text,
      width: faint ? 1 : 2,
      alpha: faint ? FAINT : 1,
      dash: faint ? [] : (DASHES[at % DASHES.length] ?? []),
      points: { show: joined.xs.length <= DOTTED && !faint, size: 5 },
    });
    const plain = joined.lines.map((_, at) => one(at, smooth !== null));
    return smooth === null ? plain : [...smooth.map((_, at) => one(at, false)), ...plain];
  }
}
