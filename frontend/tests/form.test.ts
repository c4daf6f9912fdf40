import { describe, expect, it } from "vitest";
import { fields, gathered, value, written, type Field } from "../src/lib/page/form";

const SCHEMA = {
  $ref: "#/$defs/Task",
  $defs: {
    Task: {
      type: "object",
      required: ["task"],
      properties: {
        task: { type: "integer", minimum: 1 },
        name: { type: "string", default: "", maxLength: 300 },
        note: { type: "string", maxLength: 10_000, default: "" },
        share: { anyOf: [{ type: "number", maximum: 1 }, { type: "null" }], default: null },
        light: { type: "boolean", default: false },
        colour: { enum: ["green", "red"], default: "red" },
        words: { type: "array", items: { type: "string" }, default: [] },
        size: { $ref: "#/$defs/Size" },
        extra: { type: "object", default: {} },
      },
    },
    Size: { enum: ["s", "l"] },
  },
};

const all = fields(SCHEMA);
const named = (name: string): Field => all.find((field) => field.name === name) as Field;

describe("a form made from a schema", () => {
  it("has the fields in their order, each in its form", () => {
    expect(all.map((field) => [field.name, field.form])).toEqual([
      ["task", "number"],
      ["name", "text"],
      ["note", "long"],
      ["share", "number"],
      ["light", "switch"],
      ["colour", "choice"],
      ["words", "lines"],
      ["size", "choice"],
      ["extra", "json"],
    ]);
    expect([named("task").required, named("task").whole, named("task").least]).toEqual([true, true, 1]);
    expect([named("share").required, named("share").whole, named("share").most]).toEqual([false, false, 1]);
    expect(named("size").choices).toEqual(["s", "l"]);
  });

  it("has none where the schema names none", () => {
    expect(fields({})).toEqual([]);
    expect(fields({ $ref: "#/$defs/Nowhere" })).toEqual([]);
  });

  it.each([
    ["task", "7", 7],
    ["task", " ", undefined],
    ["name", "", undefined],
    ["light", "true", true],
    ["light", "", false],
    ["words", "a\nb c\n", ["a", "b c"]],
    ["words", "a\n\nb", ["a", "", "b"]],
    ["extra", '{"a": 1}', { a: 1 }],
  ])("reads %s from %j", (name, text, wanted) => expect(value(named(name), text)).toEqual(wanted));

  it("writes what it reads", () => {
    expect(written(named("words"), ["a", "b"])).toBe("a\nb");
    expect(written(named("extra"), { a: 1 })).toBe('{\n  "a": 1\n}');
    expect(written(named("share"), null)).toBe("");
  });

  it("leaves out what holds anyway, and keeps what was said before", () => {
    const texts = Object.fromEntries(all.map((field) => [field.name, written(field, field.first)]));
    expect(gathered(all, { ...texts, task: "3" }, {})).toEqual({ task: 3 });
    expect(gathered(all, { ...texts, task: "3", colour: "green" }, { words: [] })).toEqual({ task: 3, colour: "green" });
    expect(gathered(all, { ...texts, task: "3", light: "false" }, { light: true })).toEqual({ task: 3, light: false });
  });

  it("says that JSON is none", () => expect(() => value(named("extra"), "{")).toThrow(SyntaxError));
});
