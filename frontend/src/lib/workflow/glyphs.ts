// A drawing for each sort of tool, on a field of 24 by 24, drawn with one pen.
const TABLE = "M4 6h16v12H4zM4 10h16M10 6v12";
const CIRCLES = "M9.5 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10ZM14.5 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10Z";
const FORMULA = "M14 5c-2.5 0-3 1.5-3.3 3.5L9 17c-.3 1.6-1 2.5-2.8 2.5M7.5 11h6M14 13l5 6M19 13l-5 6";
const CROSS = "M5 5h14v14H5zM5 10h14M10 5v14";
const LETTER = "M5 6h14M12 6v13M9 19h6";
const FEWER = "M5 6h14M5 12h9M5 18h4";
const NUMBER = "M9 4 7 20M17 4l-2 16M5 9h15M4 15h15";
const LISTED = "M5 7l1.5 1.5L9 6M5 16l1.5 1.5L9 15M12 7.5h7M12 16.5h7";
const MACRO = "M12 3.5l7.5 4.3v8.4L12 20.5l-7.5-4.3V7.8z";
const OTHER = "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z";

const DRAWN: Record<string, string> = {
  "Text Input": TABLE,
  "Input Data": TABLE,
  "Dynamic Input": TABLE,
  "Directory Input": TABLE,
  "Generate Rows": TABLE,
  "Output Data": "M12 4v10M8 10.5l4 4 4-4M5 19h14",
  Browse: "M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6ZM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  Filter: "M4 5h16l-6 7.5V19l-4-2v-4.5L4 5Z",
  Formula: FORMULA,
  "Multi-Row Formula": FORMULA,
  "Multi-Field Formula": FORMULA,
  Sort: "M8 5v14M5 16l3 3 3-3M16 19V5M13 8l3-3 3 3",
  Join: CIRCLES,
  "Join Multiple": CIRCLES,
  "Append Fields": CIRCLES,
  Union: "M5 7h5l4 5h5M5 17h5l4-5",
  Summarize: "M17 6H7l6 6-6 6h10",
  Select: LISTED,
  "Auto Field": LISTED,
  "Dynamic Rename": LISTED,
  Sample: FEWER,
  Unique: FEWER,
  "Record ID": NUMBER,
  "Count Records": NUMBER,
  "Running Total": NUMBER,
  "Cross Tab": CROSS,
  Transpose: CROSS,
  RegEx: LETTER,
  "Text To Columns": LETTER,
  "Find Replace": LETTER,
  DateTime: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.5V12l3 2",
  Message: "M4 5h16v11H9l-5 4z",
};

/** The drawing for a tool; macros have one of their own, and so have all that have none. */
export const glyphOf = (title: string): string => DRAWN[title] ?? (/\.yxmc$/i.test(title) ? MACRO : OTHER);
