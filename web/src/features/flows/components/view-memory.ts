import type { Viewport } from "@xyflow/react";
import { remember, remembered } from "../../../components/memory";
import { isRecord } from "../model/document";

/** The place and zoom at which somebody left a flow. */
export function rememberedView(name: string): Viewport | undefined {
  try {
    const view: unknown = JSON.parse(remembered(name) ?? "null");
    return isRecord(view) &&
      typeof view.x === "number" &&
      typeof view.y === "number" &&
      typeof view.zoom === "number"
      ? { x: view.x, y: view.y, zoom: view.zoom }
      : undefined;
  } catch {
    return undefined;
  }
}

export function rememberView(name: string, { x, y, zoom }: Viewport): void {
  remember(name, JSON.stringify({ x, y, zoom }));
}
