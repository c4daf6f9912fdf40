// How an app's questions are asked, and what is answered. Everything here is pure.
import type { Question } from "./calls";

export type Form = "text" | "number" | "switch" | "choice" | "several" | "date";

const CHOICES = ["DropDown", "ListBox", "RadioGroup", "Tree"];
const CHECKS = ["CheckBox", "BooleanGroup", "RadioButton"];

/** With which field a question is asked. */
export function form(question: Question): Form {
  if (CHOICES.includes(question.type) && question.choices.length > 0) return question.multiple ? "several" : "choice";
  if (CHECKS.includes(question.type)) return "switch";
  if (question.type === "NumericUpDown") return "number";
  return question.type === "Date" || question.type === "Calendar" ? "date" : "text";
}

/** What stands in the field at first. */
export function first(question: Question): string {
  if (form(question) === "switch") return /^(true|1|yes)$/i.test(question.default) ? "True" : "False";
  const chosen = question.choices.find(([name, value]) => question.default === name || question.default === value);
  return form(question) === "choice" ? (chosen?.[1] ?? "") : question.default;
}

/** The answers that differ from what holds anyway. */
export const answers = (questions: readonly Question[], filled: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(questions.flatMap((one) => ((filled[one.name] ?? "") === first(one) ? [] : [[one.name, filled[one.name] ?? ""]])));

/** Several choices, with one of them put in or taken out, in the order of the question. */
export function turned(question: Question, now: string, value: string, on: boolean): string {
  const chosen = new Set(now.split(",").filter(Boolean));
  if (on) chosen.add(value);
  else chosen.delete(value);
  return question.choices.flatMap(([, one]) => (one !== undefined && chosen.has(one) ? [one] : [])).join(",");
}
