import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { App, ConfigProvider } from "antd";
import english from "antd/locale/en_US";
import chinese from "antd/locale/zh_CN";
import { useTranslation } from "react-i18next";
import { cache } from "./cache";
import { router } from "./router";
import { AppearanceProvider } from "./appearance-provider";
import { useAppearance } from "./appearance";
import { themeOf } from "./theme";

export function Console() {
  return (
    <QueryClientProvider client={cache}>
      <AppearanceProvider>
        <Themed />
      </AppearanceProvider>
    </QueryClientProvider>
  );
}

function Themed() {
  const { i18n } = useTranslation();
  const { appearance } = useAppearance();
  return (
    <ConfigProvider
      locale={i18n.language === "zh" ? chinese : english}
      theme={themeOf(appearance)}
      button={{ autoInsertSpace: false }}
    >
      <App>
        <RouterProvider router={router} />
      </App>
    </ConfigProvider>
  );
}
