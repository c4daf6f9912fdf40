import { describe, expect, it, vi } from "vitest";
import { inSight } from "../src/lib/page/strip";

const WINDOW = 100;

/** A strip of tabs, each so wide, in a window of a hundred; the last one is open. */
function strip(...widths: number[]): { strip: HTMLElement; open: (at: number) => void; grow: (width: number) => void } {
  const made = document.createElement("div");
  Object.defineProperty(made, "clientWidth", { value: WINDOW });
  const tabs = widths.map((_, at) => {
    const tab = document.createElement("button");
    Object.defineProperty(tab, "offsetWidth", { get: () => widths[at] });
    Object.defineProperty(tab, "offsetLeft", { get: () => widths.slice(0, at).reduce((one, other) => one + other, 0) });
    made.append(tab);
    return tab;
  });
  const open = (at: number): void => tabs.forEach((tab, place) => (tab.dataset["state"] = place === at ? "active" : "inactive"));
  open(widths.length - 1);
  return { strip: made, open, grow: (width) => (widths[0] = width) };
}

describe("a strip of tabs", () => {
  it("shows the open one, also when the tabs before it grow", () => {
    let grown: () => void = () => undefined;
    vi.stubGlobal("ResizeObserver", class {
      constructor(heard: () => void) {
        grown = heard;
      }
      observe(): void {}
      disconnect(): void {}
    });
    const made = strip(40, 40, 40);
    inSight(made.strip);
    expect(made.strip.scrollLeft).toBe(20);
    made.grow(70);
    grown();
    expect(made.strip.scrollLeft).toBe(50);
    vi.unstubAllGlobals();
  });

  it("follows when another is opened, and moves no further than it must", async () => {
    const made = strip(40, 40, 40);
    const stop = inSight(made.strip);
    made.open(0);
    await vi.waitFor(() => expect(made.strip.scrollLeft).toBe(0));
    made.open(1);
    await Promise.resolve();
    expect(made.strip.scrollLeft).toBe(0);
    stop();
  });
});
