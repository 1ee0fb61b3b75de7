import { ArrowLeftOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Tag } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Flow } from "../api/flows";

/** The flow's name with its live version, and the way back to the list. */
export function FlowTitle({ flow }: { flow: Flow }) {
  const { t } = useTranslation();
  useEffect(() => {
    window.document.title = `${flow.name} · ${t("flow.title")} · Trunkline`;
  }, [flow.name, t]);
  return (
    <>
      <Link to="/flows" aria-label={t("flow.back")} title={t("flow.back")}>
        <ArrowLeftOutlined aria-hidden />
      </Link>
      <h1>{flow.name}</h1>
      <Tag color={flow.version == null ? "default" : "success"}>
        {flow.version == null
          ? t("flow.neverPublished")
          : t("flow.live", { version: flow.version })}
      </Tag>
    </>
  );
}
