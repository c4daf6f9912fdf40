// The tests' browser knows no SharedWorker and no server: what needs them is given its own in each test.
import { afterEach } from "vitest";

afterEach(() => {
  if ("localStorage" in globalThis) localStorage.clear();
});
