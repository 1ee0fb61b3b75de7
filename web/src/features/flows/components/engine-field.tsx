import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { asText } from "../model/values";
import type { ShapeProps } from "./choice-fields";
import { useDesigning } from "./designing";

/** One of the server's engines; without one the flow's own speaks. */
export function EngineField({ value, onChange, names }: ShapeProps) {
  const { t } = useTranslation();
  const { readOnly, engines } = useDesigning();
  return (
    <Select
      {...names}
      className="flow-wide"
      disabled={readOnly}
      value={asText(value)}
      options={[
        { value: "", label: t("flow.asFlow") },
        ...engines.map(({ name }) => ({ value: name, label: name })),
      ]}
      onChange={(chosen) => {
        onChange(chosen === "" ? undefined : chosen);
      }}
    />
  );
}
