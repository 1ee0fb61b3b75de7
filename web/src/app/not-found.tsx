import { Link } from "@tanstack/react-router";
import { Result } from "antd";
import { useTranslation } from "react-i18next";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <main>
      <Result
        status="404"
        title={t("common.notFound")}
        extra={<Link to="/calls">{t("common.home")}</Link>}
      />
    </main>
  );
}
