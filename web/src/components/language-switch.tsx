import { GlobalOutlined } from "@ant-design/icons";
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { LANGUAGES, NAMES, isLanguage, switchLanguage } from "../locales/translation";

export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <Select
      aria-label={t("app.language")}
      className="language-switch"
      variant="borderless"
      prefix={<GlobalOutlined aria-hidden />}
      value={isLanguage(i18n.language) ? i18n.language : "en"}
      options={LANGUAGES.map((language) => ({ value: language, label: NAMES[language] }))}
      onChange={(language) => {
        void switchLanguage(language);
      }}
    />
  );
}
