import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.TRUNKLINE_URL ?? "http://127.0.0.1:8080";
const proxied = Object.fromEntries(
  ["/api", "/healthz", "/readyz"].map((path) => [path, { target: server }]),
);

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2023",
    // A module preload polyfill would be an inline script, which the server's policy forbids.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  server: { proxy: proxied },
  preview: { proxy: proxied },
  test: {
    environment: "happy-dom",
    environmentOptions: { happyDOM: { url: "http://console.test/" } },
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    setupFiles: ["src/testing/setup.ts"],
  },
});
