import { describe, expect, it } from "vitest";
import type { Question } from "../src/lib/workflow/calls";
import { BOX, laid } from "../src/lib/workflow/picture";
import { answers, first, form, turned } from "../src/lib/workflow/questions";

const question = (say: Partial<Question>): Question => ({ name: "q", type: "TextBox", description: "", default: "", multiple: false, choices: [], ...say });
const CHOICES = [
  ["One", "1"],
  ["Two", "2"],
];

describe("an app's questions", () => {
  it("are asked with the field that fits", () => {
    expect(form(question({}))).toBe("text");
    expect(form(question({ type: "NumericUpDown" }))).toBe("number");
    expect(form(question({ type: "CheckBox" }))).toBe("switch");
    expect(form(question({ type: "ListBox", choices: CHOICES, multiple: true }))).toBe("several");
    expect(form(question({ type: "DropDown", choices: CHOICES }))).toBe("choice");
    expect(form(question({ type: "DropDown" }))).toBe("text");
  });

  it("begin with what holds anyway, and only what differs is answered", () => {
    const all = [question({ name: "n", type: "NumericUpDown", default: "18" }), question({ name: "c", type: "CheckBox", default: "true" }), question({ name: "d", type: "DropDown", choices: CHOICES, default: "Two" })];
    expect(all.map(first)).toEqual(["18", "True", "2"]);
    expect(answers(all, { n: "18", c: "False", d: "1" })).toEqual({ c: "False", d: "1" });
  });

  it("may have several answers, in the order of the question", () => {
    const list = question({ type: "ListBox", choices: CHOICES, multiple: true });
    expect(turned(list, turned(list, "", "2", true), "1", true)).toBe("1,2");
    expect(turned(list, "1,2", "1", false)).toBe("2");
  });
});

describe("the picture of a workflow", () => {
  const spot = (tool: number, x: number, y: number) => ({ tool, title: "Filter", x, y, off: false });
  const wire = (origin: number, port: string, target: number, entry = "Input") => ({ origin, port, target, entry });

  it("keeps neighbours in one line apart, and the places as they lie to each other", () => {
    const { boxes, width, height } = laid({ tools: [spot(1, 0, 0), spot(2, 50, 0), spot(3, 100, 70)], wires: [] });
    const [one, two, three] = boxes;
    expect(two!.x - one!.x).toBeGreaterThanOrEqual(2 * BOX);
    expect(three!.x - two!.x).toBe(two!.x - one!.x);
    expect(width).toBeGreaterThan(three!.x + BOX);
    expect(height).toBeGreaterThan(three!.y + BOX);
  });

  it("lets wires of several ports begin and end apart, and names these ports", () => {
    const { curves } = laid({ tools: [spot(1, 0, 0), spot(2, 100, 0), spot(3, 100, 100)], wires: [wire(1, "False", 3, "Right"), wire(1, "True", 2), wire(2, "Output", 3, "Left")] });
    const [no, yes, only] = curves;
    expect([no!.letter, yes!.letter, only!.letter]).toEqual(["F", "T", ""]);
    expect(yes!.y).toBeLessThan(no!.y);
    const end = (path: string) => Number(path.split(" ").at(-1));
    expect(end(only!.path)).toBeLessThan(end(no!.path));
  });

  it("draws nothing of nothing, and passes by wires that lead nowhere", () => {
    expect(laid({ tools: [], wires: [] }).boxes).toEqual([]);
    expect(laid({ tools: [spot(1, 0, 0)], wires: [wire(1, "Output", 9)] }).curves).toEqual([]);
  });
});
