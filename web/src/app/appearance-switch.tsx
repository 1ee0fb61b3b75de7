import { MoonOutlined, SunOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useAppearance } from "./appearance";

export function AppearanceSwitch() {
  const { t } = useTranslation();
  const { appearance, choose } = useAppearance();
  const other = appearance === "dark" ? "light" : "dark";
  const label = `${t("app.theme.label")}: ${t(`app.theme.${other}`)}`;
  return (
    <Button
      type="text"
      aria-label={label}
      title={label}
      icon={other === "dark" ? <MoonOutlined /> : <SunOutlined />}
      onClick={() => {
        choose(other);
      }}
    />
  );
}
