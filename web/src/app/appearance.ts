import { createContext, use } from "react";

export type Appearance = "light" | "dark";

export interface AppearanceChoice {
  appearance: Appearance;
  choose: (appearance: Appearance) => void;
}

export const AppearanceContext = createContext<AppearanceChoice>({
  appearance: "light",
  choose: () => undefined,
});

export function useAppearance(): AppearanceChoice {
  return use(AppearanceContext);
}
