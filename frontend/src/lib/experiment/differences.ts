// Where texts and parameters of experiments differ. Everything here is pure.
import type { Parameter } from "./calls";

/** One parameter in several experiments: its value in each, null where it has none. */
export interface Row {
  section: string;
  name: string;
  description: string;
  values: (string | null)[];
  differs: boolean;
}

/** The parameters of several experiments side by side, by section and name. */
export function sideBySide(all: readonly (readonly Parameter[])[]): Row[] {
  const rows = new Map<string, Row>();
  all.forEach((parameters, at) => {
    for (const { section, name, value, description } of parameters) {
      const key = JSON.stringify([section, name]);
      const row = rows.get(key) ?? { section, name, description, values: all.map(() => null), differs: false };
      row.values[at] = value;
      rows.set(key, row);
    }
  });
  const found = [...rows.values()].map((row) => ({ ...row, differs: new Set(row.values).size > 1 }));
  return found.sort((one, other) => one.section.localeCompare(other.section) || one.name.localeCompare(other.name));
}

export interface Changed {
  /** Whether the line stands in both texts, only here, or only there. */
  in: "both" | "here" | "there";
  text: string;
}

/** More lines than these are not compared one by one. */
const MOST = 1_500;

/** The lines of two texts as one, the longest common part kept. */
export function compared(here: string, there: string): Changed[] {
  const one = lines(here);
  const other = lines(there);
  if (one.length > MOST || other.length > MOST) {
    return [...one.map((text) => ({ in: "here" as const, text })), ...other.map((text) => ({ in: "there" as const, text }))];
  }
  const long = lengths(one, other);
  const found: Changed[] = [];
  let i = 0;
  let j = 0;
  while (i < one.length || j < other.length) {
    if (i < one.length && j < other.length && one[i] === other[j]) {
      found.push({ in: "both", text: one[i] ?? "" });
      i += 1;
      j += 1;
    } else if (j >= other.length || (i < one.length && (long[i + 1]?.[j] ?? 0) >= (long[i]?.[j + 1] ?? 0))) {
      found.push({ in: "here", text: one[i] ?? "" });
      i += 1;
    } else {
      found.push({ in: "there", text: other[j] ?? "" });
      j += 1;
    }
  }
  return found;
}

const lines = (text: string): string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

/** How long the longest common part of what follows two places is. */
function lengths(one: readonly string[], other: readonly string[]): Uint16Array[] {
  const table = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1));
  for (let i = one.length - 1; i >= 0; i -= 1) {
    for (let j = other.length - 1; j >= 0; j -= 1) {
      const row = table[i];
      if (row) row[j] = one[i] === other[j] ? (table[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(table[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table;
}
