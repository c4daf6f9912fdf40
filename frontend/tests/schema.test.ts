// @vitest-environment node
import { readFileSync } from "node:fs";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { expect, it } from "vitest";

it("has its types from the document that stands beside it", async () => {
  const document = new URL("../openapi.json", import.meta.url);
  const made = astToString(await openapiTS(document, { defaultNonNullable: false }));
  const kept = readFileSync(new URL("../src/lib/api/schema.d.ts", import.meta.url), "utf-8");
  expect(kept).toBe(COMMENT_HEADER + made);
}, 60_000);
