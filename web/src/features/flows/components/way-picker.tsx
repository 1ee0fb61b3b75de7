import { Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Fields } from "../model/document";
import type { Way } from "../model/fields";
import { turnedTo, wayOf } from "../model/values";
import { useDesigning } from "./designing";

interface Props {
  ways: readonly Way[];
  values: Fields;
  onChange: (values: Fields) => void;
}

/** Which of several sets of fields is filled in. */
export function WayPicker({ ways, values, onChange }: Props) {
  const { t } = useTranslation();
  const { readOnly } = useDesigning();
  return (
    <Select<string>
      className="flow-wide"
      size="small"
      aria-label={t("flow.way")}
      disabled={readOnly}
      value={wayOf(values, ways)?.name ?? ""}
      options={ways.map(({ name }) => ({ value: name, label: t(`flow.ways.${name}`) }))}
      onChange={(name) => {
        onChange(turnedTo(values, ways, name));
      }}
    />
  );
}
