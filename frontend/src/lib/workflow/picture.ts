// A workflow as a picture: boxes where its tools stand, and curves along its connections. Nothing here draws.
import type { Canvas } from "./calls";

export const BOX = 44;
/** The room that a tool takes with its name below it. */
const ACROSS = 118;
const DOWN = 96;
const EDGE = 36;
const MOST_TIMES = 4;
/** Tools so near to one line stand in it. */
const NEAR = 40;

export interface Box {
  readonly tool: number;
  readonly title: string;
  readonly off: boolean;
  readonly x: number;
  readonly y: number;
}

export interface Curve {
  readonly id: string;
  readonly origin: number;
  readonly port: string;
  readonly path: string;
  /** Where the curve begins. */
  readonly x: number;
  readonly y: number;
  /** The port's letter, where the tool has several that lead on. */
  readonly letter: string;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly curves: readonly Curve[];
}

/** How much wider the places must be drawn so that neighbours in one line do not touch. */
function times(places: readonly (readonly [number, number])[], along: 0 | 1, room: number): number {
  const across = along === 0 ? 1 : 0;
  let least = room;
  for (const [at, one] of places.entries()) {
    for (const other of places.slice(at + 1)) {
      const apart = Math.abs(one[along] - other[along]);
      if (Math.abs(one[across] - other[across]) < NEAR && apart > 0) least = Math.min(least, apart);
    }
  }
  return Math.min(MOST_TIMES, room / least);
}

/** Where a wire is at a side of its box: wires of several ports stand apart. */
function side(ports: readonly string[], port: string): number {
  return (BOX * (ports.indexOf(port) + 1)) / (ports.length + 1);
}

const ORDER = ["Left", "True", "Input", "Join", "False", "Right"];

function inOrder(ports: Iterable<string>): string[] {
  const place = (port: string): number => {
    const at = ORDER.indexOf(port);
    return at < 0 ? ORDER.length : at;
  };
  return [...new Set(ports)].sort((one, other) => place(one) - place(other) || one.localeCompare(other));
}

/** For each tool the ports at one of its sides, in their order. */
function sides(ends: readonly (readonly [number, string])[]): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const [tool, port] of ends) {
    const ports = found.get(tool);
    if (ports) ports.push(port);
    else found.set(tool, [port]);
  }
  return new Map([...found].map(([tool, ports]) => [tool, inOrder(ports)]));
}

/** Lays a canvas out. */
export function laid(canvas: Canvas): Picture {
  const places = canvas.tools.map((one) => [one.x, one.y] as const);
  const [wider, higher] = [times(places, 0, ACROSS), times(places, 1, DOWN)];
  const boxes = canvas.tools.map((one) => ({
    tool: one.tool,
    title: one.title,
    off: one.off,
    x: Math.round(EDGE + one.x * wider),
    y: Math.round(12 + one.y * higher),
  }));
  const at = new Map(boxes.map((one) => [one.tool, one]));
  const leaving = sides(canvas.wires.map((one) => [one.origin, one.port]));
  const coming = sides(canvas.wires.map((one) => [one.target, one.entry]));
  const curves = canvas.wires.flatMap((wire, number) => {
    const [from, to] = [at.get(wire.origin), at.get(wire.target)];
    if (!from || !to) return [];
    const ports = leaving.get(wire.origin) ?? [];
    const [x, y] = [from.x + BOX, from.y + side(ports, wire.port)];
    const [right, low] = [to.x, to.y + side(coming.get(wire.target) ?? [], wire.entry)];
    const bend = Math.max(24, Math.abs(right - x) / 2);
    const path = `M${x} ${y}C${x + bend} ${y} ${right - bend} ${low} ${right} ${low}`;
    return [{ id: `${number}`, origin: wire.origin, port: wire.port, path, x, y, letter: ports.length > 1 ? wire.port.slice(0, 1) : "" }];
  });
  return {
    width: Math.max(0, ...boxes.map((one) => one.x)) + BOX + EDGE,
    height: Math.max(0, ...boxes.map((one) => one.y)) + BOX + 32,
    boxes,
    curves,
  };
}
