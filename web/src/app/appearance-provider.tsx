import { useEffect, useMemo, useState, type ReactNode } from "react";
import { remember, remembered } from "../components/memory";
import { AppearanceContext, type Appearance } from "./appearance";

const MEMORY = "trunkline.appearance";

function preferred(): Appearance {
  const kept = remembered(MEMORY);
  if (kept === "light" || kept === "dark") {
    return kept;
  }
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function AppearanceProvider({ children }: { children: ReactNode }) {
  const [appearance, setAppearance] = useState(preferred);
  useEffect(() => {
    document.documentElement.dataset.appearance = appearance;
  }, [appearance]);
  const choice = useMemo(
    () => ({
      appearance,
      choose: (chosen: Appearance) => {
        remember(MEMORY, chosen);
        setAppearance(chosen);
      },
    }),
    [appearance],
  );
  return <AppearanceContext value={choice}>{children}</AppearanceContext>;
}
