import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";
import { precompress } from "./precompress.ts";

const SERVER = process.env["JOBYARD_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/assets/",
  plugins: [svelte(), svelteTesting(), precompress()],
  build: {
    outDir: "../src/jobyard/web/assets",
    assetsDir: "",
    emptyOutDir: true,
    target: "es2022",
    // Nothing is inlined: the page's Content-Security-Policy knows no data: and no inline code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: "es" },
  server: { proxy: { "/v1": SERVER } },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    setupFiles: ["tests/setup.ts"],
    restoreMocks: true,
  },
});
