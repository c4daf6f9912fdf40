import { describe, expect, it } from "vitest";
import type { Question } from "../src/lib/workflow/calls";
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
