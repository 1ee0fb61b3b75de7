import { theme, type ThemeConfig } from "antd";
import type { Appearance } from "./appearance";

/** The colours have a contrast of at least 4.5 : 1 to what they stand on (WCAG 2.2 AA). */
export function themeOf(appearance: Appearance): ThemeConfig {
  const dark = appearance === "dark";
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      colorPrimary: dark ? "#62acf0" : "#0b5cad",
      ...(dark
        ? { colorLink: "#7db9f2", colorLinkHover: "#a3cff7", colorLinkActive: "#7db9f2" }
        : { colorLink: "#0b5cad", colorLinkHover: "#084886", colorLinkActive: "#0b5cad" }),
      colorError: dark ? "#ff7875" : "#b91c1c",
      ...(!dark && {
        colorSuccess: "#1b6b33",
        colorSuccessBg: "#edf8f0",
        colorWarning: "#8a4b00",
        colorWarningBg: "#fff5e5",
      }),
      colorInfo: dark ? "#4c9be8" : "#0b5cad",
      colorBgLayout: dark ? "#10151a" : "#f3f5f8",
      colorTextSecondary: dark ? "#a9b4bf" : "#52606d",
      colorTextDescription: dark ? "#a9b4bf" : "#52606d",
      colorTextPlaceholder: dark ? "#98a4b0" : "#66727f",
      ...(dark && { colorBgContainer: "#171d23", colorBgElevated: "#1e262e" }),
      motion: !still,
      borderRadius: 8,
      fontFamily:
        "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'WenQuanYi Micro Hei', sans-serif",
    },
    components: {
      Table: { headerBg: dark ? "#1a2128" : "#f7f9fb", cellPaddingBlock: 11 },
      Layout: { headerBg: dark ? "#171d23" : "#ffffff", siderBg: dark ? "#171d23" : "#ffffff" },
      Button: { primaryColor: dark ? "#0b1117" : "#ffffff" },
      Menu: { horizontalItemSelectedColor: dark ? "#8cc3f7" : "#0b5cad" },
    },
  };
}
